import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Temporal } from '#src/kernel/time.ts'
import { listSlots, type CalendarFacts, type ServiceFacts } from './domain/slots.ts'
import { listSlotViews, listStartViews, toSlotView } from './slot-view.ts'

const ZONES = [
  'America/St_Johns',
  'Europe/Berlin',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'UTC',
  'Pacific/Marquesas',
]

describe('a list of slots for the API', () => {
  it('says the same as the slot engine, in every zone and over changes of the clock', () => {
    const example = fc.record({
      timeZone: fc.constantFrom(...ZONES),
      now: fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) }).map((ms) => ms - (ms % 1000)),
      opensMinute: fc.integer({ min: 0, max: 700 }),
      stepMinutes: fc.constantFrom(15, 25, 60),
      capacity: fc.constantFrom(1, 6),
      seatsTaken: fc.integer({ min: 1, max: 6 }),
    })
    fc.assert(
      fc.property(example, ({ timeZone, now: nowMs, opensMinute, stepMinutes, capacity, seatsTaken }) => {
        const now = Temporal.Instant.fromEpochMilliseconds(nowMs)
        const service: ServiceFacts = {
          ...{
            id: 'service',
            durationMinutes: 45,
            bufferBeforeMinutes: 0,
            bufferAfterMinutes: 10,
            minimumNoticeMinutes: 30,
          },
          ...{ stepMinutes, capacity, horizonDays: 40 },
        }
        const bare: CalendarFacts = {
          timeZone,
          openingRules: ([1, 2, 3, 4, 5, 6, 7] as const).map((weekday) => ({
            weekday,
            opensMinute,
            closesMinute: 1440,
          })),
          ...{ overrides: [], timeOff: [], busy: [] },
        }
        const window = { from: now, until: now.add({ hours: 40 * 24 }) }
        const [some] = listSlots(bare, service, window, now).slice(3)
        const calendar: CalendarFacts =
          some && capacity > 1
            ? { ...bare, sessions: [{ serviceId: 'service', start: some.start, occupied: some, seatsTaken }] }
            : bare
        expect(listSlotViews(calendar, service, window, now)).toEqual(
          listSlots(calendar, service, window, now).map(toSlotView),
        )
        expect(listStartViews(calendar, service, window, now)).toEqual(
          listSlots(calendar, service, window, now).map(
            ({ localDate, localTime, offset, start, seatsLeft }) => ({
              startsAt: `${localDate}T${localTime}:${start.toString().slice(17, 19)}${offset}`,
              seatsLeft,
            }),
          ),
        )
      }),
      { numRuns: 40 },
    )
  })
})
