import { sql } from 'drizzle-orm'
import type { Queryable } from '#src/platform/db/database.ts'

/** Who has a public page, for the site map; the newest change first. */
export async function listPublicSlugs(
  db: Queryable,
  limit: number,
): Promise<{ slug: string; updatedAt: string }[]> {
  const { rows } = await db.execute<{ slug: string; updatedAt: string }>(sql`
    select slug, to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "updatedAt"
    from providers where status = 'live' order by updated_at desc, id limit ${limit}`)
  return rows
}
