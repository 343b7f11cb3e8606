import { formatMoney, isCurrency, money, type MoneyJson } from '#src/kernel/money.ts'
import { assert } from '#src/kernel/assert.ts'

// How amounts, dates and zones are said. Browsers and the server run different releases of ICU that put different
// kinds of space into times; they are made plain so that hydrated text is the text that was sent.
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

/** "14:00" or "2:00 PM" */
export function sayTime(iso: string, timeZone: string, locale: string): string {
  return plain(format(locale, timeZone, { hour: 'numeric', minute: '2-digit' }).format(instant(iso)))
}

/** "Thursday, November 26" */
export function sayLongDay(iso: string, timeZone: string, locale: string): string {
  return plain(
    format(locale, timeZone, { weekday: 'long', day: 'numeric', month: 'long' }).format(instant(iso)),
  )
}

/** "Thu, Nov 26" */
export function sayDay(iso: string, timeZone: string, locale: string): string {
  return plain(
    format(locale, timeZone, { weekday: 'short', day: 'numeric', month: 'short' }).format(instant(iso)),
  )
}

/** "Nov 26, 2026" */
export function sayDate(iso: string, timeZone: string, locale: string): string {
  return plain(
    format(locale, timeZone, { day: 'numeric', month: 'short', year: 'numeric' }).format(instant(iso)),
  )
}

/** "Thu, Nov 26, 2:00 PM" */
export function sayMoment(iso: string, timeZone: string, locale: string): string {
  return plain(
    format(locale, timeZone, {
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      hour: 'numeric',
      minute: '2-digit',
    }).format(instant(iso)),
  )
}

/** "2:00 PM – 3:00 PM" */
export function saySpan(startIso: string, endIso: string, timeZone: string, locale: string): string {
  return `${sayTime(startIso, timeZone, locale)} – ${sayTime(endIso, timeZone, locale)}`
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
  if (hours === 0) return `${rest} min`
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`
}

/** "400 m", "1.2 km", "14 km" */
export function sayDistance(kilometres: number): string {
  if (kilometres < 1) return `${Math.max(100, Math.round(kilometres * 10) * 100)} m`
  return `${kilometres < 10 ? kilometres.toFixed(1) : Math.round(kilometres)} km`
}

/** "1 review", "12 reviews" */
export function count(n: number, one: string, many = `${one}s`, locale = 'en-US'): string {
  return `${new Intl.NumberFormat(locale).format(n)} ${n === 1 ? one : many}`
}
