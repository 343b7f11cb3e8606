import { expect, test } from 'vitest'
import { SAMPLE_BOOKING } from '../preview-mails.ts'
import type { BookingFacts } from './facts.ts'
import { isStillTrue } from './still-true.ts'

const now = SAMPLE_BOOKING.startsAt.subtract({ hours: 24 })
const facts = (changes: Partial<BookingFacts> = {}): BookingFacts => ({ ...SAMPLE_BOOKING, ...changes })

test('a confirmation that waited is not sent after the booking was cancelled', () => {
  expect(isStillTrue('booking_confirmed', {}, facts(), now)).toBe(true)
  expect(isStillTrue('booking_confirmed', {}, facts({ state: 'cancelled' }), now)).toBe(false)
  expect(isStillTrue('booking_cancelled', {}, facts({ state: 'cancelled' }), now)).toBe(true)
})

test('of two moves only the last is told', () => {
  const startsAt = SAMPLE_BOOKING.startsAt
  expect(isStillTrue('booking_rescheduled', { toStartsAt: startsAt.toString() }, facts(), now)).toBe(true)
  expect(
    isStillTrue('booking_rescheduled', { toStartsAt: startsAt.add({ hours: 1 }).toString() }, facts(), now),
  ).toBe(false)
})

test('a reminder of a time that has since been moved is not sent', () => {
  const event = { startsAt: SAMPLE_BOOKING.startsAt.subtract({ hours: 5 }).toString() }
  expect(isStillTrue('starts_in_24_hours', event, facts(), now)).toBe(false)
})

test('a failed payment is not mentioned once another try has paid', () => {
  const unpaid = { status: 'unpaid', attempted: true, refundWaits: false, lastError: 'declined' } as const
  expect(isStillTrue('payment_failed', {}, facts({ state: 'held', payment: unpaid }), now)).toBe(true)
  expect(isStillTrue('payment_failed', {}, facts({ state: 'confirmed' }), now)).toBe(false)
})

test('a request that has been answered is not announced', () => {
  expect(isStillTrue('request_received', {}, facts({ state: 'awaiting_provider' }), now)).toBe(true)
  expect(isStillTrue('request_received', {}, facts({ state: 'confirmed' }), now)).toBe(false)
})
