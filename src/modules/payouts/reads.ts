import { sql } from 'drizzle-orm'
import type { BookingId, ProviderId } from '#src/kernel/ids.ts'
import { moneyToJson, type Currency, type MoneyJson } from '#src/kernel/money.ts'
import { may } from '#src/kernel/rights.ts'
import { Temporal } from '#src/kernel/time.ts'
import type { Ctx } from '#src/platform/context.ts'
import { refuse } from '#src/platform/errors.ts'
import type { SlipCode, WaitCode } from './domain/payout-rules.ts'
import { slipReason } from './domain/slip.ts'
import { findPayee, readDebt } from './queries.ts'

export { CONNECTION_OUTCOMES, type ConnectionOutcome } from './domain/connection.ts'

/**
 * held: in escrow until its date. due: its date has come. paid: sent. failed: could not be sent, left to an operator.
 * reversed: sent, and everything given back since.
 */
export const EARNING_STATUSES = ['held', 'due', 'paid', 'failed', 'reversed'] as const
export type EarningStatus = (typeof EARNING_STATUSES)[number]

export interface EarningLine {
  bookingId: string
  code: string
  serviceName: string
  startsAt: string
  timeZone: string
  status: EarningStatus
  /** What the customer paid for the service, without the guest fee. */
  base: MoneyJson
  /** What the provider gets. */
  net: MoneyJson
  /** The date promised: the end of escrow. */
  dueAt: string
  paidAt: string | null
  payoutId: string | null
  /** What it waits for: a word that stays. */
  waitsFor: WaitCode | null
  /** Why the date is not being kept, or was not, in words for the provider. */
  reason: string | null
}

export interface Earnings {
  currency: string
  held: MoneyJson
  due: MoneyJson
  paid: MoneyJson
  /** What was given back to customers after it was paid, and is kept from the next payouts. */
  owed: MoneyJson
  /** When the next money is sent, if all goes well. */
  nextDueAt: string | null
  payoutAccountReady: boolean
  lines: { items: EarningLine[]; next: EarningsPosition | null }
}

/** Where a page ended. */
export interface EarningsPosition {
  readonly startsAt: string
  readonly id: string
}

const PAGE_MAX = 50

// What a provider has earned is a booking that was paid and is not given back: with its payout once it is over, and with the
// payout it will have while it is to come.
const EARNING = (ctx: Ctx) => sql`
  select b.id, b.code, b.service_name, b.starts_at, b.time_zone, b.base_minor, b.currency,
    coalesce(po.amount_minor, b.provider_net_minor) as net_minor, po.id as payout_id, po.paid_at, po.waits_for, po.slipped_for,
    coalesce(po.due_at, b.ends_at + make_interval(hours => ${ctx.config.ESCROW_DAYS * 24}::int)) as due_at,
    case when po.status in ('paid', 'failed', 'reversed') then po.status
         when po.due_at <= ${ctx.now.toString()} then 'due' else 'held' end as status
  from bookings b
  join payments pay on pay.booking_id = b.id and pay.captured_minor > 0
  left join payouts po on po.booking_id = b.id`
const EARNED = sql`
  and (po.status in ('scheduled', 'paid', 'failed', 'reversed')
       or po.id is null and b.state in ('confirmed', 'in_progress', 'completed') and pay.refund_requested_minor < pay.captured_minor)`

type SumRow = { currency: Currency; held: string; due: string; paid: string; next_due_at: string | null }
type LineRow = {
  id: string
  code: string
  service_name: string
  starts_at: string
  time_zone: string
  base_minor: string
  currency: Currency
  net_minor: string
  payout_id: string | null
  due_at: string
  paid_at: string | null
  waits_for: WaitCode | null
  slipped_for: SlipCode | null
  status: EarningStatus
}

/**
 * What a provider has earned: held, due and paid, and each booking behind it, newest first.
 * @throws refusal provider.not_found, also for what is not theirs.
 */
