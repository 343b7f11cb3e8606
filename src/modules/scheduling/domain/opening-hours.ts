/** Minutes of wall time since local midnight, 0 to 1440. */
export interface DayWindow {
  readonly opensMinute: number
  readonly closesMinute: number
}

export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7

/** ISO: 1 is Monday, 7 is Sunday. */
export interface OpeningRule extends DayWindow {
  readonly weekday: Weekday
}

/** Hours of one day as people write them: "6 PM - 2 AM" belongs to the evening it starts on. */
export interface DayHours {
  readonly windows: readonly DayWindow[]
  /** The last window goes on until this minute of the next day; 0 when it ends by midnight. */
  readonly nextDayUntilMinute: number
}

export type HoursProblem = keyof typeof explanations

export interface HoursNotUnderstood {
  readonly understood: false
  readonly problem: HoursProblem
  /** A sentence for whoever wrote the hours, naming the part that is in the way. */
  readonly explanation: string
}

export type ReadDayHours = { readonly understood: true; readonly hours: DayHours } | HoursNotUnderstood

export type ReadWeekHours =
  | { readonly understood: true; readonly rules: readonly OpeningRule[] }
  | (HoursNotUnderstood & { readonly weekday: Weekday })

const MINUTES_OF_DAY = 1440

/** We refuse rather than guess: a wrong guess is a customer in front of a locked door. */
const explanations = {
  empty: 'says nothing; write "Closed" for a day without opening',
  not_hours: 'is not a span of hours like "9 AM - 5 PM" or "9:00 - 17:00"',
  no_such_time: 'has a time that no clock shows',
  half_twelve_hour: 'needs AM or PM on the closing time as well',
  morning_or_evening: 'can be morning or evening; add AM or PM, or write it like "09:00 - 17:00"',
  // Directories write "12 AM - 12 AM" for a closed Sunday as often as for a day that never ends.
  opens_as_it_closes: 'opens and closes at the same time; write "Closed" or "Open 24 hours"',
  overlapping: 'overlaps the hours before it, or comes before them',
}

interface ClockTime {
  readonly hour: number
  readonly minute: number
  readonly half: 'am' | 'pm' | null
  /** "09", "0" and "17" can only be meant on a 24-hour clock. */
  readonly surely24: boolean
}

class NotUnderstood extends Error {
  readonly problem: HoursProblem
  readonly part: string
  constructor(problem: HoursProblem, part: string) {
    super(problem)
    this.problem = problem
    this.part = part
  }
}

export function readDayHours(words: string): ReadDayHours {
  try {
    return { understood: true, hours: hoursOf(words) }
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error
    const explanation = `"${error.part.trim()}" ${explanations[error.problem]}`
    return { understood: false, problem: error.problem, explanation }
  }
}

/** A weekday that is not mentioned is closed. Hours past midnight become hours of the day they reach into. */
export function readWeekHours(wordsByWeekday: Partial<Record<Weekday, string>>): ReadWeekHours {
  const rules: OpeningRule[] = []
  for (const weekday of [1, 2, 3, 4, 5, 6, 7] as const) {
    const words = wordsByWeekday[weekday]
    if (words === undefined) continue
    const read = readDayHours(words)
    if (!read.understood) return { ...read, weekday }
    rules.push(...read.hours.windows.map((window) => ({ weekday, ...window })))
    if (read.hours.nextDayUntilMinute > 0) {
      rules.push({ weekday: dayAfter(weekday), opensMinute: 0, closesMinute: read.hours.nextDayUntilMinute })
    }
  }
  return { understood: true, rules: withoutOverlaps(rules) }
}

export function printDayHours({ windows, nextDayUntilMinute }: DayHours): string {
  if (windows.length === 0) return 'Closed'
  return windows
    .map(({ opensMinute, closesMinute }, index) => {
      const isLast = index === windows.length - 1
      if (opensMinute === 0 && closesMinute === MINUTES_OF_DAY) return 'Open 24 hours'
      return `${printTime(opensMinute)} - ${printTime(isLast ? nextDayUntilMinute || closesMinute : closesMinute)}`
    })
    .join(', ')
}

function printTime(minuteOfDay: number): string {
  const hour = Math.floor(minuteOfDay / 60)
  const minute = minuteOfDay % 60
  const minutes = minute === 0 ? '' : `:${String(minute).padStart(2, '0')}`
  return `${hour % 12 || 12}${minutes} ${hour % 24 < 12 ? 'AM' : 'PM'}`
}

