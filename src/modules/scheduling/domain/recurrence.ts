import type { Weekday } from './opening-hours.ts'

// Readings of a wall clock are kept as milliseconds: those that the same reading would have in UTC. Which instants they are
// is for whoever knows the zone.

export type Frequency = 'secondly' | 'minutely' | 'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly'

/** A recurrence rule of RFC 5545, section 3.3.10, without UNTIL. A part that is not there is an empty list. */
export interface RecurrenceRule {
  readonly frequency: Frequency
  /** At least 1. */
  readonly interval: number
  /** How often in all, the first time included; null: for ever. */
  readonly count: number | null
  readonly weekStartsOn: Weekday
  /** 1 to 12. */
  readonly months: readonly number[]
  /** 1 to 53, or from the end of the year: -1 is its last week. */
  readonly weekNumbers: readonly number[]
  readonly yearDays: readonly number[]
  readonly monthDays: readonly number[]
  readonly weekdays: readonly WeekdayPart[]
  readonly hours: readonly number[]
  readonly minutes: readonly number[]
  readonly seconds: readonly number[]
  /** BYSETPOS: which of each period's times; -1 is the last. */
  readonly positions: readonly number[]
}

export interface WeekdayPart {
  readonly weekday: Weekday
  /** Which one of the month or the year; -1 is the last, 0 is each of them. */
  readonly nth: number
}

/**
 * The wall times at which something happens that first happens at `startMs`, in order. What cannot be is left out: there is
 * no 31 February, nor a fifth Monday of every month (section 3.3.10: "recurrence instances with an invalid date ... MUST be
 * ignored"). The first time always belongs to it and counts, whether or not it follows the rule (section 3.8.2.4).
 *
 * Times before `fromMs` may be left out; none at `untilMs` or later is given, except the first.
 * @param step is called for each period, each day of it and each time of a day that is looked at, chosen or not, so that the
 * work is bounded by how often it is called: throwing from it ends a rule without end, and one that multiplies without measure.
 */
export function* recurrences(
  asked: RecurrenceRule,
  startMs: number,
  { fromMs, untilMs }: { fromMs: number; untilMs: number },
  step: () => void,
): Generator<number> {
  const rule = completed(asked, startMs)
  yield startMs
  let found = 1
  // Who counts has to count from the beginning.
  const first = rule.count === null ? Math.max(0, periodsBetween(rule, startMs, fromMs)) : 0
  for (let index = first; rule.count === null || found < rule.count; index += 1) {
    step()
    const period = periodAt(rule, startMs, index)
    if (period.startMs >= untilMs) return
    for (const atMs of timesOf(rule, startMs, period, step)) {
      if (atMs <= startMs) continue
      if (atMs >= untilMs) return
      found += 1
      yield atMs
      if (found === rule.count) return
    }
  }
}

const SECOND_MS = 1_000
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
const UNIT_MS = { secondly: SECOND_MS, minutely: MINUTE_MS, hourly: HOUR_MS, daily: DAY_MS } as const

/** A rule as it is worked with: each number once, however often it was written, so that no list is longer than a year. */
interface Rule extends Pick<
  RecurrenceRule,
  'frequency' | 'interval' | 'count' | 'weekStartsOn' | 'weekdays'
> {
  readonly months: ReadonlySet<number>
  readonly weekNumbers: ReadonlySet<number>
  readonly yearDays: ReadonlySet<number>
  readonly monthDays: ReadonlySet<number>
  readonly positions: ReadonlySet<number>
  /** In order; null: as at the first time. */
  readonly hours: readonly number[] | null
  readonly minutes: readonly number[] | null
  readonly seconds: readonly number[] | null
}

function distinct(rule: RecurrenceRule): Rule {
  return {
    ...rule,
    months: new Set(rule.months),
    weekNumbers: new Set(rule.weekNumbers),
    yearDays: new Set(rule.yearDays),
    monthDays: new Set(rule.monthDays),
    positions: new Set(rule.positions),
    weekdays: [...new Map(rule.weekdays.map((part) => [`${part.nth} ${part.weekday}`, part])).values()],
    hours: sortedBelow(24, rule.hours),
    minutes: sortedBelow(60, rule.minutes),
    seconds: sortedBelow(60, rule.seconds),
  }
}

/** What the rule leaves open is as at the first time (section 3.3.10). */
function completed(asked: RecurrenceRule, startMs: number): Rule {
  const rule = distinct(asked)
  const { month, dayOfMonth, weekday } = dayAt(Math.floor(startMs / DAY_MS))
  const { frequency, months, weekNumbers, yearDays, monthDays, weekdays } = rule
  if (yearDays.size + monthDays.size + weekdays.length > 0) return rule
  const sameWeekday = [{ weekday, nth: 0 }]
  if (frequency === 'weekly') return { ...rule, weekdays: sameWeekday }
  if (frequency === 'yearly' && weekNumbers.size > 0) return { ...rule, weekdays: sameWeekday }
  if (frequency === 'monthly') return { ...rule, monthDays: new Set([dayOfMonth]) }
  if (frequency === 'yearly')
    return { ...rule, months: months.size > 0 ? months : new Set([month]), monthDays: new Set([dayOfMonth]) }
  return rule
}

