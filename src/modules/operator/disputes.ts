import { sql } from 'drizzle-orm'
import type { DisputeEvidence } from '#src/integrations/payment-gateway/port.ts'
import { formatMoney, isCurrency, money, type MoneyJson } from '#src/kernel/money.ts'
import { assert } from '#src/kernel/assert.ts'
import { Temporal } from '#src/kernel/time.ts'
import type { Ctx } from '#src/platform/context.ts'
import { refuse } from '#src/platform/errors.ts'
import { requireOperator } from './access.ts'
import { amountOf, iso, isoOrNull, limitOf, pageOf, positionOf, type Page, type PageInput } from './rows.ts'

export const DISPUTE_STATUSES = ['inquiry', 'open', 'won', 'lost', 'inquiry_closed'] as const
export type DisputeStatus = (typeof DISPUTE_STATUSES)[number]

export interface DisputeLine {
  readonly id: string
  readonly bookingId: string
  readonly code: string
  readonly customerName: string | null
  readonly providerName: string
  readonly status: DisputeStatus
  /** The bank's word: fraudulent, product_not_received, … */
  readonly reason: string
  readonly amount: MoneyJson
  readonly fee: MoneyJson
  readonly evidenceDueAt: string | null
  readonly evidenceSubmittedAt: string | null
  readonly openedAt: string
  readonly closedAt: string | null
  readonly stripeDisputeId: string
}

export interface DisputeFile extends DisputeLine {
  /** What would be handed in: made of what we have. */
  readonly evidence: DisputeEvidence
}

interface Row extends Record<string, unknown> {
  id: string
  booking_id: string
  code: string
  customer_name: string | null
  provider_name: string
  status: DisputeStatus
  reason: string
  amount_minor: string
  fee_minor: string
  currency: string
  evidence_due_at: string | null
  evidence_submitted_at: string | null
  opened_at: string
  closed_at: string | null
  stripe_dispute_id: string
}

const SELECT = sql`
  select d.id, d.booking_id, b.code, coalesce(u.name, b.guest_name) as customer_name, p.name as provider_name, d.status, d.reason,
    d.amount_minor, d.fee_minor, d.currency, d.evidence_due_at, d.evidence_submitted_at, d.opened_at, d.closed_at, d.stripe_dispute_id
  from disputes d join bookings b on b.id = d.booking_id join providers p on p.id = b.provider_id
  left join users u on u.id = b.customer_id`

/** Disputes and inquiries, newest first. @throws request.not_found. */
export async function listDisputes(
  ctx: Ctx,
  input: PageInput & { readonly status?: DisputeStatus | undefined } = {},
): Promise<Page<DisputeLine>> {
  requireOperator(ctx)
  const limit = limitOf(input)
  const after = positionOf(input)
  const { rows } = await ctx.db.execute<Row>(sql`
    ${SELECT} where true ${input.status ? sql`and d.status = ${input.status}` : sql``}
      ${after ? sql`and (d.opened_at, d.id) < (${after.at}::timestamptz, ${after.id}::uuid)` : sql``}
    order by d.opened_at desc, d.id desc limit ${limit + 1}`)
  return pageOf(rows, limit, lineOf, (item) => ({ at: item.openedAt, id: item.id }))
}

/** One dispute with the evidence we could hand in. @throws dispute.not_found. */
export async function getDispute(ctx: Ctx, id: string): Promise<DisputeFile> {
  requireOperator(ctx)
  const { rows } = await ctx.db.execute<Row>(sql`${SELECT} where d.id = ${id}::uuid`)
  const [row] = rows
  if (!row) throw refuse('dispute.not_found')
  return { ...lineOf(row), evidence: await gatherEvidence(ctx, row.booking_id) }
}

function lineOf(row: Row): DisputeLine {
  return {
    id: row.id,
    bookingId: row.booking_id,
    code: row.code,
    customerName: row.customer_name,
    providerName: row.provider_name,
    status: row.status,
    reason: row.reason,
    amount: amountOf(row.amount_minor, row.currency),
    fee: amountOf(row.fee_minor, row.currency),
    evidenceDueAt: isoOrNull(row.evidence_due_at),
    evidenceSubmittedAt: isoOrNull(row.evidence_submitted_at),
    openedAt: iso(row.opened_at),
    closedAt: isoOrNull(row.closed_at),
    stripeDisputeId: row.stripe_dispute_id,
  }
}

