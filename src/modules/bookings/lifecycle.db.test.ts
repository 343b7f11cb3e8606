import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { openTestDatabase } from '#tests/support/database.ts'
import { BOOKING_STATES, LIVE_STATES, TRANSITIONS } from './domain/lifecycle.ts'

const { db } = await openTestDatabase()

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
