import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Temporal } from '#src/kernel/time.ts'
import { overlaps, timeRange, type TimeRange } from '#src/kernel/time-range.ts'
import type { DayWindow, OpeningRule, Weekday } from './opening-hours.ts'
import {
  checkSlot,
  listSlots,
  listSlotStarts,
  nextSlots,
  occupiedRange,
  type CalendarFacts,
  type ServiceFacts,
  type Session,
  type Slot,
} from './slots.ts'

const WEEKDAYS: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7]

function minutes(time: string): number {
  const [hours = '', rest = ''] = time.split(':')
  return Number(hours) * 60 + Number(rest)
}

/** '9:00-17:00' */
function window(text: string): DayWindow {
  const [opens = '', closes = ''] = text.split('-')
  return { opensMinute: minutes(opens), closesMinute: minutes(closes) }
}

function daily(...windows: string[]): OpeningRule[] {
  return WEEKDAYS.flatMap((weekday) => windows.map((text) => ({ weekday, ...window(text) })))
}

function calendarWith(changes: Partial<CalendarFacts> = {}): CalendarFacts {
  return {
    timeZone: 'Europe/Berlin',
    openingRules: daily('9:00-12:00'),
    overrides: [],
    timeOff: [],
    busy: [],
    ...changes,
  }
}

function serviceWith(changes: Partial<ServiceFacts> = {}): ServiceFacts {
  return {
    id: 'haircut',
    durationMinutes: 60,
    bufferBeforeMinutes: 0,
    bufferAfterMinutes: 0,
    stepMinutes: 60,
    minimumNoticeMinutes: 0,
    horizonDays: 60,
    capacity: 1,
    ...changes,
  }
}

function at(text: string): Temporal.Instant {
  return Temporal.Instant.from(text)
}

function range(start: string, end: string): TimeRange {
  return timeRange(at(start), at(end))
}

/** Slots of one local date, seen from the day before its midnight in UTC. */
function slotsOn(
  date: string,
  calendar: CalendarFacts,
  service: ServiceFacts,
  now = at(`${date}T00:00Z`).subtract({ hours: 30 }),
) {
  const middle = at(`${date}T12:00Z`)
  const around = { from: middle.subtract({ hours: 40 }), until: middle.add({ hours: 40 }) }
  return listSlots(calendar, service, around, now).filter((slot) => slot.localDate === date)
}

function times(slots: readonly Slot[]): string[] {
  return slots.map((slot) => slot.localTime)
}

function timesOn(
  date: string,
  calendar: CalendarFacts,
  service: ServiceFacts,
  now?: Temporal.Instant,
): string[] {
  return times(slotsOn(date, calendar, service, now))
}

const MONDAY = '2026-05-04'