interface BookingRow extends Record<string, unknown> {
  code: string
  state: string
  service_name: string
  duration_minutes: number
  provider_name: string
  address: string
  customer_name: string | null
  customer_email: string | null
  is_guest: boolean
  starts_at: string
  time_zone: string
  cancellation_policy: string
  currency: string
  total_minor: string
  captured_at: string | null
  history: { at: string; transition: string; by: string; reason: string | null }[] | null
  mails: { at: string; subject: string; to: string }[] | null
  refunds: { at: string; amount: string; status: string }[] | null
  review: { at: string; rating: number; body: string } | null
}

const POLICY: Readonly<Record<string, string>> = {
  flexible: 'Full refund up to 24 hours before the start, 50 % after that.',
  moderate: 'Full refund up to 72 hours before the start, 50 % up to 24 hours, nothing after that.',
  strict: '50 % up to 7 days before the start, nothing after that.',
  non_refundable: 'No refund.',
}
/** Stripe takes 20,000 characters of a text: https://docs.stripe.com/api/disputes/evidence_object */
const TEXT_MAX = 20_000

/** Made of what we know of the booking: who booked what, when they were told, and what happened. */
async function gatherEvidence(ctx: Ctx, bookingId: string): Promise<DisputeEvidence> {
  const { rows } = await ctx.db.execute<BookingRow>(sql`
    select b.code, b.state, b.service_name, b.duration_minutes, p.name as provider_name,
      concat_ws(', ', nullif(p.address_line, ''), nullif(p.city, '')) as address,
      coalesce(u.name, b.guest_name) as customer_name, coalesce(u.email, b.guest_email) as customer_email, b.is_guest,
      b.starts_at, b.time_zone, b.cancellation_policy, b.currency, b.total_minor, pay.captured_at,
      (select json_agg(json_build_object('at', e.at, 'transition', e.transition, 'by', e.actor_kind, 'reason', e.reason) order by e.sequence)
       from booking_events e where e.booking_id = b.id) as history,
      (select json_agg(json_build_object('at', m.sent_at, 'subject', m.subject, 'to', m.recipient_email) order by m.sent_at)
       from mails m where m.booking_id = b.id and m.status = 'sent' and m.recipient_kind in ('customer', 'guest')) as mails,
      (select json_agg(json_build_object('at', f.requested_at, 'amount', f.amount_minor::text, 'status', f.status) order by f.requested_at)
       from refunds f where f.booking_id = b.id) as refunds,
      (select json_build_object('at', r.created_at, 'rating', r.rating, 'body', r.body) from reviews r where r.booking_id = b.id) as review
    from bookings b join providers p on p.id = b.provider_id join payments pay on pay.booking_id = b.id
    left join users u on u.id = b.customer_id where b.id = ${bookingId}`)
  const [row] = rows
  assert(row, 'a disputed booking exists')
  const { currency } = row
  assert(isCurrency(currency), 'a stored amount has a known currency')
  const amount = (minor: string) => formatMoney(money(BigInt(minor), currency))
  const at = (instant: string) => moment(instant, row.time_zone)
  const lines = [
    `Booking ${row.code} of ${amount(row.total_minor)}, made by ${row.customer_name ?? 'a guest'} ${row.is_guest ? 'as a guest' : 'with an account'}.`,
    ...(row.captured_at ? [`${at(row.captured_at)}: paid by card on Stripe's own payment page.`] : []),
    ...(row.history ?? []).map(
      ({ at: when, transition, by, reason }) =>
        `${at(when)}: ${transition.replaceAll('_', ' ')} by the ${by}${reason ? ` (${reason})` : ''}.`,
    ),
    ...(row.mails ?? []).map(({ at: when, subject, to }) => `${at(when)}: mail to ${to}: "${subject}".`),
    ...(row.refunds ?? []).map(
      ({ at: when, amount: minor, status }) => `${at(when)}: refund of ${amount(minor)}, ${status}.`,
    ),
    ...(row.review
      ? [
          `${at(row.review.at)}: the customer reviewed it with ${row.review.rating} of 5: "${row.review.body}".`,
        ]
      : []),
  ]
  return {
    customerName: row.customer_name ?? '',
    customerEmail: row.customer_email ?? '',
    service: `${row.service_name}, ${row.duration_minutes} minutes, by ${row.provider_name}${row.address === '' ? '' : ` at ${row.address}`}.`,
    serviceDate: at(row.starts_at),
    policy: POLICY[row.cancellation_policy] ?? row.cancellation_policy,
    policyDisclosure:
      'The policy was shown with its dates beside the pay button, in the confirmation mail and on the page of the booking.',
    history: lines.join('\n').slice(0, TEXT_MAX),
    refusal: null,
  }
}

/** On the provider's clock, as the customer was promised it. */
function moment(instant: string, timeZone: string): string {
  const local = Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone)
  return `${local.toPlainDate().toString()} ${local.toPlainTime().toString({ smallestUnit: 'minute' })} (${timeZone})`
}
