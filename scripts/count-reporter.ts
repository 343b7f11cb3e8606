// Leaves the totals of a run where `npm test` finds them for its last line.
import fs from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'

export const countsFile = 'test-results/counts.json'

export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0
    let failed = errors.length
    for (const file of modules) {
      const tests = [...file.children.allTests()]
      passed += tests.filter((test) => test.result().state === 'passed').length
      failed += tests.filter((test) => test.result().state === 'failed').length
      // A file or a hook that failed may have run no test at all; it counts as one.
      if (!file.ok() && tests.every((test) => test.result().state !== 'failed')) failed += 1
    }
    fs.mkdirSync('test-results', { recursive: true })
    fs.writeFileSync(countsFile, JSON.stringify({ passed, failed }))
  }
}
