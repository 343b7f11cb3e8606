// How dates and times are written: the one table of styles, for pages and mails alike. Browsers and the server run
// different releases of ICU that put different kinds of space into times; they are made plain, so that hydrated text is the
// text that was sent.

const TIME = { hour: 'numeric', minute: '2-digit' } as const
const DAY = { weekday: 'short', day: 'numeric', month: 'short' } as const

const STYLES = {
  /** "2:00 PM", "14:00" */
  time: TIME,
  /** "Thu, Nov 26" */
  day: DAY,
  /** "Thu, Nov 26, 2026" */
  dayOfYear: { ...DAY, year: 'numeric' },
  /** "Thursday, November 26" */
  longDay: { weekday: 'long', day: 'numeric', month: 'long' },
  /** "Thursday, November 26, 2026" */
  longDayOfYear: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
  /** "Nov 26, 2026" */
  date: { day: 'numeric', month: 'short', year: 'numeric' },
  /** "Thu, Nov 26, 2:00 PM" */
  moment: { ...DAY, ...TIME },
  /** "Thu, Nov 26, 2026, 2:00 PM" */
  momentOfYear: { ...DAY, ...TIME, year: 'numeric' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>

export type WallClockStyle = keyof typeof STYLES

/** The words are English; who is not known to read another region's dates gets these. */
export const USUAL_LOCALE = 'en-US'

const OTHER_SPACES = /[\u00a0\u202f\u2009]/g

// Making a format costs more than using it a hundred times; there are as many as zones in use.
const formats = new Map<string, Intl.DateTimeFormat>()

/** What a clock and a calendar in the zone show at that moment. */
export function wallClock(
  style: WallClockStyle,
  epochMilliseconds: number,
  timeZone: string,
  locale: string,
): string {
  const key = `${style}|${locale}|${timeZone}`
  let format = formats.get(key)
  if (!format) {
    format = new Intl.DateTimeFormat(locale, { ...STYLES[style], timeZone })
    formats.set(key, format)
  }
  return format.format(epochMilliseconds).replace(OTHER_SPACES, ' ')
}
