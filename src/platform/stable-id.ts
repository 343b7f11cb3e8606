import { createHash } from 'node:crypto'
import type { Id } from '#src/kernel/ids.ts'

/** The same UUID for the same name, always: what is imported twice is written over and not doubled. (RFC 9562 version 8.) */
export function stableId<Name extends string>(...name: readonly string[]): Id<Name> {
  const hex = createHash('sha256').update(name.join('\u0000')).digest('hex')
  const variant = '89ab'[Number.parseInt(hex[16] ?? '0', 16) % 4]
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}` as Id<Name>
}
