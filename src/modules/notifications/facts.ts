import { sql } from 'drizzle-orm'
import type { BookingId } from '#src/kernel/ids.ts'
import type { Currency } from '#src/kernel/money.ts'
import { isTimeZone } from '#src/kernel/time-zone.ts'
import { Temporal } from '#src/kernel/time.ts'
import {
  datedPolicy,
  getBookingFacts,
  refundParts,
  type BookingFacts as FactsOfBooking,
} from '#src/modules/bookings/index.ts'
import { settlementOf } from '#src/modules/payments/index.ts'
import { slipReason, type SlipCode } from '#src/modules/payouts/index.ts'
import { isDisconnected, sayBankFailure } from '#src/modules/providers/index.ts'
import type { Queryable } from '#src/platform/db/database.ts'
import type { Addressee, BookingFacts, PayoutAccountFacts, PayoutFacts } from './domain/facts.ts'

export async function bookingFactsOf(db: Queryable, bookingId: string): Promise<BookingFacts> {
  const known = await getBookingFacts(db, bookingId as BookingId)
  const facts = forMails(known)
  const { booking, payment } = known
  if (payment === null || payment.refundRequestedMinor === 0n) return facts
  return { ...facts, providerKeepsMinor: settlementOf(booking, payment.refunded).providerNetMinor }
}

const NOTHING_REFUNDED = { baseRefundedMinor: 0n, surchargeRefundedMinor: 0n }

/** The booking in the words of the mails. */
export function forMails({ booking, provider, customer, payment, reviewed }: FactsOfBooking): BookingFacts {
  // The mails speak of the time when it is paid, also while it is not yet.
  const paid = { ...booking, refunded: payment?.refunded ?? NOTHING_REFUNDED }
  const customerZone = customer?.timeZone ?? null
  const region = [provider.region, provider.postalCode].filter((part) => part !== '').join(' ')
  return {
    bookingId: booking.id,
    code: booking.code,
    state: booking.state,
    provider: { id: provider.id, name: provider.name, slug: provider.slug, addressees: provider.recipients },
    customer: {
      kind: booking.customerId === null ? 'guest' : 'customer',
      userId: customer?.userId ?? null,
      name: customer?.name ?? '',
      email: customer?.email ?? null,
      // A zone that this release does not know says nothing, and stops no mail.
      timeZone: customerZone !== null && isTimeZone(customerZone) ? customerZone : null,
    },
    customerNote: booking.customerNote,
    serviceName: booking.serviceName,
    extras: booking.extras.map(({ name, priceMinor }) => ({ name, priceMinor: BigInt(priceMinor) })),
    locationKind: booking.locationKind,
    address: [provider.addressLine, provider.city, region].filter((part) => part !== '').join(', '),
    startsAt: booking.startsAt,
    endsAt: booking.endsAt,
    timeZone: booking.timeZone,
    currency: booking.currency,
    baseMinor: booking.baseMinor,
    commissionMinor: booking.commissionMinor,
    surchargeMinor: booking.surchargeMinor,
    providerNetMinor: booking.providerNetMinor,
    providerKeepsMinor: booking.providerNetMinor,
    totalMinor: booking.totalMinor,
    refundSteps: datedPolicy(booking.cancellationPolicy, booking.startsAt, booking.refundPercentMax).map(
      (step) => {
        const { baseRefundMinor, surchargeRefundMinor } = refundParts(paid, step.refundPercent)
        return { ...step, refundMinor: baseRefundMinor + surchargeRefundMinor }
      },
    ),
    answerDueAt: booking.answerDueAt,
    calendarSequence: booking.calendarSequence,
    updatedAt: booking.updatedAt,
    // A hold that ends has two events, its making and its end. Whatever has more was asked of the provider or booked.
    promised:
      booking.eventCount > 2 || booking.state === 'confirmed' || booking.state === 'awaiting_provider',
    reviewed,
    payment: {
      status: (payment?.status ?? 'unpaid') as BookingFacts['payment']['status'],
      attempted: payment !== null && payment.lastError !== null,
      refundWaits: payment?.refunds.some(({ status }) => status === 'waiting') ?? false,
      lastError: payment?.lastError ?? null,
    },
  }
}

