import { customType } from 'drizzle-orm/pg-core'
import { isoText, Temporal } from '#src/kernel/time.ts'
import type { TimeRange } from '#src/kernel/time-range.ts'

const IN_UTC_TO_THE_MILLISECOND = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:\+00|Z)$/

/** As `Temporal.Instant.from`, which takes longer: a row holds several. */
export function instantOf(text: string): Temporal.Instant {
  if (!IN_UTC_TO_THE_MILLISECOND.test(text)) return Temporal.Instant.from(text)
  const time = text.slice(11, text.endsWith('Z') ? -1 : -3)
  return Temporal.Instant.fromEpochMilliseconds(Date.parse(`${text.slice(0, 10)}T${time}Z`))
}

/** timestamptz as an instant. */
export const instant = customType<{ data: Temporal.Instant; driverData: string }>({
  dataType: () => 'timestamptz',
  toDriver: isoText,
  fromDriver: instantOf,
})

/** date as a plain date, without a zone. */
export const plainDate = customType<{ data: Temporal.PlainDate; driverData: string }>({
  dataType: () => 'date',
  toDriver: (value) => value.toString(),
  fromDriver: (value) => Temporal.PlainDate.from(value),
})

/** timestamp without a zone: a wall time; the zone it belongs to stands beside it. */
export const wallTime = customType<{ data: Temporal.PlainDateTime; driverData: string }>({
  dataType: () => 'timestamp',
  toDriver: (value) => value.toString(),
  fromDriver: (value) => Temporal.PlainDateTime.from(value),
})

/** tstzrange, always [start, end). */
export const timeRange = customType<{ data: TimeRange; driverData: string }>({
  dataType: () => 'tstzrange',
  toDriver: ({ start, end }) => `[${isoText(start)},${isoText(end)})`,
  fromDriver: (value) => {
    const [start, end] = value.slice(1, -1).replaceAll('"', '').split(',')
    if (!start || !end) throw new TypeError('a stored time range has both ends')
    return { start: instantOf(start), end: instantOf(end) }
  },
})

export const citext = customType<{ data: string }>({ dataType: () => 'citext' })
