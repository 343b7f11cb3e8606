import { randomUUID } from 'node:crypto'
import type pg from 'pg'

export interface BenchProvider {
  readonly providerId: string
  readonly serviceId: string
  readonly calendarId: string
}

const HOUR_MS = 3_600_000

/** The next full hour that is at least so many hours away, as an instant. */
export function fullHour(hours: number): string {
  return new Date(Math.ceil(Date.now() / HOUR_MS + hours) * HOUR_MS).toISOString()
}

/** An hour of that day at which they are open, `index` from 0. Day 0 is tomorrow. */
export function openHour(day: number, index: number): string {
  const midnightMs = Math.ceil(Date.now() / (24 * HOUR_MS)) * 24 * HOUR_MS
  return new Date(midnightMs + (day * 24 + (OPEN_HOURS_UTC[index] ?? 0)) * HOUR_MS).toISOString()
}

/** Wall minutes, in Toronto. */
const OPENS_MINUTE = 9 * 60
const CLOSES_MINUTE = 17 * 60
/** Hours in UTC at which they are open whatever the season. */
export const OPEN_HOURS_UTC = [14, 15, 16, 17, 18, 19, 20] as const

/** Live providers open from nine to five, each with one service of an hour and a few bookings already there. */
export async function benchProviders(owner: pg.Client, count: number): Promise<BenchProvider[]> {
  const made = Array.from({ length: count }, () => ({
    providerId: randomUUID(),
    serviceId: randomUUID(),
    calendarId: randomUUID(),
  }))
  await owner.query(
    `insert into categories (id, name, path) values ('bench', 'Bench', '{bench}') on conflict do nothing`,
  )
  const rows = JSON.stringify(made)
  await owner.query(
    `insert into providers (id, slug, status, name, headline, time_zone, currency, country, city, latitude, longitude, payout_account_id, payout_account_ready, rating_sum, rating_count, created_at, updated_at)
     select (r ->> 'providerId')::uuid, 'bench-' || n, 'live', 'Bench ' || n, 'Measured', 'America/Toronto', 'USD', 'CA', 'Toronto', 43.6 + n * 0.0001, -79.4, 'acct_bench_' || n, true, n % 50, n % 10, now(), now()
     from jsonb_array_elements($1::jsonb) with ordinality as t (r, n)`,
    [rows],
  )
  await owner.query(
    `insert into calendars (id, provider_id, created_at) select (r ->> 'calendarId')::uuid, (r ->> 'providerId')::uuid, now() from jsonb_array_elements($1::jsonb) r`,
    [rows],
  )
  await owner.query(
    `insert into opening_rules select (r ->> 'calendarId')::uuid, weekday, $2, $3 from jsonb_array_elements($1::jsonb) r, generate_series(1, 7) weekday`,
    [rows, OPENS_MINUTE, CLOSES_MINUTE],
  )
  await owner.query(
    `insert into services (id, provider_id, category_id, name, duration_minutes, step_minutes, minimum_notice_minutes, booking_mode, cancellation_policy, price_minor, currency, created_at, updated_at)
     select (r ->> 'serviceId')::uuid, (r ->> 'providerId')::uuid, 'bench', 'An hour', 60, 15, 0, 'instant', 'flexible', 10000, 'USD', now(), now() from jsonb_array_elements($1::jsonb) r`,
    [rows],
  )
  // A history, so that the planner knows tables as they are in use and not as they are on the first day.
  await owner.query(
    `with past as (
       select gen_random_uuid() as id, (r ->> 'providerId')::uuid as provider_id, (r ->> 'serviceId')::uuid as service_id, (r ->> 'calendarId')::uuid as calendar_id,
         date_trunc('hour', now()) - interval '1 hour' * h as starts_at, n * 100 + h as number
       from jsonb_array_elements($1::jsonb) with ordinality as t (r, n), generate_series(2, 26) h),
     booked as (
       insert into bookings (id, code, provider_id, service_id, calendar_id, state, guest_name, guest_email, is_guest, starts_at, ends_at, occupied, time_zone, local_start,
         session_id, service_name, duration_minutes, buffer_before_minutes, buffer_after_minutes, minimum_notice_minutes, location_kind, booking_mode, cancellation_policy,
         currency, base_minor, commission_minor, surcharge_minor, provider_net_minor, total_minor, platform_fee_basis_points, guest_fee_basis_points, hold_expires_at, event_count, created_at, updated_at)
       select id, 'PAST-' || number, provider_id, service_id, calendar_id, 'expired', 'Past', 'past@example.test', true, starts_at, starts_at + interval '1 hour',
         tstzrange(starts_at, starts_at + interval '1 hour'), 'UTC', starts_at, id, 'An hour', 60, 0, 0, 0, 'on_site', 'instant', 'flexible', 'USD', 10000, 1000, 1000, 9000, 11000, 1000, 2000,
         starts_at, 2, starts_at, starts_at from past returning id, created_at)
     insert into booking_events (booking_id, sequence, transition, from_state, to_state, actor_kind, at)
     select id, e.sequence, e.transition, e.from_state, e.to_state, e.actor, created_at from booked,
       (values (1, 'hold', null, 'held', 'guest'), (2, 'expire', 'held', 'expired', 'system')) e (sequence, transition, from_state, to_state, actor)
     order by id, e.sequence`,
    [rows],
  )
  return made
}
