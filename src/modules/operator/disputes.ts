import { sql } from 'drizzle-orm'
import type { DisputeEvidence } from '#src/integrations/payment-gateway/port.ts'
import { formatMoney, isCurrency, money, type MoneyJson } from '#src/kernel/money.ts'
import { assert } from '#src/kernel/assert.ts'
import { isId } from '#src/kernel/ids.ts'
import type { CancellationPolicy } from '#src/kernel/service-terms.ts'
import { Temporal } from '#src/kernel/time.ts'
import { datedPolicy } from '#src/modules/bookings/index.ts'
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
  /** What was handed in last, as the bank has it; null before that, and when it was done at Stripe by hand. */
  readonly handedIn: DisputeEvidence | null
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
  if (!isId(id)) throw refuse('dispute.not_found')
  const { rows } = await ctx.db.execute<Row>(sql`${SELECT} where d.id = ${id}::uuid`)
  const [row] = rows
  if (!row) throw refuse('dispute.not_found')
  const [evidence, handedIn] = await Promise.all([
    gatherEvidence(ctx, row.booking_id),
    row.evidence_submitted_at === null ? null : readHandedIn(ctx, id),
  ])
  return { ...lineOf(row), evidence, handedIn }
}

async function readHandedIn(ctx: Ctx, disputeId: string): Promise<DisputeEvidence | null> {
  const { rows } = await ctx.db.execute<{ request: DisputeEvidence }>(sql`
    select request from stripe_operations
    where subject_id = ${disputeId}::uuid and kind in ('evidence', 'inquiry_evidence') and status = 'succeeded'
    order by created_at desc limit 1`)
  return rows[0]?.request ?? null
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
  service_name: string
  duration_minutes: number
  extras: { name: string }[]
  note: string
  provider_name: string
  address: string
  customer_name: string | null
  customer_email: string | null
  is_guest: boolean
  created_at: string
  starts_at: string
  time_zone: string
  cancellation_policy: CancellationPolicy
  refund_percent_max: number
  currency: string
  total_minor: string
  captured_at: string | null
  happened: { at: string; transition: string; by: string; reason: string | null }[] | null
  mails: { at: string; subject: string; to: string; template: string }[] | null
  refunds: { at: string; amount: string; status: string }[] | null
  documents: { at: string; kind: string; number: string; amount: string }[] | null
  review: { at: string; rating: number; body: string; reply: string | null; repliedAt: string | null } | null
}

const POLICY: Readonly<Record<CancellationPolicy, string>> = {
  flexible: 'Full refund up to 24 hours before the start, 50 % after that.',
  moderate: 'Full refund up to 72 hours before the start, 50 % up to 24 hours, nothing after that.',
  strict: '50 % up to 7 days before the start, nothing after that.',
  non_refundable: 'No refund.',
}

/** In words of a bank's clerk, who knows nothing of us. */
const HAPPENED: Readonly<Record<string, string>> = {
  hold: 'the time was chosen',
  request: 'the booking was requested',
  confirm: 'the booking was confirmed',
  accept: 'the booking was accepted',
  decline: 'the booking was declined',
  cancel: 'the booking was cancelled',
  reschedule: 'the booking was moved to another time',
  expire: 'the time was given back',
  start: 'the service began',
  complete: 'the service was completed',
  report_no_show: 'a no-show was reported',
}
const CONFIRMATIONS = new Set(['booking_confirmed', 'booking_accepted'])
const REFUNDS: Readonly<Record<string, string>> = {
  requested: 'on its way',
  succeeded: 'sent back to the card',
  failed: 'the card did not take it',
}
/** Stripe takes 20,000 characters of a text: https://docs.stripe.com/api/disputes/evidence_object */
const TEXT_MAX = 20_000