/** A stretch of time of which the rule may take some times: a year, …, a second. */
interface Period {
  readonly startMs: number
  readonly firstDay: number
  readonly days: number
}

function periodAt({ frequency, interval, weekStartsOn }: Rule, startMs: number, index: number): Period {
  const startDay = Math.floor(startMs / DAY_MS)
  const { year, month } = dayAt(startDay)
  switch (frequency) {
    case 'yearly': {
      const firstDay = dayNumber(year + index * interval, 1)
      return { startMs: firstDay * DAY_MS, firstDay, days: daysInYear(year + index * interval) }
    }
    case 'monthly': {
      const months = month - 1 + index * interval
      const firstDay = dayNumber(year, months + 1)
      return { startMs: firstDay * DAY_MS, firstDay, days: dayNumber(year, months + 2) - firstDay }
    }
    case 'weekly': {
      const firstDay = startOfWeek(startDay, weekStartsOn) + 7 * index * interval
      return { startMs: firstDay * DAY_MS, firstDay, days: 7 }
    }
    default: {
      const unitMs = UNIT_MS[frequency]
      const atMs = (Math.floor(startMs / unitMs) + index * interval) * unitMs
      return { startMs: atMs, firstDay: Math.floor(atMs / DAY_MS), days: 1 }
    }
  }
}

/** How many whole periods certainly lie before `atMs`. */
function periodsBetween({ frequency, interval, weekStartsOn }: Rule, startMs: number, atMs: number): number {
  const [startDay, atDay] = [Math.floor(startMs / DAY_MS), Math.floor(atMs / DAY_MS)]
  const [start, at] = [dayAt(startDay), dayAt(atDay)]
  switch (frequency) {
    case 'yearly':
      return Math.floor((at.year - start.year) / interval)
    case 'monthly':
      return Math.floor((12 * (at.year - start.year) + at.month - start.month) / interval)
    case 'weekly':
      return Math.floor(
        (startOfWeek(atDay, weekStartsOn) - startOfWeek(startDay, weekStartsOn)) / 7 / interval,
      )
    default:
      return Math.floor(
        (Math.floor(atMs / UNIT_MS[frequency]) - Math.floor(startMs / UNIT_MS[frequency])) / interval,
      )
  }
}

function* timesOf(rule: Rule, startMs: number, period: Period, step: () => void): Generator<number> {
  const { positions } = rule
  if (positions.size === 0) {
    yield* candidatesOf(rule, startMs, period, step)
    return
  }
  // The last of them is not known before all are.
  const all = [...candidatesOf(rule, startMs, period, step)]
  yield* all.filter((_, index) => positions.has(index + 1) || positions.has(index - all.length))
}

/** What is finer than the frequency is multiplied, the rest is a condition. */
function* candidatesOf(rule: Rule, startMs: number, period: Period, step: () => void): Generator<number> {
  const { hours, minutes, seconds } = timesOfDay(rule, startMs, period)
  if (hours.length === 0 || minutes.length === 0 || seconds.length === 0) return
  for (let day = period.firstDay; day < period.firstDay + period.days; day += 1) {
    step()
    if (!isWanted(rule, day)) continue
    for (const hour of hours) {
      for (const minute of minutes) {
        for (const second of seconds) {
          step()
          yield day * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS
        }
      }
    }
  }
}

function timesOfDay({ frequency, ...rule }: Rule, startMs: number, period: Period) {
  const hasHour = frequency === 'hourly' || frequency === 'minutely' || frequency === 'secondly'
  const hasMinute = frequency === 'minutely' || frequency === 'secondly'
  const choose = (wanted: readonly number[] | null, fixed: boolean, unitMs: number, size: number) => {
    const of = (ms: number) => ((Math.floor(ms / unitMs) % size) + size) % size
    if (!fixed) return wanted ?? [of(startMs)]
    const own = of(period.startMs)
    return !wanted || wanted.includes(own) ? [own] : []
  }
  return {
    hours: choose(rule.hours, hasHour, HOUR_MS, 24),
    minutes: choose(rule.minutes, hasMinute, MINUTE_MS, 60),
    seconds: choose(rule.seconds, frequency === 'secondly', SECOND_MS, 60),
  }
}

