import { formatMoney, isCurrency, money, type MoneyJson } from '#src/kernel/money.ts'
import { assert } from '#src/kernel/assert.ts'
import { wallClock, type WallClockStyle } from '#src/kernel/wall-clock.ts'

// How amounts, dates and zones are said. Dates and times are written by the kernel's wall clock, as in mails.
const NARROW_SPACES = /[\u202f\u2009]/g
const plain = (text: string) => text.replace(NARROW_SPACES, ' ')

const formats = new Map<string, Intl.DateTimeFormat>()

// Making a format costs more than using it a hundred times.
function format(locale: string, timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale}|${timeZone}|${JSON.stringify(options)}`
  let found = formats.get(key)
  if (!found) formats.set(key, (found = new Intl.DateTimeFormat(locale, { ...options, timeZone })))
  return found
}

const instant = (iso: string) => new Date(iso)

/** "$110.00" */
export function sayMoney(amount: MoneyJson, locale = 'en-US'): string {
  assert(isCurrency(amount.currency), 'an amount has a known currency')
  return plain(formatMoney(money(amount.amountMinor, amount.currency), locale))
}

/** What is taken off; of nothing, nothing. */
export function minus({ amountMinor, currency }: MoneyJson): MoneyJson {
  return { amountMinor: amountMinor === 0 ? 0 : -amountMinor, currency }
}

/** "50%" */
export function sayPercent(percent: number, locale = 'en-US'): string {
  return plain(
    new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 }).format(percent / 100),
  )
}

/** Between what belongs together when a line is broken: a number and its unit, two times. */
const NB = '\u00a0'
/** After a dash a line may be broken even before such a space. */
const JOINER = '\u2060'

/** "M6J 2Z5" */
export const onOneLine = (text: string): string => text.replaceAll(' ', NB)

// A clock's figures stay with their "AM" or "PM" when a line is broken.
const unbroken = (text: string) => text.replace(/ (?=[AaPp]\.?[Mm]\.?$)/, '\u00a0')

const said =
  (style: WallClockStyle) =>
  (iso: string, timeZone: string, locale: string): string =>
    unbroken(wallClock(style, Date.parse(iso), timeZone, locale))

/** "14:00" or "2:00 PM" */
export const sayTime = said('time')
/** "Thursday, November 26" */
export const sayLongDay = said('longDay')
/** "Thursday, November 26, 2026" */
export const sayLongDayOfYear = said('longDayOfYear')
/** "Thu, Nov 26" */
export const sayDay = said('day')
/** "Nov 26, 2026" */
export const sayDate = said('date')
/** "Thu, Nov 26, 2:00 PM" */
export const sayMoment = said('moment')

/** "2:00 PM – 3:00 PM", from clock times that were said already; no line is broken inside of it. */
export const spanOf = (start: string, end: string): string => `${start}${NB}–${JOINER}${NB}${end}`

/** "2:00 PM – 3:00 PM" */
export function saySpan(startIso: string, endIso: string, timeZone: string, locale: string): string {
  return spanOf(sayTime(startIso, timeZone, locale), sayTime(endIso, timeZone, locale))
}

/** "November 2026" for 2026-11 */
export function sayMonth(month: string, locale: string): string {
  return format(locale, 'UTC', { month: 'long', year: 'numeric' }).format(instant(`${month}-01`))
}

/** The calendar date there: "2026-11-26" */
export function localDateOf(iso: string, timeZone: string): string {
  return format('en-CA', timeZone, { year: 'numeric', month: '2-digit', day: '2-digit' }).format(instant(iso))
}

/** The hour of the day there, 0 to 23 */
export function localHourOf(iso: string, timeZone: string): number {
  return Number(format('en-US', timeZone, { hour: '2-digit', hourCycle: 'h23' }).format(instant(iso)))
}

/** "UTC−5", "UTC+5:30" */
export function sayOffset(iso: string, timeZone: string): string {
  const name = format('en-US', timeZone, { timeZoneName: 'longOffset' })
    .formatToParts(instant(iso))
    .find((part) => part.type === 'timeZoneName')?.value
  const match = /^GMT([+-])(\d\d):(\d\d)$/.exec(name ?? '')
  if (!match) return 'UTC'
  const [, sign, hours, minutes] = match
  return `UTC${sign === '-' ? '−' : '+'}${Number(hours)}${minutes === '00' ? '' : `:${minutes}`}`
}

/** "Toronto" for America/Toronto */
export function cityOf(timeZone: string): string {
  return (timeZone.split('/').at(-1) ?? timeZone).replaceAll('_', ' ')
}

/** "Toronto, UTC−5" as of the given moment */
export function sayZone(timeZone: string, iso: string): string {
  const [city, offset] = [cityOf(timeZone), sayOffset(iso, timeZone)]
  return offset.startsWith(city) ? city : `${city}, ${offset}`
}

/** "45 min", "1 h", "1 h 30 min" */
export function sayDuration(minutes: number): string {
  const hours = Math.floor(minutes / 60)
  const rest = minutes % 60
  if (hours === 0) return `${rest}${NB}min`
  return rest === 0 ? `${hours}${NB}h` : `${hours}${NB}h${NB}${rest}${NB}min`
}

/** "400 m", "1.2 km", "14 km" */
export function sayDistance(kilometres: number): string {
  if (kilometres < 1) return `${Math.max(100, Math.round(kilometres * 10) * 100)}${NB}m`
  return `${kilometres < 10 ? kilometres.toFixed(1) : Math.round(kilometres)}${NB}km`
}

/** "1,200" */
export const sayNumber = (n: number, locale: string): string => new Intl.NumberFormat(locale).format(n)

/** "1 review", "12 reviews" */
export function count(n: number, one: string, many = `${one}s`, locale = 'en-US'): string {
  return `${sayNumber(n, locale)} ${n === 1 ? one : many}`
}
