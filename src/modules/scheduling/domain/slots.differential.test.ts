import { expect, test } from 'vitest'
import { Temporal } from '#src/kernel/time.ts'
import { timeRange, type TimeRange } from '#src/kernel/time-range.ts'
import type { DayWindow, Weekday } from './opening-hours.ts'
import { checkSlot, listSlots, type CalendarFacts, type ServiceFacts, type Slot } from './slots.ts'

// A second implementation, written from the definition and sharing nothing with the first: it asks Intl what the wall
// clock reads at every single minute and tests every rule minute by minute. Slow, and short enough to be read.

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

interface Reading {
  readonly atMs: number
  readonly date: string
  readonly minute: number
  readonly weekday: number
  readonly wallMs: number
}

type ReadClock = (atMs: number) => Reading

function clockOf(timeZone: string): ReadClock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  })
  // Sun, 03/29/2026, 03:15 (formatToParts says the same in three times the time).
  return (atMs) => {
    const shown = format.format(atMs)
    const date = `${shown.slice(11, 15)}-${shown.slice(5, 7)}-${shown.slice(8, 10)}`
    const minute = Number(shown.slice(17, 19)) * 60 + Number(shown.slice(20, 22))
    const weekday = WEEKDAYS.indexOf(shown.slice(0, 3)) + 1
    return { atMs, date, minute, weekday, wallMs: Date.parse(date) + minute * MINUTE_MS }
  }
}

function readEveryMinute(clock: ReadClock, fromMs: number, untilMs: number): Reading[] {
  const readings = []
  for (let atMs = fromMs; atMs < untilMs; atMs += MINUTE_MS) readings.push(clock(atMs))
  return readings
}

interface Question {
  readonly calendar: CalendarFacts
  readonly service: ServiceFacts
  readonly fromMs: number
  readonly untilMs: number
  readonly nowMs: number
}

/** One line for each slot: everything a slot says. `readings` must begin at or before now and reach past the window. */
function slotsByDefinition(
  readings: readonly Reading[],
  times: ReadonlyMap<number, number>,
  asked: Question,
): string[] {
  const { calendar, service } = asked
  const firstMs = readings[0]!.atMs
  const readingAt = (atMs: number) => readings[Math.floor((atMs - firstMs) / MINUTE_MS)]!
  const windowsByDate = new Map<string, readonly DayWindow[]>()
  const windowsOn = ({ date, weekday }: Reading): readonly DayWindow[] => {
    const known = windowsByDate.get(date)
    if (known) return known
    const override = calendar.overrides.find((each) => each.date === date)
    const windows = override?.windows ?? calendar.openingRules.filter((each) => each.weekday === weekday)
    windowsByDate.set(date, windows)
    return windows
  }
  const isOpen = (reading: Reading) =>
    windowsOn(reading).some(
      (each) => each.opensMinute <= reading.minute && reading.minute < each.closesMinute,
    )
  const isOnStep = (reading: Reading) =>
    windowsOn(reading).some(
      ({ opensMinute, closesMinute }) =>
        opensMinute <= reading.minute &&
        reading.minute < closesMinute &&
        (reading.minute - opensMinute) % service.stepMinutes === 0,
    )
  const inMs = (ranges: readonly TimeRange[]) =>
    ranges.map(({ start, end }) => [start.epochMilliseconds, end.epochMilliseconds] as const)
  const inside = (ranges: ReturnType<typeof inMs>, atMs: number) =>
    ranges.some(([startMs, endMs]) => startMs <= atMs && atMs < endMs)
  const everyMinute = (fromMs: number, untilMs: number, holds: (atMs: number) => boolean) => {
    for (let atMs = fromMs; atMs < untilMs; atMs += MINUTE_MS) if (!holds(atMs)) return false
    return true
  }

  const lastDayMs = Date.parse(readingAt(asked.nowMs).date) + service.horizonDays * DAY_MS
  const away = inMs([...calendar.timeOff, ...calendar.busy])
  const sessions = (calendar.sessions ?? []).map(({ serviceId, start, occupied, seatsTaken }) => {
    return { serviceId, startMs: start.epochMilliseconds, occupied: inMs([occupied]), seatsTaken }
  })
  const found: string[] = []
  for (let atMs = asked.fromMs; atMs < asked.untilMs; atMs += MINUTE_MS) {
    const reading = readingAt(atMs)
    if (!isOnStep(reading)) continue
    if (atMs - asked.nowMs < service.minimumNoticeMinutes * MINUTE_MS || Date.parse(reading.date) > lastDayMs)
      continue
    const endMs = atMs + service.durationMinutes * MINUTE_MS
    if (!everyMinute(atMs, endMs, (each) => isOpen(readingAt(each)))) continue

    const occupiedFromMs = atMs - service.bufferBeforeMinutes * MINUTE_MS
    const occupiedUntilMs = endMs + service.bufferAfterMinutes * MINUTE_MS
    const own = sessions.filter((each) => each.serviceId === service.id && each.startMs === atMs)
    const others = sessions.filter((each) => !own.includes(each)).flatMap((each) => each.occupied)
    const taken = [...away, ...others]
    if (taken.length > 0 && !everyMinute(occupiedFromMs, occupiedUntilMs, (each) => !inside(taken, each)))
      continue
    const seatsLeft = own.reduce((seats, each) => seats - each.seatsTaken, service.capacity)
    if (seatsLeft < 1) continue

    const offset = (reading.wallMs - atMs) / MINUTE_MS
    const time = clockText(reading.minute)
    const repeated = times.get(reading.wallMs)! > 1
    found.push(
      `${atMs} ${endMs} ${reading.date} ${time} ${offset < 0 ? '-' : '+'}${clockText(Math.abs(offset))} ${repeated} ${seatsLeft}`,
    )
  }
  return found
}

