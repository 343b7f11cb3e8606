import { sql, type SQL } from 'drizzle-orm'
import type { MoneyJson } from '#src/kernel/money.ts'
import { isOpenFailure, isWithBank } from '#src/modules/payments/index.ts'
import type { Ctx } from '#src/platform/context.ts'
import { requireOperator } from './access.ts'
import { amountOf, iso, isoOrNull, limitOf, pageOf, positionOf, type Page, type PageInput } from './rows.ts'

const STUCK_MINUTES = 15
const OVERDUE_MINUTES = 5
const ANSWER_SOON_HOURS = 2
const EVIDENCE_SOON_DAYS = 3
const RECONCILIATION_LATE_HOURS = 2
const NEWS_LOOKED_AT = 20
const NEWS_MINUTES = 60
/** One event that comes again, or late, says nothing of a clock. */
const NEWS_MIN = 3

/** What can be wrong with a booking. The count on the home page and the list behind it are the same condition. */
export const BOOKING_TROUBLES = [
  'payment_stuck',
  'refund_stuck',
  'disputed',
  'evidence_due',
  'payout_failed',
  'payout_overdue',
  'answer_due',
  'overdue',
] as const
export type BookingTrouble = (typeof BOOKING_TROUBLES)[number]

function condition(trouble: BookingTrouble, now: string): SQL {
  const at = sql`${now}::timestamptz`
  switch (trouble) {
    case 'payment_stuck':
      return sql`exists (select from payments p where p.booking_id = b.id and p.sync_due_at < ${at} - make_interval(mins => ${STUCK_MINUTES}))`
    case 'refund_stuck':
      return sql`exists (select from refunds r where r.booking_id = b.id
        and (${isOpenFailure(sql`r`)} or (r.status = 'requested' and r.requested_at < ${at} - make_interval(mins => ${STUCK_MINUTES}) and not ${isWithBank(sql`r.payment_id`)})))`
    case 'disputed':
      return sql`exists (select from payments p where p.booking_id = b.id and p.status = 'disputed')`
    case 'evidence_due':
      return sql`exists (select from disputes d where d.booking_id = b.id and d.status in ('inquiry', 'open')
        and d.evidence_submitted_at is null and d.evidence_due_at < ${at} + make_interval(days => ${EVIDENCE_SOON_DAYS}))`
    case 'payout_failed':
      return sql`exists (select from payouts o where o.booking_id = b.id and o.status = 'failed')`
    case 'payout_overdue':
      return sql`exists (select from payouts o where o.booking_id = b.id and o.status = 'scheduled'
        and o.due_at < ${at} - make_interval(mins => ${STUCK_MINUTES}))`
    case 'answer_due':
      return sql`(b.state = 'awaiting_provider' and b.answer_due_at < ${at} + make_interval(hours => ${ANSWER_SOON_HOURS}))`
    case 'overdue':
      return sql`(b.next_due_at < ${at} - make_interval(mins => ${OVERDUE_MINUTES}))`
  }
}

export interface OperatorHome {
  readonly bookings: Readonly<Record<BookingTrouble, number>>
  readonly webhooksWaiting: number
  readonly webhooksDead: number
  readonly mailsFailed: number
  readonly mailsWaiting: number
  readonly jobsDead: number
  readonly jobsWaiting: number
  readonly eventsWaiting: number
  /** What Stripe, ledger and bookings do not agree on. */
  readonly differencesOpen: number
  /** Asked for long ago, and none has come to its end since: nothing is known of how the books compare. */
  readonly reconciliationsLate: number
  readonly providersInReview: number
  readonly providersSuspended: number
  /** When a worker last said that it is alive, by the database's clock; null: never. */
  readonly workerSilentSeconds: number | null
  /**
   * How old the freshest of Stripe's last events was when it came, by our clock: below zero, our clock is behind; far above, it is
   * ahead, or all of them are late. Null: too few have come of late, or the clock is one that a demonstration moves.
   */
  readonly stripeNewsAgeSeconds: number | null
}

/** Everything that wants an operator, counted in one statement. @throws request.not_found. */
export async function getOperatorHome(ctx: Ctx): Promise<OperatorHome> {
  requireOperator(ctx)
  const now = ctx.now.toString()
  const at = sql`${now}::timestamptz`
  const bookingCounts = sql.join(
    BOOKING_TROUBLES.map(
      (trouble) =>
        sql`(select count(*)::int from bookings b where ${condition(trouble, now)}) as ${sql.identifier(trouble)}`,
    ),
    sql`, `,
  )
  const { rows } = await ctx.db.execute<Record<string, number | null>>(sql`
    select ${bookingCounts},
      (select count(*)::int from webhook_events where status = 'received' and received_at < ${at} - interval '1 minute') as webhooks_waiting,
      (select count(*)::int from webhook_events where status = 'dead') as webhooks_dead,
      (select count(*)::int from mails where status = 'failed') as mails_failed,
      (select count(*)::int from mails where status = 'queued' and created_at < ${at} - interval '5 minutes') as mails_waiting,
      (select count(*)::int from graphile_worker.jobs where attempts >= max_attempts and locked_at is null) as jobs_dead,
      (select count(*)::int from graphile_worker.jobs where attempts < max_attempts and run_at < now() - interval '1 minute') as jobs_waiting,
      (select count(*)::int from domain_events where dispatched_at is null and occurred_at < ${at} - interval '1 minute') as events_waiting,
      (select count(*)::int from reconciliation_differences where resolved_at is null) as differences_open,
      (select count(*)::int from reconciliation_runs r where finished_at is null and requested_at < ${at} - make_interval(hours => ${RECONCILIATION_LATE_HOURS})
         and not exists (select from reconciliation_runs f where f.finished_at > r.requested_at)) as reconciliations_late,
      (select count(*)::int from providers where status = 'in_review') as providers_in_review,
      (select count(*)::int from providers where status = 'suspended') as providers_suspended,
      (select extract(epoch from now() - max(seen_at))::int from worker_heartbeats) as worker_silent_seconds,
      (select extract(epoch from min(received_at - created_at))::int from (
        select received_at, created_at from webhook_events where received_at > ${at} - make_interval(mins => ${NEWS_MINUTES})
        order by received_at desc limit ${NEWS_LOOKED_AT}) last_ones
        having count(*) >= ${NEWS_MIN}) as stripe_news_age_seconds`)
  const row = rows[0] ?? {}
  const count = (name: string) => row[name] ?? 0
  return {
    bookings: Object.fromEntries(BOOKING_TROUBLES.map((trouble) => [trouble, count(trouble)])) as Record<
      BookingTrouble,
      number
    >,
    webhooksWaiting: count('webhooks_waiting'),
    webhooksDead: count('webhooks_dead'),
    mailsFailed: count('mails_failed'),
    mailsWaiting: count('mails_waiting'),
    jobsDead: count('jobs_dead'),
    jobsWaiting: count('jobs_waiting'),
    eventsWaiting: count('events_waiting'),
    differencesOpen: count('differences_open'),
    reconciliationsLate: count('reconciliations_late'),
    providersInReview: count('providers_in_review'),
    providersSuspended: count('providers_suspended'),
    workerSilentSeconds: row['worker_silent_seconds'] ?? null,
    stripeNewsAgeSeconds: ctx.config.DEMO_CLOCK_FILE ? null : (row['stripe_news_age_seconds'] ?? null),
  }
}

