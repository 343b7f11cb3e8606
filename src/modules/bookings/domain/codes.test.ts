import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BOOKING_CODES, bookingCode } from './codes.ts'

it('writes a number as eight unmistakable letters, different for different numbers', () => {
  const drawn = fc.nat({ max: BOOKING_CODES - 1 })
  fc.assert(
    fc.property(drawn, drawn, (one, other) => {
      expect(bookingCode(one)).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/)
      expect(bookingCode(one) === bookingCode(other)).toBe(one === other)
    }),
  )
})