describe('opening hours', () => {
  test('a slot must end by closing time and may end at it', () => {
    expect(timesOn(MONDAY, calendarWith(), serviceWith())).toEqual(['09:00', '10:00', '11:00'])
    expect(timesOn(MONDAY, calendarWith(), serviceWith({ durationMinutes: 61 }))).toEqual(['09:00', '10:00'])
  })

  test('steps are counted from the opening of each window, so a 12:30 opening starts at 12:30', () => {
    const openingRules = daily('9:10-12:00', '12:30-14:30')
    const service = serviceWith({ durationMinutes: 50, stepMinutes: 50 })
    expect(timesOn(MONDAY, calendarWith({ openingRules }), service)).toEqual([
      '09:10',
      '10:00',
      '10:50',
      '12:30',
      '13:20',
    ])
  })

  test('a booking takes its own slots and moves no other', () => {
    const busy = [range('2026-05-04T08:00Z', '2026-05-04T08:05Z')]
    expect(timesOn(MONDAY, calendarWith({ busy }), serviceWith())).toEqual(['09:00', '11:00'])
  })

  test('windows that touch are one stretch, each with its own steps', () => {
    const openingRules = daily('9:00-10:30', '10:30-12:00')
    expect(timesOn(MONDAY, calendarWith({ openingRules }), serviceWith())).toEqual([
      '09:00',
      '10:00',
      '10:30',
    ])
  })

  test('windows that overlap offer no start twice', () => {
    const openingRules = daily('9:00-11:00', '10:00-12:00')
    expect(timesOn(MONDAY, calendarWith({ openingRules }), serviceWith())).toEqual([
      '09:00',
      '10:00',
      '11:00',
    ])
  })

  test('a slot may span midnight where one day closes and the next opens', () => {
    const openingRules = [
      { weekday: 1 as const, ...window('22:00-24:00') },
      { weekday: 2 as const, ...window('0:00-2:00') },
    ]
    const service = serviceWith({ durationMinutes: 90, stepMinutes: 30 })
    const calendar = calendarWith({ openingRules })
    expect(timesOn(MONDAY, calendar, service)).toEqual(['22:00', '22:30', '23:00', '23:30'])
    expect(timesOn('2026-05-05', calendar, service)).toEqual(['00:00', '00:30'])
    expect(timesOn(MONDAY, calendarWith({ openingRules: openingRules.slice(0, 1) }), service)).toEqual([
      '22:00',
      '22:30',
    ])
  })

  test('hours after the asked window count for a slot that starts inside it', () => {
    const calendar = calendarWith({ openingRules: daily('0:00-2:00', '22:00-24:00') })
    const service = serviceWith({ durationMinutes: 90, stepMinutes: 30 })
    const asked = { from: at('2026-05-04T20:00Z'), until: at('2026-05-04T21:45Z') }
    expect(times(listSlots(calendar, service, asked, at('2026-05-04T00:00Z')))).toEqual([
      '22:00',
      '22:30',
      '23:00',
      '23:30',
    ])
  })

  test('an override replaces the weekly rules of its date: other hours, or none', () => {
    const overrides = [
      { date: MONDAY, windows: [window('18:00-20:00')] },
      { date: '2026-05-05', windows: [] },
    ]
    expect(timesOn(MONDAY, calendarWith({ overrides }), serviceWith())).toEqual(['18:00', '19:00'])
    expect(timesOn('2026-05-05', calendarWith({ overrides }), serviceWith())).toEqual([])
    expect(timesOn('2026-05-06', calendarWith({ overrides }), serviceWith())).toEqual([
      '09:00',
      '10:00',
      '11:00',
    ])
  })

  test('weekdays are those of the provider, wherever the customer and UTC are', () => {
    const openingRules = [{ weekday: 1 as const, ...window('8:00-9:00') }]
    const slots = slotsOn(
      MONDAY,
      calendarWith({ timeZone: 'Pacific/Kiritimati', openingRules }),
      serviceWith(),
    )
    expect(slots.map((slot) => `${slot.start} ${slot.localDate} ${slot.localTime} ${slot.offset}`)).toEqual([
      '2026-05-03T18:00:00Z 2026-05-04 08:00 +14:00',
    ])
  })
})

describe('what is taken', () => {
  test('a slot may touch what is taken before and after it', () => {
    const busy = [
      range('2026-05-04T07:00Z', '2026-05-04T08:00Z'),
      range('2026-05-04T09:00Z', '2026-05-04T10:00Z'),
    ]
    expect(timesOn(MONDAY, calendarWith({ busy }), serviceWith())).toEqual(['10:00'])
  })

  test('buffers may lie outside opening hours, and never over a booking', () => {
    const service = serviceWith({ bufferBeforeMinutes: 30, bufferAfterMinutes: 30 })
    expect(timesOn(MONDAY, calendarWith(), service)).toEqual(['09:00', '10:00', '11:00'])
    const busy = [range('2026-05-04T06:00Z', '2026-05-04T06:31Z')]
    expect(timesOn(MONDAY, calendarWith({ busy }), service)).toEqual(['10:00', '11:00'])
    const touching = [range('2026-05-04T06:00Z', '2026-05-04T06:30Z')]
    expect(timesOn(MONDAY, calendarWith({ busy: touching }), service)).toEqual(['09:00', '10:00', '11:00'])
  })

  test('time off is kept free of buffers too: who is away cannot clean up', () => {
    const timeOff = [range('2026-05-04T10:00Z', '2026-05-05T10:00Z')]
    expect(timesOn(MONDAY, calendarWith({ timeOff }), serviceWith())).toEqual(['09:00', '10:00', '11:00'])
    expect(timesOn(MONDAY, calendarWith({ timeOff }), serviceWith({ bufferAfterMinutes: 5 }))).toEqual([
      '09:00',
      '10:00',
    ])
  })

  test('what a booking occupies is the service with both buffers', () => {
    const service = serviceWith({ bufferBeforeMinutes: 10, bufferAfterMinutes: 20 })
    const occupied = occupiedRange(service, at('2026-05-04T10:00Z'))
    expect(`${occupied.start} ${occupied.end}`).toBe('2026-05-04T09:50:00Z 2026-05-04T11:20:00Z')
  })
})

