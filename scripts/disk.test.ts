import { expect, test } from 'vitest'
import { freeMegabytes, fullDiskIn } from './disk.ts'

const sentence = 'The disk is full. Free some space and start again; the data is kept.'
const cutOff =
  'Demo data failed.\n    on conflict (import_source, import_key) do update\nThe whole log: .data/logs/setup.log'

test('what failed on a full disk is one sentence and the step, also where the log ended before the reason', () => {
  expect(fullDiskIn(cutOff, 0)).toBe(`${sentence}\nDemo data failed.`)
  expect(
    fullDiskIn('Building the site failed.\nError: ENOSPC: no space left on device\n    at write', 500),
  ).toBe(`${sentence}\nBuilding the site failed.`)
  const said = 'The disk is full, so PostgreSQL cannot start. Free some space; the data is kept.'
  expect(fullDiskIn(said, 0)).toBe(said)
})

test('what failed with space left keeps its own words', () => {
  expect(fullDiskIn(cutOff, 500)).toBeNull()
})

test('free space is counted in megabytes', () => {
  expect(freeMegabytes(import.meta.dirname)).toBeGreaterThan(0)
})
