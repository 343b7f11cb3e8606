import { describe, expect, it } from 'vitest'
import { bookingInPath } from './demo-booking.ts'

const ID = '5f0c9a52-7d1e-4f4b-9b8e-2f1f6a3d7c11'

describe('the booking that a page is about', () => {
  it.each([
    [`/dashboard/bookings/${ID}`, { id: ID }],
    [`/provider/ana/bookings/${ID}`, { id: ID }],
    [`/operator/bookings/${ID}`, { id: ID }],
    [`/bookings/${ID}/confirmation`, { id: ID }],
    [`/checkout/${ID}`, { id: ID }],
    ['/manage/abc_d-1.x_Y-2', { guestKey: 'abc_d-1.x_Y-2' }],
    ['/operator/bookings', null],
    ['/dashboard', null],
    ['/manage', null],
  ])('%s', (path, expected) => {
    expect(bookingInPath(path)).toEqual(expected)
  })
})
