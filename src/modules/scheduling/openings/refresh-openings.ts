import { sql } from 'drizzle-orm'
import type { CalendarId, ServiceId } from '#src/kernel/ids.ts'
import type { Temporal } from '#src/kernel/time.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { BUFFER_MINUTES_MAX, DURATION_MINUTES_MAX } from '../domain/limits.ts'
import { QUARTER_MS } from '../domain/start-bits.ts'
import { readBits } from './read-bits.ts'

/** How far the openings reach; a search for a later day asks the engine about everybody. */
export const OPENINGS_DAYS = 62
const DAY_MS = 86_400_000
const QUARTERS = (OPENINGS_DAYS * DAY_MS) / QUARTER_MS
/** In one transaction: a second's work. */
const CALENDARS_MAX = 100
/** In one statement; one calendar may have two hundred. */
const SERVICES_MAX = 250
/** What is taken or given back moves starts no further away than this. */
const REACH_MS = (DURATION_MINUTES_MAX + 2 * BUFFER_MINUTES_MAX) * 60_000
/** Any number that nobody else takes: two workers must not write what each has read at another moment. */
const LOCK = 4_025

export interface Refreshed {
  /** Worked out from one end to the other. */
  readonly whole: number
  /** The days around what was taken or given back. */
  readonly parts: number
}

interface Change extends Record<string, unknown> {
  calendar_id: CalendarId
  /** Epoch milliseconds; null: all of it. */
  from_ms: number | null
  until_ms: number | null
}

/**
 * Brings the openings of calendars that have changed up to date, and those of yesterday to today. The changes are taken away
 * first and the calendars read after that, so that a change whose mark was taken has been read.
 * @returns how many calendars, all 0 while another worker is at it.
 */
export function refreshOpenings(ctx: Pick<Ctx, 'db' | 'now'>): Promise<Refreshed> {
  return inTransaction(ctx, async (tx) => {
    const { rows } = await tx.execute<{ mine: boolean }>(
      sql`select pg_try_advisory_xact_lock(${LOCK}) as mine`,
    )
    if (!rows[0]?.mine) return { whole: 0, parts: 0 }
    const today = dayOf(ctx.now)
    const changes = await takeChanges(tx)
    const changed = new Set(changes.map(({ calendar_id }) => calendar_id))
    const behind = await findBehind(tx, today, CALENDARS_MAX - changes.length)
    const all = [...changes, ...behind.filter(({ calendar_id }) => !changed.has(calendar_id))]
    return refresh(tx, today, all)
  })
}

/** All calendars have changed, for all that is known of them. @returns how many there are, and the last of their marks. */
export async function markAllCalendars({
  db,
}: Pick<Ctx, 'db'>): Promise<{ total: number; lastMark: string }> {
  const { rows } = await db.execute<{ total: number; lastMark: string }>(sql`
    with marked as (insert into calendar_changes (calendar_id) select id from calendars returning id)
    select count(*)::int as total, coalesce(max(id), 0)::text as "lastMark" from marked`)
  return rows[0] ?? { total: 0, lastMark: '0' }
}

/**
 * One round of the worker. Where bookings come faster than openings are written it rests until the next: a calendar that waits
 * costs a search a question to the engine, and a booking that waits for the processor costs a customer.
 * @returns how many others there were: of those there may be thousands, once, and they are worked off at once.
 */
export async function sweepOpenings(ctx: Pick<Ctx, 'db' | 'now'>): Promise<number> {
  return (await refreshOpenings(ctx)).whole
}

/** Calendars that wait for their openings. @param lastMark counts none that was marked after it */
export async function countWaiting({ db }: Pick<Ctx, 'db'>, lastMark?: string): Promise<number> {
  const { rows } = await db.execute<{ count: number }>(sql`
    select count(distinct calendar_id)::int as count from calendar_changes
    where ${lastMark === undefined ? sql`true` : sql`id <= ${lastMark}::bigint`}`)
  return rows[0]?.count ?? 0
}

/** The first instant of the day in UTC. */
function dayOf(now: Temporal.Instant): number {
  return Math.floor(now.epochMilliseconds / DAY_MS) * DAY_MS
}

