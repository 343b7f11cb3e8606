import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { repository } from '../../scripts/processes.ts'
import { MUTATIONS, plant, plantMutation } from './mutations.ts'

test.each(MUTATIONS)('$name: the sentence to be changed is there, and so are the tests', (mutation) => {
  const code = fs.readFileSync(path.join(repository, mutation.file), 'utf8')
  const changed = plant(mutation, code)
  expect(changed).not.toBe(code)
  expect(changed).toContain(mutation.replace)
  expect(mutation.tests.filter((named) => !fs.existsSync(path.join(repository, named)))).toEqual([])
})

test('another file is left alone', () => {
  for (const mutation of MUTATIONS) expect(plantMutation(mutation).transform('code', 'other.ts')).toBeNull()
})
