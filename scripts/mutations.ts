// `npm run test:mutations [-- WORD …]`: plants one mistake after the other and asks the tests. One that nobody notices is a
// failure. A word chooses those whose name has it.
import { spawnSync } from 'node:child_process'
import { MUTATIONS, type Mutation } from '../tests/simulation/mutations.ts'
import { repository } from './processes.ts'

const words = process.argv.slice(2)
const chosen = MUTATIONS.filter(({ name }) => words.every((word) => name.includes(word)))
/** Enough that each kind of trouble comes up, and the same for each mistake. */
const BUDGET = {
  SIM_SEED: '1',
  SIM_PROGRAMS: '12',
  SIM_STEPS: '70',
  SIM_PERMUTATIONS: '12',
  SIM_SHRINK_SECONDS: '0',
}
const MINUTES_MAX = 5

/** Whether the tests fail with the mistake planted. */
function isCaught(mutation: Mutation, tests: readonly string[]): boolean {
  const { status } = spawnSync('vitest', ['run', '--bail', '1', '--reporter', 'dot', ...tests], {
    cwd: repository,
    env: { ...process.env, ...BUDGET, MUTATION: mutation.name },
    stdio: 'ignore',
    timeout: MINUTES_MAX * 60_000,
  })
  return status !== 0
}

const escaped = chosen.filter((mutation) => {
  const started = Date.now()
  const bySimulation = isCaught(mutation, ['--project', 'db', 'tests/simulation'])
  const caught =
    bySimulation || isCaught(mutation, ['--project', 'unit', '--project', 'db', ...mutation.tests])
  const by = bySimulation ? 'the simulation' : caught ? mutation.tests.join(', ') : 'nobody'
  console.log(
    `${caught ? 'caught ' : 'ESCAPED'} ${mutation.name}: by ${by} (${((Date.now() - started) / 1_000).toFixed(0)} s)`,
  )
  return !caught
})
console.log(`${chosen.length - escaped.length} of ${chosen.length} caught`)
process.exitCode = escaped.length > 0 || chosen.length === 0 ? 1 : 0
