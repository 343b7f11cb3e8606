import type { z } from 'zod'
import type { JsonObject } from '#src/kernel/json.ts'
import { invalid } from './define.ts'

// A cursor is where the last page ended: the sort key and id of its last row. Opaque to whoever carries it, and checked
// like any other input when it comes back.

export function writeCursor(position: JsonObject): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

/** @throws a refusal that names the field when it is not a cursor of this list. */
export function readCursor<Schema extends z.ZodType>(cursor: string, schema: Schema): z.output<Schema> {
  let position: unknown
  try {
    position = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    throw invalid('cursor', 'is not a cursor of this list')
  }
  const parsed = schema.safeParse(position)
  if (!parsed.success) throw invalid('cursor', 'is not a cursor of this list')
  return parsed.data
}