describe('notice and horizon', () => {
  test('minimum notice is elapsed time, also over the night the clocks change', () => {
    const calendar = calendarWith({ openingRules: daily('0:00-24:00') })
    const service = serviceWith({ minimumNoticeMinutes: 180 })
    // 00:30 in Berlin; three hours later it is 04:30 there, because 02:00 to 03:00 is left out.
    expect(timesOn('2026-03-29', calendar, service, at('2026-03-28T23:30Z'))[0]).toBe('05:00')
    expect(timesOn('2026-03-29', calendar, service, at('2026-03-28T23:00Z'))[0]).toBe('04:00')
  })

  test('a slot exactly at the notice is offered, a minute later it is not', () => {
    const service = serviceWith({ minimumNoticeMinutes: 120 })
    expect(timesOn(MONDAY, calendarWith(), service, at('2026-05-04T05:00Z'))).toEqual([
      '09:00',
      '10:00',
      '11:00',
    ])
    expect(timesOn(MONDAY, calendarWith(), service, at('2026-05-04T05:01Z'))).toEqual(['10:00', '11:00'])
  })

  test('the last local date of the horizon is offered whole, the next not at all', () => {
    const service = serviceWith({ horizonDays: 1 })
    const late = at('2026-05-03T21:59Z')
    expect(timesOn(MONDAY, calendarWith(), service, late)).toHaveLength(3)
    expect(timesOn('2026-05-05', calendarWith(), service, late)).toHaveLength(0)
    expect(timesOn('2026-05-05', calendarWith(), service, late.add({ minutes: 1 }))).toHaveLength(3)
  })

  test('a window may reach as far as time does: only notice to horizon is looked at', () => {
    const always = { from: at('-271821-04-20T00:00Z'), until: at('+275760-09-13T00:00Z') }
    const service = serviceWith({ horizonDays: 1 })
    expect(listSlots(calendarWith(), service, always, at('2026-05-04T00:00Z'))).toHaveLength(6)
  })

  test('nothing in the past is offered', () => {
    expect(timesOn(MONDAY, calendarWith(), serviceWith(), at('2026-05-04T08:00:00.001Z'))).toEqual(['11:00'])
  })
})

