/** What Next hands a page as its query. */
export type Query = Readonly<Record<string, string | string[] | undefined>>

// PostgreSQL refuses text with a NUL in it, and nobody types the others.
const CONTROL_CHARACTERS = /\p{Cc}/gu

/** One value, trimmed; absent and empty are the same, because forms send empty fields. */
export function one(query: Query, name: string): string | undefined {
  const value = query[name]
  const text = (Array.isArray(value) ? value[0] : value)?.replace(CONTROL_CHARACTERS, '').trim()
  return text === '' ? undefined : text
}

/** Every value of a name that may be given several times. */
export function all(query: Query, name: string): string[] {
  const value = query[name]
  return [value ?? []].flat().filter((text) => text !== '')
}

/** "?a=1&b=2" of what has a value, "" of nothing. */
export function queryString(
  values: Readonly<Record<string, string | readonly string[] | null | undefined>>,
): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    for (const text of [value ?? []].flat()) search.append(name, text)
  }
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}

// Far years are no days that anybody books, and time zones cannot move the first and the last that PostgreSQL knows.
const DATE = /^2[01]\d\d-\d\d-\d\d$/

/** Whether it is a day of the calendar: "2026-02-30" is none. */
export function isDate(text: string): boolean {
  if (!DATE.test(text)) return false
  const time = Date.parse(text)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}
