import { describe, expect, test } from 'vitest'
import { Temporal } from '#src/kernel/time.ts'
import { isStillUseful, planReminders } from './reminders.ts'

const startsAt = Temporal.Instant.from('2026-11-26T19:00:00Z')
const endsAt = startsAt.add({ minutes: 60 })
const booking = (
  state: 'confirmed' | 'completed' | 'cancelled' | 'in_progress' | 'no_show' = 'confirmed',
  reviewed = false,
) => ({
  state,
  startsAt,
  endsAt,
  reviewed,
})
const before = (duration: { hours?: number; minutes?: number }) => startsAt.subtract(duration)

describe('what a booking is reminded of', () => {
  test('24 and 2 elapsed hours before, also over a change of clocks', () => {
    // 02:30 in New York, the night the clocks go forward: 24 h before is 02:30 on the wall, 23 h on another count.
    const spring = {
      state: 'confirmed' as const,
      startsAt: Temporal.Instant.from('2027-03-14T07:30:00Z'),
      endsAt: Temporal.Instant.from('2027-03-14T08:30:00Z'),
    }
    const plan = planReminders(spring, spring.startsAt.subtract({ hours: 100 }))
    expect(plan.starts_in_24_hours?.toString()).toBe('2027-03-13T07:30:00Z')
    expect(plan.starts_in_2_hours?.toString()).toBe('2027-03-14T05:30:00Z')
    expect(plan.review_ask).toBeNull()
  })

  test.each([
    [{ hours: 24, minutes: 1 }, true, true],
    [{ hours: 24 }, false, true],
    [{ hours: 23, minutes: 59 }, false, true],
    [{ hours: 2, minutes: 1 }, false, true],
    [{ hours: 2 }, false, false],
    [{ minutes: 5 }, false, false],
  ])('made %j before: not reminded of what has just been said', (made, day, hours) => {
    const plan = planReminders(booking(), before(made))
    expect(plan.starts_in_24_hours !== null).toBe(day)
    expect(plan.starts_in_2_hours !== null).toBe(hours)
  })

  test.each(['cancelled', 'no_show', 'in_progress'] as const)('%s: nothing', (state) => {
    expect(Object.values(planReminders(booking(state), before({ hours: 100 })))).toEqual([null, null, null])
  })

  test('completed: a review is asked for 24 hours after the end, once there is none', () => {
    expect(planReminders(booking('completed'), endsAt).review_ask?.toString()).toBe(
      endsAt.add({ hours: 24 }).toString(),
    )
    expect(isStillUseful('review_ask', booking('completed'), endsAt.add({ hours: 24 }))).toBe(true)
    expect(isStillUseful('review_ask', booking('completed', true), endsAt.add({ hours: 24 }))).toBe(false)
  })

  test('late reminders are dropped when the next one says the same, and after the start', () => {
    expect(isStillUseful('starts_in_24_hours', booking(), before({ hours: 3 }))).toBe(true)
    expect(isStillUseful('starts_in_24_hours', booking(), before({ hours: 2 }))).toBe(false)
    expect(isStillUseful('starts_in_2_hours', booking(), before({ minutes: 1 }))).toBe(true)
    expect(isStillUseful('starts_in_2_hours', booking(), startsAt)).toBe(false)
    expect(isStillUseful('starts_in_2_hours', booking('cancelled'), before({ hours: 1 }))).toBe(false)
  })
})
