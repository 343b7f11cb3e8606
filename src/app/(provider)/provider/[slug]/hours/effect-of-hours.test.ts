import { describe, expect, it } from 'vitest'
import { effectOfHours, type WeeklyBooking } from './effect-of-hours.ts'

const nineToFive = [{ opens: '09:00', closes: '17:00' }]
const week = (monday: { opens: string; closes: string }[]) => [monday, [], [], [], [], [], []]
const booking = (fromMinute: number, untilMinute: number, weekday = 1): WeeklyBooking => ({
  ...{ words: `${weekday} ${fromMinute}`, weekday, fromMinute, untilMinute },
})

describe('the effect of new hours', () => {
  it('is how much of a week is open, and which bookings then lie outside', () => {
    const late = booking(960, 1020)
    const effect = effectOfHours(week(nineToFive), week([{ opens: '09:00', closes: '16:30' }]), [
      booking(540, 600),
      late,
    ])
    expect(effect).toEqual({ minutesBefore: 480, minutesAfter: 450, outside: [late] })
  })

  it('takes windows that touch as one, and midnight as the end of the day', () => {
    const touching = [
      { opens: '12:00', closes: '00:00' },
      { opens: '09:00', closes: '12:00' },
    ]
    expect(effectOfHours(week(nineToFive), week(touching), [booking(690, 750)])).toEqual({
      ...{ minutesBefore: 480, minutesAfter: 900, outside: [] },
    })
  })

  it('says nothing of bookings that lie outside already, nor of half-typed hours', () => {
    const half = [{ opens: '09:00', closes: '' }]
    expect(effectOfHours(week([]), week(half), [booking(540, 600)])).toEqual({
      ...{ minutesBefore: 0, minutesAfter: 0, outside: [] },
    })
  })
})
