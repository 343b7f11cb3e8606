import { asc } from 'drizzle-orm'
import type { Queryable } from '#src/platform/db/database.ts'
import { categories } from './tables.ts'
import type { CategoryView } from './views.ts'

/** The tree of categories, three levels deep at most. */
export async function listCategories(db: Queryable): Promise<CategoryView[]> {
  const rows = await db.select().from(categories).orderBy(asc(categories.position), asc(categories.id))
  const views = new Map(
    rows.map(({ id, name, parentId }): [string, CategoryView] => [id, { id, name, parentId, children: [] }]),
  )
  const top: CategoryView[] = []
  for (const view of views.values()) {
    const siblings = view.parentId === null ? top : views.get(view.parentId)?.children
    siblings?.push(view)
  }
  return top
}