describe('days of 23 and 25 hours', () => {
  const allDay = (timeZone: string) => calendarWith({ timeZone, openingRules: daily('0:00-24:00') })

  test('a wall time that does not exist gives no slot, and does not turn into another', () => {
    const slots = slotsOn(
      '2026-03-29',
      allDay('Europe/Berlin'),
      serviceWith({ durationMinutes: 30, stepMinutes: 30 }),
    )
    expect(slots).toHaveLength(46)
    expect(times(slots).slice(2, 7)).toEqual(['01:00', '01:30', '03:00', '03:30', '04:00'])
    expect(slots.some((slot) => slot.repeated)).toBe(false)
  })

  test('a wall time that happens twice is offered twice, told apart by its offset', () => {
    const slots = slotsOn('2026-10-25', allDay('Europe/Berlin'), serviceWith())
    expect(slots).toHaveLength(25)
    expect(
      slots.slice(1, 5).map((slot) => `${slot.start} ${slot.localTime} ${slot.offset} ${slot.repeated}`),
    ).toEqual([
      '2026-10-24T23:00:00Z 01:00 +02:00 false',
      '2026-10-25T00:00:00Z 02:00 +02:00 true',
      '2026-10-25T01:00:00Z 02:00 +01:00 true',
      '2026-10-25T02:00:00Z 03:00 +01:00 false',
    ])
  })

  test('durations are elapsed time across a change', () => {
    const [slot] = slotsOn(
      '2026-03-29',
      calendarWith({ openingRules: daily('1:00-5:00') }),
      serviceWith({ durationMinutes: 180 }),
    )
    expect(`${slot?.localTime} ${slot?.start} ${slot?.end}`).toBe(
      '01:00 2026-03-29T00:00:00Z 2026-03-29T03:00:00Z',
    )
    const tooLong = serviceWith({ durationMinutes: 181 })
    expect(timesOn('2026-03-29', calendarWith({ openingRules: daily('1:00-5:00') }), tooLong)).toEqual([])
    expect(timesOn('2026-03-30', calendarWith({ openingRules: daily('1:00-5:00') }), tooLong)).toEqual([
      '01:00',
    ])
  })

  test('a window that ends inside the repeated hour is open both times, closed between', () => {
    const calendar = calendarWith({ openingRules: daily('1:00-2:30') })
    const half = serviceWith({ durationMinutes: 30, stepMinutes: 30 })
    const slots = slotsOn('2026-10-25', calendar, half)
    expect(slots.map((slot) => slot.localTime + slot.offset)).toEqual([
      '01:00+02:00',
      '01:30+02:00',
      '02:00+02:00',
      '02:00+01:00',
    ])
    expect(timesOn('2026-10-25', calendar, serviceWith({ durationMinutes: 91, stepMinutes: 30 }))).toEqual([])
  })

  test('a window with its opening in the gap opens when the clock has jumped over it', () => {
    const calendar = calendarWith({ openingRules: daily('2:30-4:00') })
    const service = serviceWith({ durationMinutes: 30, stepMinutes: 30 })
    expect(timesOn('2026-03-29', calendar, service)).toEqual(['03:00', '03:30'])
    expect(timesOn('2026-03-29', calendarWith({ openingRules: daily('2:00-3:00') }), service)).toEqual([])
  })

  test('now may be the very instant of a change', () => {
    const now = at('2026-10-25T01:00Z')
    const first = nextSlots(allDay('Europe/Berlin'), serviceWith(), now, 1)
    expect(first.map((slot) => `${slot.start} ${slot.localTime} ${slot.offset}`)).toEqual([
      '2026-10-25T01:00:00Z 02:00 +01:00',
    ])
  })

  test('half an hour (Lord Howe) and two hours (Troll) are no different', () => {
    const service = serviceWith({ durationMinutes: 30, stepMinutes: 30 })
    expect(slotsOn('2026-04-05', allDay('Australia/Lord_Howe'), service)).toHaveLength(49)
    expect(slotsOn('2026-10-04', allDay('Australia/Lord_Howe'), service)).toHaveLength(47)
    expect(slotsOn('2026-03-29', allDay('Antarctica/Troll'), service)).toHaveLength(44)
    expect(slotsOn('2026-10-25', allDay('Antarctica/Troll'), service)).toHaveLength(52)
  })

  test('a day whose midnight does not exist starts at one', () => {
    expect(timesOn('2026-03-29', allDay('Asia/Beirut'), serviceWith())[0]).toBe('01:00')
  })

  test('a date that a zone left out has no slots, and the night runs from the 29th into the 31st', () => {
    const apia = allDay('Pacific/Apia')
    const now = at('2011-12-29T00:00Z')
    expect(slotsOn('2011-12-30', apia, serviceWith(), now)).toEqual([])
    const night = slotsOn('2011-12-29', apia, serviceWith({ durationMinutes: 120 }), now).at(-1)
    expect(`${night?.localTime} ${night?.offset}`).toBe('23:00 -10:00')
  })
})