/** Null: not asked for. Of what is asked for nothing may be left, as of a 60th second. */
function sortedBelow(size: number, values: readonly number[]): readonly number[] | null {
  if (values.length === 0) return null
  return [...new Set(values)].filter((value) => value >= 0 && value < size).sort((one, other) => one - other)
}

function isWanted(rule: Rule, dayNumberWanted: number): boolean {
  const day = dayAt(dayNumberWanted)
  const { months, weekNumbers, yearDays, monthDays, weekdays } = rule
  if (months.size > 0 && !months.has(day.month)) return false
  if (monthDays.size > 0 && !isNth(monthDays, day.dayOfMonth, day.daysInMonth)) return false
  if (yearDays.size > 0 && !isNth(yearDays, day.dayOfYear, day.daysInYear)) return false
  if (weekNumbers.size > 0) {
    const { week, weeks } = weekOf(dayNumberWanted, rule.weekStartsOn)
    if (!isNth(weekNumbers, week, weeks)) return false
  }
  return weekdays.length === 0 || weekdays.some((part) => isWeekday(rule, part, day))
}

/** Counted from the beginning, or with a minus from the end. */
function isNth(wanted: ReadonlySet<number>, position: number, count: number): boolean {
  return wanted.has(position) || wanted.has(position - count - 1)
}

/** A number before a weekday counts within the month or the year (section 3.3.10, notes 1 and 2); elsewhere it means nothing. */
function isWeekday(rule: Rule, { weekday, nth }: WeekdayPart, day: Day): boolean {
  if (weekday !== day.weekday) return false
  const inMonth = rule.frequency === 'monthly' || (rule.frequency === 'yearly' && rule.months.size > 0)
  const inYear = rule.frequency === 'yearly' && rule.weekNumbers.size === 0
  if (nth === 0 || (!inMonth && !inYear)) return true
  const [position, length] = inMonth ? [day.dayOfMonth, day.daysInMonth] : [day.dayOfYear, day.daysInYear]
  return nth > 0 ? nth === Math.ceil(position / 7) : -nth === Math.ceil((length - position + 1) / 7)
}

interface Day {
  readonly year: number
  readonly month: number
  readonly dayOfMonth: number
  readonly dayOfYear: number
  readonly weekday: Weekday
  readonly daysInMonth: number
  readonly daysInYear: number
}

/** The date of a day counted from 1970-01-01, in plain arithmetic: Temporal takes microseconds for each of some thousands. */
function dayAt(number: number): Day {
  // Years that begin in March end with the leap day; 146,097 days are the 400 years after which all comes again.
  const shifted = number + 719_468
  const era = Math.floor(shifted / 146_097)
  const ofEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1_460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  )
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const fromMarch = Math.floor((5 * ofYear + 2) / 153)
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return {
    year,
    month,
    dayOfMonth: ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1,
    dayOfYear: number - dayNumber(year, 1) + 1,
    weekday: weekdayOf(number),
    daysInMonth: dayNumber(year, month + 1) - dayNumber(year, month),
    daysInYear: daysInYear(year),
  }
}

/** The first day of a month, counted from 1970-01-01; months past December are those of the next years. */
function dayNumber(yearAsked: number, monthAsked: number): number {
  const months = yearAsked * 12 + monthAsked - 1
  const [year, month] = [Math.floor(months / 12), (months % 12) + 1]
  const shiftedYear = month <= 2 ? year - 1 : year
  const era = Math.floor(shiftedYear / 400)
  const yearOfEra = shiftedYear - era * 400
  const ofYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5)
  return (
    era * 146_097 +
    yearOfEra * 365 +
    Math.floor(yearOfEra / 4) -
    Math.floor(yearOfEra / 100) +
    ofYear -
    719_468
  )
}

function daysInYear(year: number): number {
  return dayNumber(year + 1, 1) - dayNumber(year, 1)
}

function weekdayOf(day: number): Weekday {
  // 1970-01-01 was a Thursday, ISO weekday 4.
  return (((((day + 3) % 7) + 7) % 7) + 1) as Weekday
}

function startOfWeek(day: number, weekStartsOn: Weekday): number {
  return day - ((weekdayOf(day) - weekStartsOn + 7) % 7)
}

/** A week belongs to the year that has at least four of its days (ISO 8601). */
function weekOf(day: number, weekStartsOn: Weekday): { week: number; weeks: number } {
  const weekOfFourthDay = (fourth: number) => {
    const { year, dayOfYear } = dayAt(fourth)
    return { year, week: Math.ceil(dayOfYear / 7) }
  }
  const { year, week } = weekOfFourthDay(startOfWeek(day, weekStartsOn) + 3)
  // 28 December is always in the last week of its year.
  const { week: weeks } = weekOfFourthDay(startOfWeek(dayNumber(year, 12) + 27, weekStartsOn) + 3)
  return { week, weeks }
}
