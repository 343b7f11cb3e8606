// What the repository promises about itself: its tests are real, its types are honest, its documents are true.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { repository } from '../../scripts/processes.ts'

const read = (file: string) => fs.readFileSync(path.join(repository, file), 'utf8')

/** Files that git has or would take; build output and data are not ours to judge. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: repository,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && fs.existsSync(path.join(repository, file)))

const self = 'tests/architecture/'
const code = files.filter((file) => /\.(ts|tsx|mts|mjs|js)$/.test(file) && !file.startsWith(self))
const tests = code.filter((file) => /\.(test|spec)\.tsx?$/.test(file))
const documents = files.filter((file) => file.endsWith('.md'))

/** `file:line: text` for each line that matches; the answer to "where?" is the failure message. */
function linesMatching(list: string[], pattern: RegExp): string[] {
  return list.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  )
}

test('there is something to look at', () => {
  expect(code.length).toBeGreaterThan(50)
  expect(tests.length).toBeGreaterThan(3)
  expect(documents.length).toBeGreaterThan(3)
})

describe('tests are real', () => {
  test('none replaces our own code', () => {
    expect(linesMatching(tests, /\bvi\.(mock|doMock|hoisted)\(/)).toEqual([])
  })

  test('none is skipped, focused or promised for later', () => {
    expect(
      linesMatching(tests, /\b(test|it|describe)(\.\w+)*\.(skip|only|todo|fails|skipIf|runIf)\b/),
    ).toEqual([])
  })
})

describe('types are honest', () => {
  test('no compiler error is silenced', () => {
    expect(linesMatching(code, /@ts-(ignore|nocheck|expect-error)/)).toEqual([])
  })

  test('nothing is any', () => {
    expect(linesMatching(code, /(:|\bas|<|\|)\s*any\b(?!thing)(?=[\s,;)>[\]|=]|$)/)).toEqual([])
  })
})

test('nothing is left for later in the code', () => {
  expect(linesMatching(code, /\b(TODO|FIXME)\b/)).toEqual([])
})

test('only platform/config.ts reads the environment', () => {
  const readers = linesMatching(
    code.filter((file) => file.startsWith('src/') && !/\.test\.tsx?$/.test(file)),
    /\bprocess\.env\b/,
  )
  expect(readers.filter((line) => !line.startsWith('src/platform/config.ts:'))).toEqual([])
})

test('who may do what is said in kernel/rights.ts alone', () => {
  const deciders = linesMatching(
    code.filter((file) => file.startsWith('src/') && !/\.test\.tsx?$/.test(file)),
    /\boperatorRole\s*(===|!==|&&|\?[^:.])/,
  )
  expect(deciders).toEqual([])
})

test('the terms of a service, and how a wall time is printed, are said in one place each', () => {
  const ours = code.filter((file) => file.startsWith('src/') && !/\.test\.tsx?$/.test(file))
  const places = (pattern: RegExp) => [
    ...new Set(linesMatching(ours, pattern).map((line) => line.replace(/:.*/, ''))),
  ]
  expect(
    places(/'flexible'\W+'moderate'\W+'strict'|'on_site'\W+'online'|'instant'\W+'request'(?!\s*\|)/),
  ).toEqual(['src/kernel/service-terms.ts'])
  expect(places(/\bCLOCK_JUMP_MS = /)).toEqual(['src/modules/scheduling/domain/zone-offsets.ts'])
  expect(places(/function twoDigits\b/)).toEqual(['src/modules/scheduling/domain/wall-text.ts'])
})

test('no lock on a row keeps others from referring to it', () => {
  const locks = linesMatching(
    files.filter((file) => /^(src|db)\/.*\.(ts|sql)$/.test(file)),
    /\bfor\('update'|(?<!no key )\bfor update\b/i,
  )
  // A row that refers to a locked one waits for the lock, and the two transactions may be waiting for each other.
  expect(locks, "for('no key update') is enough where no key is changed").toEqual([])
})

test('a migration has a way up and a way down', () => {
  const folders = fs.readdirSync(path.join(repository, 'db/migrations'))
  expect(folders.length).toBeGreaterThan(0)
  for (const folder of folders) {
    expect(files).toContain(`db/migrations/${folder}/up.sql`)
    expect(files).toContain(`db/migrations/${folder}/down.sql`)
  }
})

describe('documents are true', () => {
  test('the root holds the known ones and no report', () => {
    const known = [
      'ARCHITECTURE.md',
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'README.md',
      'SECURITY.md',
      'STYLE.md',
    ]
    const there = documents.filter((file) => !file.includes('/'))
    expect(there.filter((file) => !known.includes(file))).toEqual([])
    expect(there).toContain('README.md')
  })

  test('every npm script they mention exists', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const mentioned = [...documents, '.ci/run', '.github/workflows/ci.yml'].flatMap((file) =>
      [...read(file).matchAll(/\bnpm (?:run )?(?:-s )?(start|test|run [\w:-]+|[\w]+:[\w:-]+)/g)].map(
        (match) => ({
          file,
          script: (match[1] ?? '').replace(/^run /, ''),
        }),
      ),
    )
    expect(mentioned.length).toBeGreaterThan(3)
    expect(mentioned.filter(({ script }) => !(script in scripts))).toEqual([])
  })

  test('every npm script runs a file that is there', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const run = Object.values(scripts).flatMap((line) => line.match(/\S+\.(?:ts|mjs)\b/g) ?? [])
    expect(run.length).toBeGreaterThan(3)
    expect(run.filter((file) => !files.includes(path.normalize(file)))).toEqual([])
  })

  test('every path they name is there', () => {
    const missing = documents.flatMap((file) =>
      pathsNamedIn(read(file))
        .filter((name) => !existsFrom(file, name))
        .map((name) => `${file}: ${name}`),
    )
    expect(missing).toEqual([])
  })
})

/** Links to files, and words in backticks that start with a folder of ours. */
function pathsNamedIn(text: string): string[] {
  const links = [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)].map((match) => match[1] ?? '')
  const quoted = [...text.matchAll(/`((?:src|sandbox|db|tests|ops|docs|scripts)\/[\w./[\]()-]*)`/g)].map(
    (match) => match[1] ?? '',
  )
  return [...links, ...quoted]
}

function existsFrom(file: string, name: string): boolean {
  return [path.dirname(file), '.'].some((base) => fs.existsSync(path.join(repository, base, name)))
}