describe('group sessions', () => {
  const yoga = serviceWith({ id: 'yoga', capacity: 3 })
  const session = (changes: Partial<Session> = {}): Session => ({
    serviceId: 'yoga',
    start: at('2026-05-04T08:00Z'),
    occupied: range('2026-05-04T08:00Z', '2026-05-04T09:00Z'),
    seatsTaken: 2,
    ...changes,
  })
  const seats = (sessions: Session[], service = yoga, openingRules = daily('9:00-12:00')) =>
    slotsOn(MONDAY, calendarWith({ sessions, openingRules }), service).map(
      (slot) => `${slot.localTime} ${slot.seatsLeft}`,
    )

  test('a session stays open to its own service and start while seats remain', () => {
    expect(seats([session()])).toEqual(['09:00 3', '10:00 1', '11:00 3'])
    expect(seats([session({ seatsTaken: 3 })])).toEqual(['09:00 3', '11:00 3'])
  })

  test('rows of one session add up', () => {
    expect(seats([session({ seatsTaken: 1 }), session({ seatsTaken: 1 })])).toEqual([
      '09:00 3',
      '10:00 1',
      '11:00 3',
    ])
    expect(seats([session({ seatsTaken: 2 }), session({ seatsTaken: 1 })])).toEqual(['09:00 3', '11:00 3'])
  })

  test('a session blocks every other start of its service, and every other service', () => {
    const halfHours = { ...yoga, stepMinutes: 30 }
    expect(seats([session()], halfHours)).toEqual(['09:00 3', '10:00 1', '11:00 3'])
    expect(seats([session()], serviceWith())).toEqual(['09:00 1', '11:00 1'])
    expect(seats([session({ serviceId: 'pilates' })])).toEqual(['09:00 3', '11:00 3'])
  })

  test('buffers keep two sessions apart', () => {
    const buffered = { ...yoga, bufferAfterMinutes: 15 }
    const occupied = range('2026-05-04T08:00Z', '2026-05-04T09:15Z')
    expect(seats([session({ occupied })], buffered)).toEqual(['10:00 1'])
  })

  test('sessions of different lengths, as after a change of the service, each block their own time only', () => {
    const long = session({
      start: at('2026-05-04T12:00Z'),
      occupied: range('2026-05-04T12:00Z', '2026-05-04T14:00Z'),
    })
    expect(seats([long, session()], yoga, daily('9:00-17:00'))).toEqual([
      '09:00 3',
      '10:00 1',
      '11:00 3',
      '12:00 3',
      '13:00 3',
      '14:00 1',
      '16:00 3',
    ])
  })

  test('a session with seats does not lift a booking that lies over it', () => {
    const busy = [range('2026-05-04T08:30Z', '2026-05-04T08:45Z')]
    expect(timesOn(MONDAY, calendarWith({ sessions: [session()], busy }), yoga)).toEqual(['09:00', '11:00'])
  })

  test('seats taken beyond a lowered capacity leave none', () => {
    expect(seats([session({ seatsTaken: 5 })])).toEqual(['09:00 3', '11:00 3'])
  })
})