export async function getEarnings(
  ctx: Ctx,
  providerId: ProviderId,
  page: { after?: EarningsPosition | undefined; limit?: number | undefined } = {},
): Promise<Earnings> {
  if (!may(ctx.actor, 'earnings.see', { providerId })) throw refuse('provider.not_found')
  const payee = await findPayee(ctx.db, providerId)
  if (!payee) throw refuse('provider.not_found')
  const [sums, lines, owedMinor] = await Promise.all([
    readSums(ctx, providerId),
    readLines(ctx, providerId, page),
    readDebt(ctx.db, providerId, payee.currency),
  ])
  const currency = sums?.currency ?? payee.currency
  const amount = (minor: string | undefined) => moneyToJson({ amountMinor: BigInt(minor ?? '0'), currency })
  return {
    currency,
    held: amount(sums?.held),
    due: amount(sums?.due),
    paid: amount(sums?.paid),
    owed: amount(owedMinor.toString()),
    nextDueAt: sums?.next_due_at ? Temporal.Instant.from(sums.next_due_at).toString() : null,
    payoutAccountReady: payee.ready,
    lines,
  }
}

/**
 * What a provider earns with one booking; null when it is nothing.
 * @throws refusal provider.not_found, also for what is not theirs.
 */
export async function findEarning(
  ctx: Ctx,
  providerId: ProviderId,
  bookingId: BookingId,
): Promise<EarningLine | null> {
  if (!may(ctx.actor, 'earnings.see', { providerId })) throw refuse('provider.not_found')
  const { rows } = await ctx.db.execute<LineRow>(sql`
    ${EARNING(ctx)} where b.provider_id = ${providerId} and b.id = ${bookingId} ${EARNED}`)
  return rows[0] ? lineFrom(rows[0], ctx.now) : null
}

async function readSums(ctx: Ctx, providerId: ProviderId): Promise<SumRow | undefined> {
  const { rows } = await ctx.db.execute<SumRow>(sql`
    select currency,
      coalesce(sum(net_minor) filter (where status = 'held'), 0)::text as held,
      coalesce(sum(net_minor) filter (where status in ('due', 'failed')), 0)::text as due,
      coalesce(sum(net_minor) filter (where status = 'paid'), 0)::text as paid,
      min(due_at) filter (where status in ('held', 'due')) as next_due_at
    from (${EARNING(ctx)} where b.provider_id = ${providerId} ${EARNED}) earned
    group by currency`)
  return rows[0]
}

async function readLines(
  ctx: Ctx,
  providerId: ProviderId,
  page: { after?: EarningsPosition | undefined; limit?: number | undefined },
): Promise<Earnings['lines']> {
  const limit = Math.min(page.limit ?? 20, PAGE_MAX)
  const after = page.after
    ? sql`and (b.starts_at, b.id) < (${page.after.startsAt}::timestamptz, ${page.after.id}::uuid)`
    : sql``
  const { rows } = await ctx.db.execute<LineRow>(sql`
    ${EARNING(ctx)} where b.provider_id = ${providerId} ${EARNED} ${after}
    order by b.starts_at desc, b.id desc limit ${limit + 1}`)
  const items = rows.slice(0, limit).map((row) => lineFrom(row, ctx.now))
  const last = rows.length > limit ? items.at(-1) : undefined
  return { items, next: last ? { startsAt: last.startsAt, id: last.bookingId } : null }
}

function lineFrom(row: LineRow, now: Temporal.Instant): EarningLine {
  const amount = (minor: string) => moneyToJson({ amountMinor: BigInt(minor), currency: row.currency })
  const dueAt = Temporal.Instant.from(row.due_at)
  const paidAt = row.paid_at === null ? null : Temporal.Instant.from(row.paid_at)
  const { waits_for: waitsFor, slipped_for: slippedFor } = row
  const nothingDue = BigInt(row.net_minor) === 0n
  return {
    bookingId: row.id,
    code: row.code,
    serviceName: row.service_name,
    startsAt: Temporal.Instant.from(row.starts_at).toString(),
    timeZone: row.time_zone,
    status: row.status,
    base: amount(row.base_minor),
    net: amount(row.net_minor),
    dueAt: dueAt.toString(),
    paidAt: paidAt?.toString() ?? null,
    payoutId: row.payout_id,
    waitsFor,
    reason: slipReason({ dueAt, paidAt, waitsFor, slippedFor, nothingDue }, now),
  }
}
