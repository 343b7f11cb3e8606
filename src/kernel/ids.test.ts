import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isId } from './ids.ts'

test('an id is a UUID in small letters, as the database writes it', () => {
  for (let count = 0; count < 100; count += 1) expect(isId(randomUUID())).toBe(true)
  fc.assert(fc.property(fc.uuid(), isId))
})

test('anything else is none, also where an id is only part of it', () => {
  const id = '0c9a1c80-6c1e-4d27-9d6c-5f1f2f6a9b10'
  for (const text of [
    '',
    id.toUpperCase(),
    id.replaceAll('-', ''),
    ` ${id}`,
    `${id}\n`,
    `${id}\n${id}`,
    `{${id}}`,
    `${id}0`,
    id.slice(1),
    id.replace('0', 'g'),
    id.replace('0', '０'),
  ])
    expect([text, isId(text)]).toEqual([text, false])
})
