import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { openTestDatabase } from './database.ts'

const { db, owner, name } = await openTestDatabase()

test('a test file gets a migrated database of its own, seen as the application sees it', async () => {
  const { rows } = await db.execute(sql`select current_user as who, current_database() as name`)
  expect(rows).toEqual([{ who: 'ecosystem_app', name }])
})

test('the owner of the tables is another role than the application', async () => {
  const { rows } = await owner.execute(sql`select current_user as who`)
  expect(rows).toEqual([{ who: 'ecosystem_owner' }])
})
