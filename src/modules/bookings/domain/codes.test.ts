import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bookingCode } from './codes.ts'

it('writes forty bits as eight unmistakable letters, different for different bits', () => {
  const fiveBytes = fc.uint8Array({ minLength: 5, maxLength: 5 })
  fc.assert(
    fc.property(fiveBytes, fiveBytes, (one, other) => {
      expect(bookingCode(one)).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/)
      expect(bookingCode(one) === bookingCode(other)).toBe(Buffer.compare(one, other) === 0)
    }),
  )
})