describe('the reason a time is not offered', () => {
  const now = at('2026-05-03T12:00Z')
  const calendar = calendarWith({
    overrides: [{ date: '2026-05-05', windows: [] }],
    timeOff: [range('2026-05-06T00:00Z', '2026-05-07T00:00Z')],
    busy: [range('2026-05-04T08:00Z', '2026-05-04T08:30Z')],
    sessions: [
      {
        serviceId: 'haircut',
        start: at('2026-05-07T07:00Z'),
        occupied: range('2026-05-07T07:00Z', '2026-05-07T08:00Z'),
        seatsTaken: 1,
      },
      {
        serviceId: 'yoga',
        start: at('2026-05-08T07:00Z'),
        occupied: range('2026-05-08T07:00Z', '2026-05-08T08:00Z'),
        seatsTaken: 1,
      },
    ],
  })

  test.each([
    ['2026-05-03T10:00Z', 'too_soon'],
    ['2026-05-03T13:59Z', 'too_soon'],
    ['2026-06-03T07:00Z', 'too_late'],
    ['2999-01-01T07:00Z', 'too_late'],
    ['2026-05-04T06:59Z', 'closed'],
    ['2026-05-04T10:00Z', 'closed'],
    ['2026-05-05T07:00Z', 'closed'],
    ['2026-05-04T07:30Z', 'not_aligned'],
    ['2026-05-04T07:00:01Z', 'not_aligned'],
    ['2026-05-04T07:00:00.000000001Z', 'not_aligned'],
    ['2026-05-06T07:00Z', 'time_off'],
    ['2026-05-04T08:00Z', 'busy'],
    ['2026-05-08T07:00Z', 'busy'],
    ['2026-05-07T07:00Z', 'full'],
  ])('%s: %s', (start, reason) => {
    const service = serviceWith({ minimumNoticeMinutes: 120, horizonDays: 30 })
    expect(checkSlot(calendar, service, at(start), now)).toEqual({ offered: false, reason })
  })

  test('an end after closing time is named as such', () => {
    const check = checkSlot(calendar, serviceWith({ durationMinutes: 90 }), at('2026-05-04T09:00Z'), now)
    expect(check).toEqual({ offered: false, reason: 'ends_after_closing' })
  })

  test('a slot that is offered comes with what the list says of it', () => {
    const check = checkSlot(calendar, serviceWith(), at('2026-05-04T07:00Z'), now)
    expect(check).toEqual({ offered: true, slot: slotsOn(MONDAY, calendar, serviceWith(), now)[0] })
  })
})

describe('the next slots', () => {
  test('come from as far as the horizon and no further', () => {
    const openingRules = [{ weekday: 1 as const, ...window('9:00-11:00') }]
    const found = nextSlots(
      calendarWith({ openingRules }),
      serviceWith({ horizonDays: 15 }),
      at('2026-05-04T07:30Z'),
      100,
    )
    expect(found.map((slot) => `${slot.localDate} ${slot.localTime}`)).toEqual([
      '2026-05-04 10:00',
      '2026-05-11 09:00',
      '2026-05-11 10:00',
      '2026-05-18 09:00',
      '2026-05-18 10:00',
    ])
  })

  test('are none for a provider who never opens, or when none are asked for', () => {
    expect(nextSlots(calendarWith({ openingRules: [] }), serviceWith(), at('2026-05-04T00:00Z'), 5)).toEqual(
      [],
    )
    expect(nextSlots(calendarWith(), serviceWith(), at('2026-05-04T00:00Z'), 0)).toEqual([])
  })
})

describe('facts that cannot be meant are a bug of the caller', () => {
  const list = (calendar: CalendarFacts, service: ServiceFacts) => () => slotsOn(MONDAY, calendar, service)

  test.each([
    { stepMinutes: 0 },
    { durationMinutes: 0 },
    { durationMinutes: 30.5 },
    { capacity: 0 },
    { bufferBeforeMinutes: -1 },
    { horizonDays: Number.NaN },
  ])('a service with %o', (changes) => {
    expect(list(calendarWith(), serviceWith(changes))).toThrow(RangeError)
  })

  test('hours that close before they open, or after the day', () => {
    expect(list(calendarWith({ openingRules: daily('17:00-9:00') }), serviceWith())).toThrow(RangeError)
    expect(list(calendarWith({ openingRules: daily('17:00-24:01') }), serviceWith())).toThrow(RangeError)
    const overrides = [{ date: MONDAY, windows: [window('9:00-9:00')] }]
    expect(list(calendarWith({ overrides }), serviceWith())).toThrow(RangeError)
  })

  test('a zone that does not exist', () => {
    expect(list(calendarWith({ timeZone: 'Europe/Atlantis' }), serviceWith())).toThrow(RangeError)
  })
})

// From here on: whatever the facts.

const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Antarctica/Troll',
  'Asia/Kathmandu',
  'Asia/Beirut',
]
const DAYS = [
  '2026-03-07',
  '2026-03-28',
  '2026-04-04',
  '2026-07-15',
  '2026-10-03',
  '2026-10-24',
  '2026-10-31',
  '2028-02-28',
]

