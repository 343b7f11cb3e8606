import { describe, expect, it } from 'vitest'
import { Temporal } from '#src/kernel/time.ts'
import { decideReschedule, type MovableBooking } from './reschedule.ts'

const START = Temporal.Instant.from('2026-11-26T19:00:00Z')
const booking: MovableBooking = {
  state: 'confirmed',
  startsAt: START,
  minimumNoticeMinutes: 120,
  cancellationPolicy: 'flexible',
  refundPercentMax: 100,
}

describe('moving a booking', () => {
  it('is allowed up to the minimum notice, and not a minute later', () => {
    expect(decideReschedule(booking, 'guest', START.subtract({ minutes: 120 }))).toMatchObject({
      refused: null,
    })
    expect(decideReschedule(booking, 'guest', START.subtract({ minutes: 119 }))).toEqual({
      refused: 'booking.too_late_to_reschedule',
    })
  })

  it('does not buy back a refund that time has reduced', () => {
    expect(decideReschedule(booking, 'guest', START.subtract({ hours: 30 }))).toEqual({
      refused: null,
      refundPercentMax: 100,
    })
    expect(decideReschedule(booking, 'guest', START.subtract({ hours: 10 }))).toEqual({
      refused: null,
      refundPercentMax: 50,
    })
    const movedLate = { ...booking, refundPercentMax: 50 }
    expect(decideReschedule(movedLate, 'guest', START.subtract({ hours: 300 }))).toEqual({
      refused: null,
      refundPercentMax: 50,
    })
  })

  it.each(['held', 'in_progress', 'completed', 'expired', 'declined', 'cancelled', 'no_show'] as const)(
    'is refused when %s',
    (state) => {
      expect(decideReschedule({ ...booking, state }, 'guest', START.subtract({ hours: 100 }))).toEqual({
        refused: 'booking.wrong_state',
      })
    },
  )
})
