import { hash } from 'node:crypto'

/** The id follows from the name, so that whoever names the same thing means the same row, before and after it is written. */
export function deterministicId(name: string): string {
  const hex = hash('sha256', `ecosystem.ledger:${name}`)
  // The form of a UUID version 8: ours to define (RFC 9562, section 5.8).
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
