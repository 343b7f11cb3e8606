import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { openTestDatabase } from '#tests/support/database.ts'
import { openDatabase } from './db/database.ts'
import { classifyTrouble } from './errors.ts'

const { appUrl, superuserUrl } = await openTestDatabase()
const open = () =>
  openDatabase({
    ...{ url: appUrl, poolMax: 1, direct: true, applicationName: 'errors' },
    onIdleError: () => undefined,
  })

async function failureOf(query: PromiseLike<unknown>): Promise<unknown> {
  return Promise.resolve(query).then(
    () => null,
    (error: unknown) => error,
  )
}

it('a pool with no connection left is trouble, not a bug', async () => {
  const db = open()
  const taken = await db.$client.connect()
  const failure = await failureOf(db.execute(sql`select 1`))
  taken.release()
  await db.$client.end()
  expect(classifyTrouble(failure)).toMatchObject({ part: 'database' })
})

it('a connection that is cut off is trouble, not a bug', async () => {
  const db = open()
  const failing = failureOf(db.execute(sql`select pg_sleep(30)`))
  const other = openDatabase({
    ...{ url: superuserUrl, poolMax: 1, direct: true, applicationName: 'other' },
    onIdleError: () => undefined,
  })
  await expect
    .poll(async () => {
      const { rowCount } = await other.execute(sql`
        select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'errors' and query like '%pg_sleep%'`)
      return rowCount
    })
    .toBe(1)
  expect(classifyTrouble(await failing)).toMatchObject({ part: 'database' })
  await Promise.all([db.$client.end(), other.$client.end()])
})

it('a statement that is wrong is a bug', async () => {
  const db = open()
  expect(classifyTrouble(await failureOf(db.execute(sql`select nothing from nowhere`)))).toBeNull()
  await db.$client.end()
})
