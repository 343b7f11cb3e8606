// `npm run test:mutations [-- WORD …]`: plants one mistake after the other and asks the tests. One that nobody notices is a
// failure, and so is a run that says nothing. A word chooses those whose name has it.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { MUTATIONS, plantedLine, type Mutation } from '../tests/simulation/mutations.ts'
import { readJson } from './environment.ts'
import { repository } from './processes.ts'

/** Enough that each kind of trouble comes up, and the same for each mistake and for none. */
const BUDGET = {
  SIM_SEED: '1',
  SIM_PROGRAMS: '12',
  SIM_STEPS: '70',
  SIM_PERMUTATIONS: '12',
  SIM_SHRINK_SECONDS: '0',
}
const MINUTES_MAX = 5
const SIMULATION = ['tests/simulation/simulation.db', 'tests/simulation/permutations.db']
const REPORT = path.join(repository, 'test-results/mutation.json')

/** What we read of the report of vitest. */
interface Report {
  readonly numPassedTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

interface Answer {
  /** `nothing` where the mistake was not read, a file or the run did not start or end, or what failed was no assertion. */
  readonly says: 'all passed' | 'an assertion failed' | 'nothing'
  readonly failed: string
  readonly output: string
}

function ask(tests: readonly string[], mutation: Mutation | null): Answer {
  fs.rmSync(REPORT, { force: true })
  const reporters = ['--reporter', 'default', '--reporter', 'json', '--outputFile.json', REPORT]
  const { status, error, stdout, stderr } = spawnSync(
    'vitest',
    ['run', '--bail', '1', '--project', 'unit', '--project', 'db', ...reporters, ...tests],
    {
      cwd: repository,
      env: { ...process.env, ...BUDGET, MUTATION: mutation?.name ?? '' },
      encoding: 'utf8',
      maxBuffer: 1e9,
      timeout: MINUTES_MAX * 60_000,
    },
  )
  const output = `${stdout}${stderr}${error ? String(error) : ''}`
  const wasRead = !mutation || stdout.includes(plantedLine(mutation))
  const report = wasRead ? readJson<Report>(REPORT) : null
  if (status === 0 && report && report.numPassedTests > 0) return { says: 'all passed', failed: '', output }
  const files = (report?.testResults ?? [])
    .filter((file) => file.status === 'failed')
    .map(({ name, assertionResults }) => ({
      name: path.relative(repository, name),
      failed: assertionResults.filter((each) => each.status === 'failed'),
    }))
  const asserted = files
    .flatMap(({ name, failed }) => failed.map((each) => ({ ...each, name })))
    .find(({ failureMessages }) => failureMessages.some((message) => message.startsWith('AssertionError')))
  const allFilesRan = files.every(({ failed }) => failed.length > 0)
  if (error || !asserted || !allFilesRan) return { says: 'nothing', failed: '', output }
  return { says: 'an assertion failed', failed: `${asserted.name}: ${asserted.fullName.trim()}`, output }
}

/** The simulation is asked first, and then the tests that the mistake names. */
function isCaught(mutation: Mutation): boolean {
  const started = Date.now()
  const first = ask(SIMULATION, mutation)
  const { says, failed, output } = first.says === 'all passed' ? ask(mutation.tests, mutation) : first
  const seconds = ((Date.now() - started) / 1_000).toFixed(0)
  const verdict = {
    'an assertion failed': `caught by ${failed}`,
    'all passed': 'ESCAPED',
    nothing: `ERROR: the tests say neither yes nor no\n${output}`,
  }
  console.log(`${mutation.name} (${seconds} s)\n  ${verdict[says]}`)
  return says === 'an assertion failed'
}

const words = process.argv.slice(2)
const chosen = MUTATIONS.filter(({ name }) => words.every((word) => name.includes(word)))
const named = [...new Set(chosen.flatMap(({ tests }) => tests))]
// Where they fail with no mistake planted, a failure says nothing.
const control = named.length > 0 ? [SIMULATION, named].map((tests) => ask(tests, null)) : []
const broken = control.filter(({ says }) => says !== 'all passed')
for (const { output } of broken) console.log(`The tests fail with no mistake planted.\n${output}`)
if (broken.length === 0) {
  const caught = chosen.filter(isCaught).length
  console.log(`${caught} of ${chosen.length} caught`)
  process.exitCode = caught === chosen.length && caught > 0 ? 0 : 1
} else process.exitCode = 1