function hoursOf(words: string): DayHours {
  const plain = plainText(words)
  if (plain === '') throw new NotUnderstood('empty', words)
  if (plain === 'closed') return { windows: [], nextDayUntilMinute: 0 }
  if (/^((open )?24 ?(hours|hrs|h)|24 ?\/ ?7)$/.test(plain)) {
    return { windows: [{ opensMinute: 0, closesMinute: MINUTES_OF_DAY }], nextDayUntilMinute: 0 }
  }
  const windows: DayWindow[] = []
  let nextDayUntilMinute = 0
  for (const part of plain.split(/[,;/&]|\band\b/)) {
    const { opensMinute, closesMinute } = windowOf(part)
    if (opensMinute < (windows.at(-1)?.closesMinute ?? 0)) throw new NotUnderstood('overlapping', part)
    const pastMidnight = closesMinute < opensMinute
    if (pastMidnight) nextDayUntilMinute = closesMinute
    windows.push({ opensMinute, closesMinute: pastMidnight ? MINUTES_OF_DAY : closesMinute })
  }
  return { windows, nextDayUntilMinute }
}

/** Spaces, dashes and the dots of "a.m." come in many forms that all look alike on a screen. */
function plainText(words: string): string {
  return words
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\b([ap])\.? ?m\b\.?/g, '$1m')
    .replace(/\p{Dash}|~|\b(to|till|until)\b/gu, '-')
    .replace(/\bnoon\b/g, '12 pm')
    .replace(/\bmidnight\b/g, '12 am')
    .replace(/\s+/g, ' ')
    .trim()
}

function windowOf(part: string): DayWindow {
  const [opening, closing, ...more] = part.split('-')
  if (opening === undefined || closing === undefined || more.length > 0)
    throw new NotUnderstood('not_hours', part)
  const opens = clockTime(opening, part)
  const closes = clockTime(closing, part)
  const opensMinute = openingMinute(opens, closes, part)
  const closesMinute = minuteOn(closes, closes.half, part) || MINUTES_OF_DAY
  const wholeDay = opensMinute === 0 && closes.hour === 24
  if (!wholeDay && opensMinute === closesMinute % MINUTES_OF_DAY)
    throw new NotUnderstood('opens_as_it_closes', part)
  return { opensMinute, closesMinute }
}

function clockTime(text: string, part: string): ClockTime {
  const found = /^ ?(\d{1,2})(?:[:.h](\d{2}))? ?(am|pm|h)? ?$/.exec(text)
  if (!found) throw new NotUnderstood('not_hours', part)
  const [, hour = '', minute = '0', suffix] = found
  return {
    hour: Number(hour),
    minute: Number(minute),
    half: suffix === 'am' || suffix === 'pm' ? suffix : null,
    surely24: hour.startsWith('0') || Number(hour) > 12,
  }
}

function openingMinute(opens: ClockTime, closes: ClockTime, part: string): number {
  if (opens.half !== null) {
    if (closes.half === null) throw new NotUnderstood('half_twelve_hour', part)
    return minuteOn(opens, opens.half, part)
  }
  if (closes.half !== null) {
    if (opens.surely24) throw new NotUnderstood('morning_or_evening', part)
    // "1 - 5 PM" leaves out an equal half, as Google and others do; "9 - 5 PM" can then only start in the morning.
    const sameHalf = minuteOn(opens, closes.half, part)
    const closesMinute = minuteOn(closes, closes.half, part) || MINUTES_OF_DAY
    return sameHalf < closesMinute ? sameHalf : minuteOn(opens, closes.half === 'am' ? 'pm' : 'am', part)
  }
  const opensMinute = minuteOn(opens, null, part)
  if (opensMinute === MINUTES_OF_DAY) throw new NotUnderstood('no_such_time', part)
  // "9 - 12" can be taken at its word; "9 - 5" and "2 - 6" are hardly meant as the small hours they would be.
  const surely24 = opens.surely24 || closes.surely24
  if (!surely24 && (minuteOn(closes, null, part) < opensMinute || opens.hour < 6)) {
    throw new NotUnderstood('morning_or_evening', part)
  }
  return opensMinute
}

function minuteOn({ hour, minute }: ClockTime, half: ClockTime['half'], part: string): number {
  const exists = half === null ? hour * 60 + minute <= MINUTES_OF_DAY : hour >= 1 && hour <= 12
  if (!exists || minute > 59) throw new NotUnderstood('no_such_time', part)
  if (half === null) return hour * 60 + minute
  return ((hour % 12) + (half === 'pm' ? 12 : 0)) * 60 + minute
}

function dayAfter(weekday: Weekday): Weekday {
  return ((weekday % 7) + 1) as Weekday
}

/** Touching windows stay as written, because the steps of each are counted from its own opening. */
function withoutOverlaps(rules: readonly OpeningRule[]): OpeningRule[] {
  const sorted = rules.toSorted(
    (one, other) => one.weekday - other.weekday || one.opensMinute - other.opensMinute,
  )
  const result: OpeningRule[] = []
  for (const rule of sorted) {
    const last = result.at(-1)
    if (last && last.weekday === rule.weekday && rule.opensMinute < last.closesMinute) {
      result[result.length - 1] = { ...last, closesMinute: Math.max(last.closesMinute, rule.closesMinute) }
    } else {
      result.push(rule)
    }
  }
  return result
}
