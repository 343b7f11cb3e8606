import { assert } from '#src/kernel/assert.ts'
import type { JsonObject } from '#src/kernel/json.ts'

/** What an event or a job always says: an id, an instant. */
export function saidIn(event: JsonObject, name: string): string {
  const value = event[name]
  assert(typeof value === 'string', `${name} is said`)
  return value
}
