// `npm test`, `npm run check` and CI: the checks, then every test. The last line says how many passed and failed; no test at all is a failure.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { runChecks } from './lint.ts'
import { countsFile } from './count-reporter.ts'
import { readJson } from './environment.ts'
import { repository } from './processes.ts'

const counts = path.join(repository, countsFile)
fs.rmSync(counts, { force: true })

const failedChecks = runChecks()
const vitest = spawnSync('vitest', ['run', ...process.argv.slice(2)], { cwd: repository, stdio: 'inherit' })
const { passed, failed } = readJson<{ passed: number; failed: number }>(counts) ?? { passed: 0, failed: 1 }
const brokenRun = vitest.status !== 0 && failed === 0 ? 1 : 0
const failures = failed + failedChecks.length + brokenRun

if (failedChecks.length > 0) console.log(`Checks that failed: ${failedChecks.join(', ')}`)
console.log(`${passed} passed, ${failures} failed`)
process.exitCode = failures > 0 || passed === 0 ? 1 : 0