const dayWindow: fc.Arbitrary<DayWindow> = fc
  .tuple(fc.integer({ min: 0, max: 95 }), fc.integer({ min: 1, max: 96 }))
  .map(([from, length]) => ({ opensMinute: from * 15, closesMinute: Math.min(from + length, 96) * 15 }))

const situation = fc
  .record({
    timeZone: fc.constantFrom(...ZONES),
    day: fc.constantFrom(...DAYS),
    rules: fc.array(fc.tuple(fc.constantFrom(...WEEKDAYS), dayWindow), { minLength: 4, maxLength: 14 }),
    override: fc.option(fc.array(dayWindow, { maxLength: 2 })),
    timeOff: fc.array(fc.tuple(fc.nat(4 * 1440), fc.integer({ min: 1, max: 600 })), { maxLength: 2 }),
    busy: fc.array(fc.tuple(fc.nat(4 * 1440), fc.integer({ min: 1, max: 180 })), { maxLength: 6 }),
    sessions: fc.array(fc.tuple(fc.boolean(), fc.nat(4 * 96), fc.integer({ min: 1, max: 3 })), {
      maxLength: 4,
    }),
    service: fc.record({
      id: fc.constant('asked'),
      durationMinutes: fc.integer({ min: 1, max: 150 }),
      bufferBeforeMinutes: fc.constantFrom(0, 0, 5, 30),
      bufferAfterMinutes: fc.constantFrom(0, 0, 10, 45),
      stepMinutes: fc.constantFrom(5, 15, 15, 20, 45, 60),
      minimumNoticeMinutes: fc.nat(1500),
      horizonDays: fc.nat(3),
      capacity: fc.integer({ min: 1, max: 3 }),
    }),
    nowMinute: fc.nat(1440),
  })
  .map(({ timeZone, day, rules, override, timeOff, busy, sessions, service, nowMinute }) => {
    const base = at(`${day}T00:00Z`)
    const rangeOf = ([start, length]: [number, number]) =>
      timeRange(base.add({ minutes: start }), base.add({ minutes: start + length }))
    const calendar: CalendarFacts = {
      timeZone,
      openingRules: rules.map(([weekday, open]) => ({ weekday, ...open })),
      overrides: override ? [{ date: at(`${day}T12:00Z`).toString().slice(0, 10), windows: override }] : [],
      timeOff: timeOff.map(rangeOf),
      busy: busy.map(rangeOf),
      sessions: sessions.map(([own, quarter, seatsTaken]) => {
        const start = base.add({ minutes: quarter * 15 })
        return {
          serviceId: own ? 'asked' : 'other',
          start,
          occupied: occupiedRange(service, start),
          seatsTaken,
        }
      }),
    }
    const now = base.add({ minutes: nowMinute })
    const around = { from: base.subtract({ hours: 24 }), until: base.add({ hours: 6 * 24 }) }
    return { calendar, service, now, around }
  })

