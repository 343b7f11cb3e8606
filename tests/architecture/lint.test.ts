// The lint rules that guard the architecture, each shown a file that breaks it.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { repository } from '../../scripts/processes.ts'

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'lint-'))
afterAll(() => fs.rmSync(root, { recursive: true, force: true }))
fs.copyFileSync(path.join(repository, '.oxlintrc.json'), path.join(root, '.oxlintrc.json'))

const broken = [
  { file: 'src/kernel/clock.ts', text: 'export const now = () => new Date()', rule: 'no-restricted-globals' },
  {
    file: 'src/modules/bookings/domain/luck.ts',
    text: 'export const luck = () => Math.random()',
    rule: 'no-restricted-properties',
  },
  {
    file: 'src/modules/bookings/domain/ask.ts',
    text: "export const ask = () => fetch('/')",
    rule: 'no-restricted-globals',
  },
  {
    file: 'src/modules/bookings/settings.ts',
    text: "export const url = process.env['DATABASE_URL']",
    rule: 'no-process-env',
  },
  {
    file: 'src/platform/shout.ts',
    text: "export const shout = () => console.log('here')",
    rule: 'no-console',
  },
  {
    file: 'src/platform/loose.ts',
    text: 'export const loose = (x: any) => String(x)',
    rule: 'no-explicit-any',
  },
  {
    file: 'src/platform/later.test.ts',
    text: "import { test } from 'vitest'\ntest.skip('later', () => undefined)",
    rule: 'no-disabled-tests',
  },
]

const allowed = [
  { file: 'src/platform/config.ts', text: "export const url = process.env['DATABASE_URL']" },
  { file: 'src/platform/clock.ts', text: 'export const now = () => new Date()' },
  { file: 'scripts/tell.ts', text: "console.log(process.env['PORT'])" },
]

function lint(file: string, text: string): string {
  const at = path.join(root, file)
  fs.mkdirSync(path.dirname(at), { recursive: true })
  fs.writeFileSync(at, text)
  const oxlint = path.join(repository, 'node_modules/.bin/oxlint')
  return spawnSync(oxlint, ['--deny-warnings', file], { cwd: root, encoding: 'utf8' }).stdout
}

test.each(broken)('$rule catches $file', ({ file, text, rule }) => {
  expect(lint(file, text)).toContain(`(${rule})`)
})

test.each(allowed)('$file may do it', ({ file, text }) => {
  expect(lint(file, text)).toContain('Found 0 warnings and 0 errors')
})
