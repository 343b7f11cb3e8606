import { sql } from 'drizzle-orm'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { CATEGORY_TREE, type CategoryNode } from './domain/category-tree.ts'
import { categories } from './tables.ts'

type CategoryRow = typeof categories.$inferInsert

/** Writes the tree; run again it renames and moves, and removes nothing, since services may stand in what was dropped. */
export async function seedCategories(ctx: Pick<Ctx, 'db'>): Promise<number> {
  const rows = rowsOf(CATEGORY_TREE, null, [])
  await inTransaction(ctx, (tx) =>
    tx
      .insert(categories)
      .values(rows)
      .onConflictDoUpdate({
        target: categories.id,
        set: {
          parentId: sql`excluded.parent_id`,
          name: sql`excluded.name`,
          path: sql`excluded.path`,
          position: sql`excluded.position`,
        },
      }),
  )
  return rows.length
}

/** Parents before their children, as the foreign key wants them. */
function rowsOf(
  nodes: readonly CategoryNode[],
  parentId: string | null,
  above: readonly string[],
): CategoryRow[] {
  return nodes.flatMap(([id, name, children = []], position) => {
    const path = [...above, id]
    return [{ id, parentId, name, path, position }, ...rowsOf(children, id, path)]
  })
}
