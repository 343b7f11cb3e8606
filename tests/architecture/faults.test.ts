// Each fault of the catalogue that concerns money has a test with its number at the beginning of its name, so that the two
// can be laid side by side.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { repository } from '../../scripts/processes.ts'

const [FIRST, LAST] = [11, 47]
/** A name that begins with numbers: 'F12 …' or 'F23, F25 …'. */
const NUMBERED = /['"`](F\d+(?:, F\d+)*) /g

function faultsNamedIn(text: string): string[] {
  return [...text.matchAll(NUMBERED)].flatMap(([, numbers = '']) => numbers.split(', '))
}

test('numbers are read at the beginning of names, and nowhere else', () => {
  const text = `test('F12 told twice', …); it.each(x)("F23, F25 at each point"); describe(\`F41 \${name}\`); // F99 'see F98'`
  expect(faultsNamedIn(text)).toEqual(['F12', 'F23', 'F25', 'F41'])
})

test(`F${FIRST} to F${LAST} each have a test with that number in its name`, () => {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: repository,
    encoding: 'utf8',
  }).split('\n')
  const tests = files.filter(
    (file) => /\.(test|spec)\.tsx?$/.test(file) && !file.startsWith('tests/architecture/'),
  )
  const named = new Set(
    tests.flatMap((file) => faultsNamedIn(fs.readFileSync(path.join(repository, file), 'utf8'))),
  )
  const all = Array.from({ length: LAST - FIRST + 1 }, (_, index) => `F${FIRST + index}`)
  expect(all.filter((fault) => !named.has(fault))).toEqual([])
})