interface PayoutRow extends Record<string, unknown> {
  id: string
  provider_id: string
  provider_name: string
  provider_slug: string
  amount_minor: string
  currency: Currency
  due_at: string
  paid_at: string | null
  attempt_due_at: string | null
  failure_reason: string | null
  slipped_for: SlipCode | null
  time_zone: string
  booking_id: string
  code: string
  service_name: string
  starts_at: string
}

/** A payout and what it is for; null when there is none of that id. */
export async function findPayoutFacts(db: Queryable, payoutId: string): Promise<PayoutFacts | null> {
  const { rows } = await db.execute<PayoutRow>(sql`
    select o.id, o.provider_id, p.name as provider_name, p.slug as provider_slug, o.amount_minor, o.currency, o.due_at, o.paid_at, o.attempt_due_at,
      o.failure_reason, o.slipped_for, p.time_zone, b.id as booking_id, b.code, b.service_name, b.starts_at
    from payouts o join providers p on p.id = o.provider_id join bookings b on b.id = o.booking_id
    where o.id = ${payoutId}`)
  const row = rows[0]
  if (!row) return null
  const instantOrNull = (text: string | null) => (text === null ? null : Temporal.Instant.from(text))
  const amountMinor = BigInt(row.amount_minor)
  const dueAt = Temporal.Instant.from(row.due_at)
  const paidAt = instantOrNull(row.paid_at)
  const promised = { dueAt, paidAt, waitsFor: null, slippedFor: row.slipped_for, nothingDue: false }
  return {
    payoutId: row.id,
    provider: { id: row.provider_id, name: row.provider_name, slug: row.provider_slug },
    amountMinor,
    currency: row.currency,
    dueAt,
    paidAt,
    attemptDueAt: instantOrNull(row.attempt_due_at),
    failureReason: row.failure_reason,
    slip: paidAt && slipReason(promised, paidAt),
    timeZone: row.time_zone,
    bookings: [
      {
        bookingId: row.booking_id,
        code: row.code,
        serviceName: row.service_name,
        startsAt: Temporal.Instant.from(row.starts_at),
        amountMinor,
      },
    ],
  }
}

interface AccountRow extends Record<string, unknown> {
  name: string
  slug: string
  addressees: Addressee[]
  ready: boolean
  requirements: string[]
  bank_failure: string | null
  bank_failed_at: string | null
  time_zone: string
}

/** How it stands with a provider's payout account now; null when there is no such provider. */
export async function findPayoutAccountFacts(
  db: Queryable,
  providerId: string,
): Promise<PayoutAccountFacts | null> {
  const { rows } = await db.execute<AccountRow>(sql`
    select p.name, p.slug, p.payout_account_ready as ready, p.payout_account_requirements as requirements, p.time_zone,
      p.bank_payout_failure as bank_failure, p.bank_payout_failed_at as bank_failed_at,
      coalesce(
        (select json_agg(json_build_object('userId', u.id, 'email', u.email) order by u.email)
         from provider_members m join users u on u.id = m.user_id where m.provider_id = p.id),
        case when p.contact_email is null then '[]'::json
             else json_build_array(json_build_object('userId', null, 'email', p.contact_email)) end) as addressees
    from providers p where p.id = ${providerId}`)
  const row = rows[0]
  if (!row) return null
  const disconnected = isDisconnected(row.requirements)
  return {
    provider: { id: providerId, name: row.name, slug: row.slug, addressees: row.addressees },
    ready: row.ready,
    disconnected,
    missingCount: disconnected ? 0 : row.requirements.length,
    bankFailure: row.bank_failure && sayBankFailure(row.bank_failure),
    bankFailedAt: row.bank_failed_at === null ? null : Temporal.Instant.from(row.bank_failed_at),
    timeZone: row.time_zone,
  }
}
