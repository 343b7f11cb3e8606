import { Temporal } from '#src/kernel/time.ts'

/** While an instant lies in [startMs, endMs), the wall clock of the zone reads instant + offsetMs. */
export interface OffsetSpan {
  readonly startMs: number
  readonly endMs: number
  readonly offsetMs: number
}

interface ZoneTable {
  readonly fromMs: number
  readonly untilMs: number
  readonly spans: readonly OffsetSpan[]
}

const DAY_MS = 86_400_000

/** The largest jump a clock has made (a date line moved over a country), with room to spare. */
export const CLOCK_JUMP_MS = 26 * 60 * 60_000

/** Read this much around what was asked, so that a zone's table is built about once a year of running. */
const MARGIN_MS = 400 * DAY_MS

/** IANA knows about 600 names with aliases; past that somebody is inventing zones, and we start over. */
const ZONES_CACHED_MAX = 1_000

const tables = new Map<string, ZoneTable>()

/**
 * The spans of constant offset that touch [fromMs, untilMs], in order and without gaps. Looking an offset up through
 * Temporal costs microseconds per instant; slots need thousands, so the transitions are read once per zone.
 */
export function offsetSpans(timeZone: string, fromMs: number, untilMs: number): OffsetSpan[] {
  const known = tables.get(timeZone)
  const table =
    known && known.fromMs <= fromMs && untilMs <= known.untilMs
      ? known
      : readZone(timeZone, fromMs, untilMs, known)
  return table.spans.filter((span) => span.endMs > fromMs && span.startMs <= untilMs)
}

/** The reading of the wall clock, as the milliseconds that the same reading would have in UTC. */
export function wallClock(spans: readonly OffsetSpan[], instantMs: number): number {
  for (const { startMs, endMs, offsetMs } of spans) {
    if (startMs <= instantMs && instantMs < endMs) return instantMs + offsetMs
  }
  throw new RangeError(`no offset known at ${instantMs}`)
}

/** Whether the clock comes to this reading within the span. */
export function isRead(span: OffsetSpan, wallMs: number): boolean {
  const atMs = wallMs - span.offsetMs
  return span.startMs <= atMs && atMs < span.endMs
}

/** Every local date that an instant of the range has: where clocks cross midnight backwards, dates come back. */
export function localDays(spans: readonly OffsetSpan[], fromMs: number, untilMs: number): number[] {
  let first = Infinity
  let last = -Infinity
  for (const { startMs, endMs, offsetMs } of spans) {
    if (endMs <= fromMs || startMs > untilMs) continue
    first = Math.min(first, Math.floor((Math.max(startMs, fromMs) + offsetMs) / DAY_MS))
    last = Math.max(last, Math.floor((Math.min(endMs, untilMs) + offsetMs) / DAY_MS))
  }
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

function readZone(
  timeZone: string,
  fromMs: number,
  untilMs: number,
  known: ZoneTable | undefined,
): ZoneTable {
  const table = {
    fromMs: Math.min(fromMs - MARGIN_MS, known?.fromMs ?? Infinity),
    untilMs: Math.max(untilMs + MARGIN_MS, known?.untilMs ?? -Infinity),
    spans: [] as OffsetSpan[],
  }
  let at = Temporal.Instant.fromEpochMilliseconds(table.fromMs).toZonedDateTimeISO(timeZone)
  let startMs = -Infinity
  while (startMs < table.untilMs) {
    const next = at.getTimeZoneTransition('next')
    const endMs = next && next.epochMilliseconds <= table.untilMs ? next.epochMilliseconds : Infinity
    table.spans.push({ startMs, endMs, offsetMs: at.offsetNanoseconds / 1e6 })
    if (!next) break
    at = next
    startMs = endMs
  }
  if (tables.size >= ZONES_CACHED_MAX) tables.clear()
  tables.set(timeZone, table)
  return table
}