describe('whatever the facts', () => {
  test('what is listed can be booked, and what can be booked is listed', () => {
    fc.assert(
      fc.property(
        situation,
        fc.array(fc.nat(6 * 288), { maxLength: 40 }),
        ({ calendar, service, now, around }, guesses) => {
          const slots = listSlots(calendar, service, around, now)
          for (const slot of slots)
            expect(checkSlot(calendar, service, slot.start, now)).toEqual({ offered: true, slot })
          const listed = new Set(slots.map((slot) => slot.start.epochMilliseconds))
          for (const guess of guesses) {
            const start = around.from.add({ minutes: guess * 5 })
            expect(checkSlot(calendar, service, start, now).offered).toBe(listed.has(start.epochMilliseconds))
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  test('every slot lies inside hours, clear of everything taken, within notice and horizon', () => {
    fc.assert(
      fc.property(situation, ({ calendar, service, now, around }) => {
        const today = now.toZonedDateTimeISO(calendar.timeZone).toPlainDate()
        for (const slot of listSlots(calendar, service, around, now)) {
          const occupied = occupiedRange(service, slot.start)
          const others = (calendar.sessions ?? []).filter(
            (each) => each.serviceId !== service.id || !each.start.equals(slot.start),
          )
          const taken = [...calendar.timeOff, ...calendar.busy, ...others.map((each) => each.occupied)]
          expect(taken.filter((each) => overlaps(each, occupied))).toEqual([])

          expect(now.until(slot.start).total('minutes')).toBeGreaterThanOrEqual(service.minimumNoticeMinutes)
          const lastDate = today.add({ days: service.horizonDays })
          expect(Temporal.PlainDate.compare(slot.localDate, lastDate)).toBeLessThanOrEqual(0)

          expect(slot.start.until(slot.end).total('minutes')).toBe(service.durationMinutes)
          for (const instant of [slot.start, slot.end.subtract({ nanoseconds: 1 })]) {
            const wall = instant.toZonedDateTimeISO(calendar.timeZone)
            const override = calendar.overrides.find((each) => each.date === wall.toPlainDate().toString())
            const windows =
              override?.windows ?? calendar.openingRules.filter((each) => each.weekday === wall.dayOfWeek)
            const minute = wall.hour * 60 + wall.minute
            expect(windows.some((each) => each.opensMinute <= minute && minute < each.closesMinute)).toBe(
              true,
            )
          }
        }
      }),
      { numRuns: 200 },
    )
  })

  test('a slot says the same as Temporal about its own date, time and offset', () => {
    fc.assert(
      fc.property(situation, ({ calendar, service, now, around }) => {
        for (const slot of listSlots(calendar, service, around, now)) {
          const wall = slot.start.toZonedDateTimeISO(calendar.timeZone)
          expect(`${slot.localDate}T${slot.localTime}:00${slot.offset}[${calendar.timeZone}]`).toBe(
            wall.toString(),
          )
          const readings = (['earlier', 'later'] as const).map(
            (disambiguation) =>
              wall.toPlainDateTime().toZonedDateTime(calendar.timeZone, { disambiguation }).epochMilliseconds,
          )
          expect(slot.repeated).toBe(readings[0] !== readings[1])
        }
      }),
      { numRuns: 100 },
    )
  })

  test('booking one offered slot after the other until none is left never makes two overlap', () => {
    fc.assert(
      fc.property(
        situation,
        fc.infiniteStream(fc.nat(1_000)),
        ({ calendar, service, now, around }, choices) => {
          const alone = { ...service, capacity: 1 }
          const booked: TimeRange[] = []
          for (let bookings = 0; bookings < 60; bookings++) {
            const slots = listSlots({ ...calendar, busy: [...calendar.busy, ...booked] }, alone, around, now)
            if (slots.length === 0) break
            const chosen = slots[choices.next().value % slots.length]!
            booked.push(occupiedRange(alone, chosen.start))
          }
          const clashes = booked.filter((one, index) =>
            booked.slice(index + 1).some((other) => overlaps(one, other)),
          )
          expect(clashes).toEqual([])
        },
      ),
      { numRuns: 60 },
    )
  })

  test('the next slots and the bare starts are the beginning of the list', () => {
    fc.assert(
      fc.property(situation, fc.nat(40), ({ calendar, service, now, around }, count) => {
        const slots = listSlots(calendar, service, around, now)
        expect(nextSlots(calendar, service, now, count)).toEqual(slots.slice(0, count))
        const starts = slots.map((slot) => slot.start.epochMilliseconds)
        expect(listSlotStarts(calendar, service, around, now)).toEqual(starts)
        expect(listSlotStarts(calendar, service, around, now, count)).toEqual(starts.slice(0, count))
      }),
      { numRuns: 200 },
    )
  })

  test('a list is the sum of its parts, wherever it is cut', () => {
    fc.assert(
      fc.property(situation, fc.nat(6 * 1440), ({ calendar, service, now, around }, minute) => {
        const cut = around.from.add({ minutes: minute })
        const starts = (from: Temporal.Instant, until: Temporal.Instant) =>
          listSlotStarts(calendar, service, { from, until }, now)
        expect([...starts(around.from, cut), ...starts(cut, around.until)]).toEqual(
          starts(around.from, around.until),
        )
      }),
      { numRuns: 200 },
    )
  })
})
