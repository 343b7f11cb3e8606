import { describe, expect, test } from 'vitest'
import { SAMPLE_BOOKING } from '../preview-mails.ts'
import { bookingMails } from './who-gets-what.ts'

const told = (type: string, event = {}, facts = {}) =>
  bookingMails(type, event, { ...SAMPLE_BOOKING, ...facts }).map(({ template, to }) => `${template} → ${to}`)

describe('who gets what', () => {
  test.each([
    ['booking.confirmed', ['booking_confirmed → customer', 'booking_confirmed → provider']],
    ['booking.requested', ['request_received → customer', 'request_received → provider']],
    ['booking.accepted', ['booking_accepted → customer', 'booking_accepted → provider']],
    ['booking.rescheduled', ['booking_rescheduled → customer', 'booking_rescheduled → provider']],
    ['booking.cancelled', ['booking_cancelled → customer', 'booking_cancelled → provider']],
    ['booking.no_show', ['no_show → customer', 'no_show → provider']],
    [
      'booking.late_payment_refunded',
      ['late_payment_refunded → customer', 'late_payment_refunded → provider'],
    ],
    ['payment.failed', ['payment_failed → customer']],
    ['booking.started', []],
    ['booking.completed', []],
    ['payment.refunded', []],
  ])('%s', (type, mails) => {
    expect(told(type)).toEqual(mails)
  })

  test('a provider who declined knows; one who did not answer is told', () => {
    expect(told('booking.declined', { byDeadline: false })).toEqual(['booking_declined → customer'])
    expect(told('booking.declined', { byDeadline: true })).toEqual([
      'booking_declined → customer',
      'booking_declined → provider',
    ])
  })

  test('a hold that lapses is mentioned only to somebody who tried to pay', () => {
    const payment = { status: 'unpaid', lastError: null }
    expect(told('booking.expired', {}, { payment: { ...payment, attempted: false } })).toEqual([])
    expect(told('booking.expired', {}, { payment: { ...payment, attempted: true } })).toEqual([
      'hold_expired → customer',
    ])
  })

  test('giving up a hold tells nobody', () => {
    expect(told('booking.cancelled', {}, { promised: false })).toEqual([])
  })
})
