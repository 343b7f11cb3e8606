import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { openTestDatabase } from '#tests/support/database.ts'
import { DISPATCH_TASK } from '../outbox/emit.ts'
import { addJob, enqueue } from './enqueue.ts'
import { putAwayReplaced } from './put-away-replaced.ts'

const { db, owner } = await openTestDatabase()

const inQueue = async () => {
  const { rows } = await owner.execute<{ task: string; key: string | null }>(
    sql`select task_identifier as task, key from graphile_worker.jobs order by id`,
  )
  return rows
}

it('of a job that was replaced in the hands of a worker that died, only the newer one is left', async () => {
  const add = () => enqueue(db, 'testing', {}, { jobKey: 'one' })
  await add()
  await owner.execute(
    sql`update graphile_worker._private_jobs set locked_at = now(), locked_by = 'a worker', attempts = 1`,
  )
  await add()
  await putAwayReplaced(db)
  expect(await inQueue()).toHaveLength(2) // the worker may yet be done with it
  await owner.execute(sql`select graphile_worker.force_unlock_workers(array['a worker'])`)
  await putAwayReplaced(db)
  expect(await inQueue()).toEqual([{ task: 'testing', key: 'one' }])
})

it('what has used up its tries stays, with its key, and the outbox without one', async () => {
  await owner.execute(sql`delete from graphile_worker._private_jobs`)
  await enqueue(db, 'testing', {}, { jobKey: 'hopeless' })
  await db.execute(sql`select ${addJob({ task: DISPATCH_TASK, payload: sql`'{}'::json`, key: null })}`)
  await owner.execute(sql`update graphile_worker._private_jobs set attempts = max_attempts`)
  await putAwayReplaced(db)
  expect(await inQueue()).toEqual([
    { task: 'testing', key: 'hopeless' },
    { task: DISPATCH_TASK, key: null },
  ])
})
