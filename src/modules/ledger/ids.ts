import { createHash } from 'node:crypto'

/** The id follows from the name, so that whoever names the same thing means the same row, before and after it is written. */
export function deterministicId(name: string): string {
  const hash = createHash('sha256').update(`ecosystem.ledger:${name}`).digest('hex')
  // The form of a UUID version 8: ours to define (RFC 9562, section 5.8).
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}
