import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { openTestDatabase } from '#tests/support/database.ts'
import { enqueue } from './enqueue.ts'

const { db, owner } = await openTestDatabase()

/** A worker takes the waiting job of a key, and somebody adds that job again before the taking is committed. @returns how many are to run. */
async function addedWhileTaken(key: string, add: () => Promise<void>): Promise<number> {
  await add()
  let added = Promise.resolve()
  await owner.transaction(async (worker) => {
    await worker.execute(sql`
      update graphile_worker._private_jobs set locked_at = now(), locked_by = 'a worker', attempts = attempts + 1 where key = ${key}`)
    added = add()
    // Until it waits for the row that the worker holds.
    await expect
      .poll(async () => {
        const { rows } = await db.execute(
          sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        )
        return rows.length
      })
      .toBe(1)
  })
  await added
  const { rows } = await owner.execute(
    sql`select 1 from graphile_worker._private_jobs where key = ${key} and locked_at is null`,
  )
  return rows.length
}

it('what is added while a worker takes the job of its key runs after it', async () => {
  const key = 'taken'
  expect(await addedWhileTaken(key, () => enqueue(db, 'testing', {}, { jobKey: key }))).toBe(1)
})

it('is lost with the bare add_job, or this test could not see it', async () => {
  const key = 'bare'
  const add = async () => {
    await db.execute(sql`select graphile_worker.add_job('testing', '{}', job_key => ${key}::text)`)
  }
  expect(await addedWhileTaken(key, add)).toBe(0)
})