function clockText(minutes: number): string {
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':')
}

function slotText(slot: Slot): string {
  const { start, end, localDate, localTime, offset, repeated, seatsLeft } = slot
  return `${start.epochMilliseconds} ${end.epochMilliseconds} ${localDate} ${localTime} ${offset} ${repeated} ${seatsLeft}`
}

/** Offsets are sampled daily and each change is narrowed down to its minute. */
function transitionsOf(clock: ReadClock, fromMs: number, untilMs: number): number[] {
  const offsetAt = (atMs: number) => clock(atMs).wallMs - atMs
  const found: number[] = []
  for (let atMs = fromMs; atMs < untilMs; atMs += DAY_MS) {
    let [before, after] = [atMs, atMs + DAY_MS]
    if (offsetAt(before) === offsetAt(after)) continue
    while (after - before > MINUTE_MS) {
      const middle = before + Math.floor((after - before) / 2 / MINUTE_MS) * MINUTE_MS
      if (offsetAt(middle) === offsetAt(before)) before = middle
      else after = middle
    }
    found.push(after)
  }
  return found
}

/** A small generator with a seed (mulberry32), so that a mismatch comes back on the next run. */
function chance(seed: number) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    below: (limit: number) => Math.floor(next() * limit),
    oneOf: <Value>(...values: readonly Value[]): Value => values[Math.floor(next() * values.length)]!,
  }
}

function instant(ms: number): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(ms)
}

const READ_AROUND_MS = 32 * HOUR_MS
const ASK_AROUND_MS = 26 * HOUR_MS

/** Opens at `hour`, and otherwise varies everything there is to vary. */
function questionAt(
  timeZone: string,
  readings: readonly Reading[],
  aroundMs: number,
  hour: number,
  seed: number,
): Question {
  const { below, oneOf } = chance(seed)
  const opensMinute = hour * 60 + oneOf(0, 0, 0, 10, 30)
  const lengthMinutes = oneOf(180, 540, 900)
  const windows = [{ opensMinute, closesMinute: Math.min(opensMinute + lengthMinutes, 1440) }]
  if (opensMinute + lengthMinutes > 1440)
    windows.push({ opensMinute: 0, closesMinute: opensMinute + lengthMinutes - 1440 })
  if (below(4) === 0) windows.push({ opensMinute: 60, closesMinute: 165 })
  const weekdays: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7]
  const somewhere = () =>
    Math.floor((aroundMs - ASK_AROUND_MS + below(52 * 60) * MINUTE_MS) / MINUTE_MS) * MINUTE_MS
  const ranges = (count: number, longestMinutes: number) =>
    Array.from({ length: count }, () => {
      const startMs = somewhere()
      return timeRange(instant(startMs), instant(startMs + (1 + below(longestMinutes)) * MINUTE_MS))
    })
  const onSomeStep = () => oneOf(...readings.filter((each) => each.minute % 60 === opensMinute % 60)).atMs
  const sessions = Array.from({ length: below(3) }, () => {
    const startMs = onSomeStep()
    const occupied = timeRange(instant(startMs - 10 * MINUTE_MS), instant(startMs + 60 * MINUTE_MS))
    return {
      serviceId: oneOf('asked', 'asked', 'other'),
      start: instant(startMs),
      occupied,
      seatsTaken: 1 + below(3),
    }
  })
  return {
    calendar: {
      timeZone,
      openingRules: weekdays.flatMap((weekday) => windows.map((window) => ({ weekday, ...window }))),
      overrides:
        below(6) === 0
          ? [{ date: oneOf(...readings).date, windows: oneOf([], [{ opensMinute: 45, closesMinute: 400 }]) }]
          : [],
      timeOff: ranges(below(2), 300),
      busy: ranges(below(4), 90),
      sessions,
    },
    service: {
      id: 'asked',
      durationMinutes: oneOf(15, 30, 45, 60, 90),
      bufferBeforeMinutes: oneOf(0, 0, 5, 20),
      bufferAfterMinutes: oneOf(0, 0, 10, 30),
      stepMinutes: oneOf(15, 15, 15, 20, 30, 50, 60, 7),
      minimumNoticeMinutes: oneOf(0, 0, 120, 1500),
      horizonDays: oneOf(1, 3, 3, 60),
      capacity: oneOf(1, 1, 2, 4),
    },
    fromMs: aroundMs - ASK_AROUND_MS,
    untilMs: aroundMs + ASK_AROUND_MS,
    nowMs: readings[below(4 * 60)]!.atMs,
  }
}