/** Made of what we know of the booking: who booked what, what they accepted, what they were told, and what happened. */
async function gatherEvidence(ctx: Ctx, bookingId: string): Promise<DisputeEvidence> {
  const { rows } = await ctx.db.execute<BookingRow>(sql`
    select b.code, b.service_name, b.duration_minutes, b.extras, b.customer_note as note, p.name as provider_name,
      concat_ws(', ', nullif(p.address_line, ''), nullif(p.city, '')) as address,
      coalesce(u.name, b.guest_name) as customer_name, coalesce(u.email, b.guest_email) as customer_email, b.is_guest,
      b.created_at, b.starts_at, b.time_zone, b.cancellation_policy, b.refund_percent_max, b.currency, b.total_minor, pay.captured_at,
      (select json_agg(json_build_object('at', e.at, 'transition', e.transition, 'by', e.actor_kind, 'reason', e.reason) order by e.sequence)
       from booking_events e where e.booking_id = b.id) as happened,
      (select json_agg(json_build_object('at', m.sent_at, 'subject', m.subject, 'to', m.recipient_email, 'template', m.template) order by m.sent_at)
       from mails m where m.booking_id = b.id and m.status = 'sent' and m.recipient_kind in ('customer', 'guest')) as mails,
      (select json_agg(json_build_object('at', f.requested_at, 'amount', f.amount_minor::text, 'status', f.status) order by f.requested_at)
       from refunds f where f.booking_id = b.id) as refunds,
      (select json_agg(json_build_object('at', d.issued_at, 'kind', d.kind, 'number', d.number, 'amount', d.total_minor::text) order by d.issued_at)
       from documents d where d.booking_id = b.id) as documents,
      (select json_build_object('at', r.created_at, 'rating', r.rating, 'body', r.body, 'reply', r.reply, 'repliedAt', r.replied_at)
       from reviews r where r.booking_id = b.id) as review
    from bookings b join providers p on p.id = b.provider_id join payments pay on pay.booking_id = b.id
    left join users u on u.id = b.customer_id where b.id = ${bookingId}`)
  const [row] = rows
  assert(row, 'a disputed booking exists')
  const extras = row.extras.map(({ name }) => ` with ${name}`).join('')
  return {
    customerName: row.customer_name ?? '',
    customerEmail: row.customer_email ?? '',
    service: `${row.service_name}${extras}, ${row.duration_minutes} minutes, by ${row.provider_name}${row.address === '' ? '' : ` at ${row.address}`}.`,
    serviceDate: moment(row.starts_at, row.time_zone),
    policy: policyOf(row),
    policyDisclosure: disclosureOf(row),
    history: historyOf(row).slice(0, TEXT_MAX),
    refusal: null,
  }
}

/** The policy and the dates that followed from it for this booking. */
function policyOf(row: BookingRow): string {
  const start = Temporal.Instant.from(row.starts_at)
  const steps = datedPolicy(row.cancellation_policy, start, row.refund_percent_max)
    .filter(({ refundPercent }) => refundPercent > 0)
    .map(({ until, refundPercent }) => `${refundPercent} % until ${moment(until.toString(), row.time_zone)}`)
  return [POLICY[row.cancellation_policy], steps.length > 0 && `For this booking: ${steps.join(', ')}.`]
    .filter(Boolean)
    .join(' ')
}

function disclosureOf({ mails, captured_at: paidAt, time_zone: timeZone }: BookingRow): string {
  const mail = mails?.find(({ template }) => CONFIRMATIONS.has(template))
  return [
    `The policy stood with these dates beside the pay button, above the words "By paying you accept the cancellation policy and our terms"${paidAt ? `, when the customer paid on ${moment(paidAt, timeZone)}` : ''}.`,
    mail && `It was in the confirmation sent to ${mail.to} on ${moment(mail.at, timeZone)}.`,
    'It is on the page of the booking as long as it can be cancelled.',
  ]
    .filter(Boolean)
    .join(' ')
}

/** Everything in the order it happened, a line each. */
function historyOf(row: BookingRow): string {
  const { currency, time_zone: timeZone, review } = row
  assert(isCurrency(currency), 'a stored amount has a known currency')
  const amount = (minor: string) => formatMoney(money(BigInt(minor), currency))
  const lines: { at: string; text: string }[] = [
    ...(row.note === ''
      ? []
      : [{ at: row.created_at, text: `the customer wrote to the provider: "${row.note}"` }]),
    ...(row.captured_at
      ? [
          {
            at: row.captured_at,
            text: `${amount(row.total_minor)} was paid by card on Stripe's own payment page`,
          },
        ]
      : []),
    ...(row.happened ?? []).map(({ at, transition, by, reason }) => ({
      at,
      text: `${HAPPENED[transition] ?? transition.replaceAll('_', ' ')}${by === 'system' ? '' : ` by the ${by}`}${reason ? `: "${reason}"` : ''}`,
    })),
    ...(row.documents ?? []).map(({ at, kind, number, amount: minor }) => ({
      at,
      text: `${kind.replaceAll('_', ' ')} ${number} over ${amount(minor)} was issued`,
    })),
    ...(row.mails ?? []).map(({ at, subject, to }) => ({ at, text: `mail to ${to}: "${subject}"` })),
    ...(row.refunds ?? []).map(({ at, amount: minor, status }) => ({
      at,
      text: `refund of ${amount(minor)}, ${REFUNDS[status] ?? status}`,
    })),
    ...(review
      ? [{ at: review.at, text: `the customer reviewed it with ${review.rating} of 5: "${review.body}"` }]
      : []),
    ...(review?.reply && review.repliedAt
      ? [{ at: review.repliedAt, text: `the provider answered the review: "${review.reply}"` }]
      : []),
  ]
  const inOrder = lines.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at))
  const who = `${row.customer_name ?? 'a guest'} ${row.is_guest ? 'as a guest' : 'with an account'}`
  return [
    `Booking ${row.code} of ${amount(row.total_minor)}, made by ${who}.`,
    ...inOrder.map(({ at, text }) => `${moment(at, timeZone)}: ${text}.`),
  ].join('\n')
}

/** On the provider's clock, as the customer was promised it. */
function moment(instant: string, timeZone: string): string {
  const local = Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone)
  return `${local.toPlainDate().toString()} ${local.toPlainTime().toString({ smallestUnit: 'minute' })} (${timeZone})`
}
