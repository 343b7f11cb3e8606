import { randomFillSync } from 'node:crypto'

const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** Asking the system for randomness costs as much for 4096 bytes as for one. */
const pool = new Uint8Array(4096)
let used = pool.length

function randomByte(): number {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  return pool[used++] ?? 0
}

/** Letters and digits, as in Stripe's ids. 248 = 4 × 62, so no letter is likelier than another. */
export function randomLetters(length: number): string {
  let letters = ''
  while (letters.length < length) {
    const byte = randomByte()
    if (byte < 248) letters += ALPHABET[byte % ALPHABET.length]
  }
  return letters
}

export function newId(prefix: string, length = 24): string {
  return `${prefix}_${randomLetters(length)}`
}