const tally = { slots: 0, repeated: 0 }

/** Asks both implementations about the day around an instant; mismatches come back as text. */
function mismatchesAround(
  timeZone: string,
  clock: ReadClock,
  aroundMs: number,
  hours: readonly number[],
): string[] {
  const readings = readEveryMinute(clock, aroundMs - READ_AROUND_MS, aroundMs + READ_AROUND_MS)
  const times = new Map<number, number>()
  for (const { wallMs } of readings) times.set(wallMs, (times.get(wallMs) ?? 0) + 1)
  return hours.flatMap((hour) => {
    const seed = Math.floor(aroundMs / MINUTE_MS) * 31 + hour
    const asked = questionAt(timeZone, readings, aroundMs, hour, seed)
    const { calendar, service } = asked
    const expected = slotsByDefinition(readings, times, asked)
    const window = { from: instant(asked.fromMs), until: instant(asked.untilMs) }
    const listed = listSlots(calendar, service, window, instant(asked.nowMs)).map(slotText)
    tally.slots += expected.length
    tally.repeated += expected.filter((line) => line.includes('true')).length

    const starts = new Set(expected.map((line) => Number(line.split(' ')[0])))
    const { below } = chance(seed + 1)
    const mismatched: string[] = []
    for (let probe = 0; probe < 4; probe++) {
      const startMs = asked.fromMs + below(52 * 12) * 5 * MINUTE_MS
      const check = checkSlot(calendar, service, instant(startMs), instant(asked.nowMs))
      if (check.offered !== starts.has(startMs))
        mismatched.push(`${timeZone} ${seed} check ${instant(startMs)}`)
    }
    if (listed.join() !== expected.join()) {
      const apart = expected.findIndex((line, at) => line !== listed[at])
      mismatched.push(
        `${timeZone} hour ${hour} seed ${seed}: expected ${expected[apart]}, got ${listed.at(apart)}`,
      )
    }
    return mismatched
  })
}

const EVERY_HOUR = Array.from({ length: 24 }, (_, hour) => hour)

test(
  'slots equal the definition around every clock change of every zone from 2026 to 2029',
  { timeout: 120_000 },
  () => {
    const zones = Intl.supportedValuesOf('timeZone')
    const mismatches: string[] = []
    let changingZones = 0
    let transitions = 0
    for (const zone of zones) {
      const clock = clockOf(zone)
      const found = transitionsOf(clock, Date.parse('2026-01-01'), Date.parse('2030-01-01'))
      if (found.length > 0) changingZones++
      transitions += found.length
      for (const atMs of found) mismatches.push(...mismatchesAround(zone, clock, atMs, EVERY_HOUR))
    }
    expect(mismatches.slice(0, 5)).toEqual([])
    // A loop that looked at nothing would agree with everything.
    expect(zones.length).toBeGreaterThan(400)
    expect(changingZones).toBeGreaterThan(120)
    expect(transitions).toBeGreaterThan(1_000)
    expect(tally.slots).toBeGreaterThan(1_000_000)
    expect(tally.repeated).toBeGreaterThan(20_000)
  },
)

test(
  'slots equal the definition on a leap day and around the year end in every zone',
  { timeout: 60_000 },
  () => {
    const zones = Intl.supportedValuesOf('timeZone')
    const mismatches = zones.flatMap((zone, index) => {
      const around = index % 2 === 0 ? Date.parse('2028-02-29T12:00Z') : Date.parse('2026-12-31T23:00Z')
      return mismatchesAround(zone, clockOf(zone), around, [index % 24, (index * 7 + 5) % 24])
    })
    expect(mismatches.slice(0, 5)).toEqual([])
    expect(zones.length).toBeGreaterThan(400)
  },
)

test.each([
  ['Pacific/Apia', '2011-12-30', 'a date that was left out'],
  ['Pacific/Kwajalein', '1993-08-21', 'another one'],
  ['America/St_Johns', '2010-11-07', 'set back at 00:01, so the day before comes back for an hour'],
  ['America/St_Johns', '2010-03-14', 'set forward at 00:01'],
  ['America/Sao_Paulo', '2018-11-04', 'a day without midnight'],
  ['Asia/Pyongyang', '2015-08-15', 'half an hour back at midnight'],
  ['Asia/Kathmandu', '1986-01-01', 'a quarter of an hour forward'],
  ['Antarctica/Casey', '2018-03-11', 'three hours at once'],
])('slots equal the definition in %s around %s: %s', (zone, date) => {
  const clock = clockOf(zone)
  const noon = Date.parse(`${date}T12:00Z`)
  const found = transitionsOf(clock, noon - 2 * DAY_MS, noon + 2 * DAY_MS)
  expect(found).toHaveLength(1)
  expect(mismatchesAround(zone, clock, found[0]!, EVERY_HOUR)).toEqual([])
})
