// `npm run lint`: what machines can say about the code without running it. `npm test`, which CI runs, begins with the same list.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { repository } from './processes.ts'

interface Check {
  name: string
  command: string[]
}

const checks: Check[] = [
  { name: 'format', command: ['prettier', '--check', '--log-level', 'warn', '.'] },
  { name: 'types', command: ['tsc', '--noEmit', '--project', '.'] },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'dead code', command: ['knip', '--no-progress'] },
  {
    name: 'architecture',
    command: ['vitest', 'run', '--project', 'unit', '--reporter', 'dot', 'tests/architecture'],
  },
]

/** Runs all of them, so that one look shows everything. Returns the names of those that failed. */
export function runChecks(): string[] {
  prepareTypes()
  return checks
    .filter(({ name, command: [program = '', ...args] }) => {
      const started = Date.now()
      const { status, stdout, stderr } = spawnSync(program, args, {
        cwd: repository,
        encoding: 'utf8',
        maxBuffer: 1e9,
      })
      const seconds = ((Date.now() - started) / 1000).toFixed(1)
      console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`)
      if (status !== 0) console.log(`${stdout}${stderr}`)
      return status !== 0
    })
    .map(({ name }) => name)
}

/** Types that an earlier build or development server left behind may name pages that are gone. */
function prepareTypes(): void {
  for (const stale of ['.next/types', '.next/dev/types']) {
    fs.rmSync(path.join(repository, stale), { recursive: true, force: true })
  }
  const declarations = path.join(repository, 'next-env.d.ts')
  if (fs.existsSync(declarations)) fs.rmSync(declarations)
  fs.writeFileSync(
    declarations,
    '/// <reference types="next" />\n/// <reference types="next/image-types/global" />\n',
  )
}

if (process.argv[1] === import.meta.filename) process.exit(runChecks().length === 0 ? 0 : 1)