async function takeChanges(tx: Tx): Promise<Change[]> {
  const { rows } = await tx.execute<Change>(sql`
    with due as (
      select distinct calendar_id from (select calendar_id from calendar_changes order by id limit ${CALENDARS_MAX}) oldest),
    taken as (
      delete from calendar_changes where calendar_id in (select calendar_id from due) returning calendar_id, during)
    select calendar_id,
      case when bool_and(during is not null) then (extract(epoch from min(lower(during))) * 1000)::float8 end as from_ms,
      case when bool_and(during is not null) then (extract(epoch from max(upper(during))) * 1000)::float8 end as until_ms
    from taken group by calendar_id`)
  return rows
}

/** Calendars whose openings begin on a day that is over. */
async function findBehind(tx: Tx, today: number, limit: number): Promise<Change[]> {
  if (limit <= 0) return []
  const { rows } = await tx.execute<Change>(sql`
    select distinct calendar_id, null as from_ms, null as until_ms from (
      select calendar_id from service_openings where from_day < ${dateText(today)}::date limit ${limit}) behind`)
  return rows
}

interface ServiceRow extends Record<string, unknown> {
  service_id: ServiceId
  calendar_id: CalendarId
  /** Epoch milliseconds; null: it has no openings yet, or of another length. */
  from_day_ms: number | null
}

async function refresh(tx: Tx, today: number, changes: readonly Change[]): Promise<Refreshed> {
  if (changes.length === 0) return { whole: 0, parts: 0 }
  let parts = 0
  const calendarIds = changes.map(({ calendar_id }) => calendar_id)
  const { rows } = await tx.execute<ServiceRow>(sql`
    select s.id as service_id, c.id as calendar_id,
      case when length(o.starts) = ${QUARTERS} then (extract(epoch from o.from_day) * 1000)::float8 end as from_day_ms
    from calendars c join services s on s.provider_id = c.provider_id left join service_openings o on o.service_id = s.id
    where c.id = any(${sql.param(calendarIds)}::uuid[])`)
  const servicesOf = Map.groupBy(rows, (row) => row.calendar_id)
  const whole: ServiceRow[] = []
  for (const { calendar_id, from_ms, until_ms } of changes) {
    const services = servicesOf.get(calendar_id) ?? []
    const isKnown = services.every(({ from_day_ms }) => from_day_ms === today)
    if (isKnown && from_ms !== null && until_ms !== null) {
      parts += 1
      await rewritePart(tx, today, services, from_ms, until_ms)
    } else whole.push(...services)
  }
  for (let at = 0; at < whole.length; at += SERVICES_MAX)
    await writeWhole(tx, today, whole.slice(at, at + SERVICES_MAX))
  return { whole: changes.length - parts, parts }
}

async function writeWhole(tx: Tx, today: number, services: readonly ServiceRow[]): Promise<void> {
  if (services.length === 0) return
  const found = await readBits(tx, services, today, QUARTERS)
  await tx.execute(sql`
    insert into service_openings (service_id, calendar_id, from_day, starts)
    select u.service_id, u.calendar_id, ${dateText(today)}::date, u.bits::bit varying
    from unnest(${sql.param(found.map(({ service }) => service.service_id))}::uuid[], ${sql.param(found.map(({ service }) => service.calendar_id))}::uuid[],
      ${sql.param(found.map(({ bits }) => bits))}::text[]) as u (service_id, calendar_id, bits)
    on conflict (service_id) do update set calendar_id = excluded.calendar_id, from_day = excluded.from_day, starts = excluded.starts`)
}

async function rewritePart(
  tx: Tx,
  today: number,
  services: readonly ServiceRow[],
  fromMs: number,
  untilMs: number,
): Promise<void> {
  const first = Math.max(0, Math.floor((fromMs - REACH_MS - today) / QUARTER_MS))
  const end = Math.min(QUARTERS, Math.ceil((untilMs + REACH_MS - today) / QUARTER_MS))
  if (first >= end) return
  const found = await readBits(tx, services, today + first * QUARTER_MS, end - first)
  await tx.execute(sql`
    update service_openings o set starts = overlay(o.starts placing u.bits::bit varying from ${first + 1}::int)
    from unnest(${sql.param(found.map(({ service }) => service.service_id))}::uuid[], ${sql.param(found.map(({ bits }) => bits))}::text[]) as u (service_id, bits)
    where o.service_id = u.service_id`)
}

function dateText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