export interface TroubledBooking {
  readonly id: string
  readonly code: string
  readonly state: string
  readonly startsAt: string
  readonly timeZone: string
  readonly serviceName: string
  readonly providerName: string
  readonly customerName: string | null
  readonly paymentStatus: string
  readonly total: MoneyJson
  /** What is in trouble, where it is an amount of its own: a refund, a payout, a dispute. */
  readonly about: {
    readonly amount: MoneyJson
    /** When it was promised, asked for or wanted. */
    readonly at: string | null
    readonly reason: string | null
    /** Where it is dealt with, if not with the booking. */
    readonly disputeId: string | null
  } | null
}

interface TroubledRow extends Record<string, unknown> {
  id: string
  code: string
  state: string
  starts_at: string
  time_zone: string
  service_name: string
  provider_name: string
  customer_name: string | null
  payment_status: string
  total_minor: string
  currency: string
  about_minor: string | null
  about_at: string | null
  about_reason: string | null
  dispute_id: string | null
}

/** What of a booking is in trouble; one row at most. */
function aboutOf(trouble: BookingTrouble): SQL {
  switch (trouble) {
    case 'refund_stuck':
      return sql`select r.amount_minor, r.requested_at as at, r.failure_reason as reason, null::uuid as dispute_id from refunds r
        where r.booking_id = b.id and (${isOpenFailure(sql`r`)} or r.status = 'requested') order by r.requested_at limit 1`
    case 'disputed':
    case 'evidence_due':
      return sql`select d.amount_minor, d.evidence_due_at as at, replace(d.reason, '_', ' ') as reason, d.id as dispute_id from disputes d
        where d.booking_id = b.id and d.status in ('inquiry', 'open') order by d.opened_at desc limit 1`
    case 'payout_failed':
    case 'payout_overdue':
      return sql`select o.amount_minor, o.due_at as at, o.failure_reason as reason, null::uuid as dispute_id from payouts o
        where o.booking_id = b.id`
    case 'payment_stuck':
    case 'answer_due':
    case 'overdue':
      return sql`select null::bigint as amount_minor, null::timestamptz as at, null as reason, null::uuid as dispute_id where false`
  }
}

/** The bookings behind one of the counts, newest start first. */
export async function listTroubledBookings(
  ctx: Ctx,
  trouble: BookingTrouble,
  input: PageInput = {},
): Promise<Page<TroubledBooking>> {
  requireOperator(ctx)
  const limit = limitOf(input)
  const after = positionOf(input)
  const { rows } = await ctx.db.execute<TroubledRow>(sql`
    select b.id, b.code, b.state, b.starts_at, b.time_zone, b.service_name, pr.name as provider_name,
      coalesce(u.name, b.guest_name) as customer_name, coalesce(pay.status, 'unpaid') as payment_status, b.total_minor, b.currency,
      about.amount_minor as about_minor, about.at as about_at, about.reason as about_reason, about.dispute_id
    from bookings b join providers pr on pr.id = b.provider_id
    left join users u on u.id = b.customer_id left join payments pay on pay.booking_id = b.id
    left join lateral (${aboutOf(trouble)}) about on true
    where ${condition(trouble, ctx.now.toString())}
      ${after ? sql`and (b.starts_at, b.id) < (${after.at}::timestamptz, ${after.id}::uuid)` : sql``}
    order by b.starts_at desc, b.id desc limit ${limit + 1}`)
  return pageOf(
    rows,
    limit,
    (row) => ({
      id: row.id,
      code: row.code,
      state: row.state,
      startsAt: iso(row.starts_at),
      timeZone: row.time_zone,
      serviceName: row.service_name,
      providerName: row.provider_name,
      customerName: row.customer_name,
      paymentStatus: row.payment_status,
      total: amountOf(row.total_minor, row.currency),
      about:
        row.about_minor === null
          ? null
          : {
              amount: amountOf(row.about_minor, row.currency),
              at: isoOrNull(row.about_at),
              reason: row.about_reason,
              disputeId: row.dispute_id,
            },
    }),
    (item) => ({ at: item.startsAt, id: item.id }),
  )
}
