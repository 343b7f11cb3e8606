import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { startTestApp } from '#tests/support/app.ts'
import { BOOKING_STATES, LIVE_STATES, TRANSITIONS } from './domain/lifecycle.ts'

const app = await startTestApp({ worker: false })
const { db } = app.database

it('the table in the database is the table in the code', async () => {
  const { rows } = await db.execute(
    sql`select transition as name, from_state as "from", to_state as "to" from booking_transitions`,
  )
  const inCode = TRANSITIONS.map(({ name, from, to }) => ({ name, from, to }))
  const sorted = (list: unknown[]) => list.map((row) => JSON.stringify(row)).sort()
  expect(sorted(rows)).toEqual(sorted(inCode))
})

it('states and live states are those of the constraints', async () => {
  const { rows } = await db.execute<{ name: string; definition: string }>(sql`
    select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint where conrelid = 'bookings'::regclass`)
  const statesIn = (definition = '') =>
    [...definition.matchAll(/'([a-z_]+)'::text/g)].map(([, state]) => state)
  expect(statesIn(rows.find(({ name }) => name === 'bookings_state_check')?.definition)).toEqual([
    ...BOOKING_STATES,
  ])
  expect(statesIn(rows.find(({ name }) => name === 'bookings_no_overlap')?.definition)).toEqual([
    ...LIVE_STATES,
  ])
})

it('time moves a booking on when the table says', async () => {
  const { rows } = await db.execute<{ due: string }>(sql`
    select pg_get_expr(adbin, adrelid) as due from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
    where d.adrelid = 'bookings'::regclass and a.attname = 'next_due_at'`)
  const dueIn = [...(rows[0]?.due ?? '').matchAll(/WHEN '([a-z_]+)'::text THEN ([a-z_]+)/g)].map(
    ([, state, at]) => [state, at],
  )
  const snake = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  expect(dueIn).toEqual(
    TRANSITIONS.flatMap((row) => ('itselfAt' in row ? [[row.from, snake(row.itselfAt)]] : [])),
  )
})

it('the states of the API are those of the table', async () => {
  const { body } = await app.request('/api/openapi.json')
  const enumerations: string[][] = []
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if ('enum' in value && Array.isArray(value.enum) && value.enum.includes('awaiting_provider'))
      enumerations.push(value.enum as string[])
    Object.values(value).forEach(look)
  }
  look(body)
  expect(enumerations.length).toBeGreaterThan(1)
  for (const states of enumerations) expect(states).toEqual([...BOOKING_STATES])
})
