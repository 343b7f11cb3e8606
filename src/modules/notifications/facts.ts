import { sql } from 'drizzle-orm'
import type { BookingId } from '#src/kernel/ids.ts'
import type { Currency } from '#src/kernel/money.ts'
import { Temporal } from '#src/kernel/time.ts'
import {
  datedPolicy,
  getBookingFacts,
  type BookingFacts as FactsOfBooking,
} from '#src/modules/bookings/index.ts'
import { settlementOf } from '#src/modules/payments/index.ts'
import type { Queryable } from '#src/platform/db/database.ts'
import type { BookingFacts, PayoutFacts } from './domain/facts.ts'

export async function bookingFactsOf(db: Queryable, bookingId: string): Promise<BookingFacts> {
  const known = await getBookingFacts(db, bookingId as BookingId)
  const facts = forMails(known)
  const { booking, payment } = known
  if (payment === null || payment.refundRequestedMinor === 0n) return facts
  return { ...facts, providerKeepsMinor: settlementOf(booking, payment.refunded).providerNetMinor }
}

/** The booking in the words of the mails. */
export function forMails({ booking, provider, customer, payment, reviewed }: FactsOfBooking): BookingFacts {
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
      timeZone: customer?.timeZone ?? null,
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
    refundSteps: datedPolicy(booking.cancellationPolicy, booking.startsAt, booking.refundPercentMax),
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
      o.failure_reason, p.time_zone, b.id as booking_id, b.code, b.service_name, b.starts_at
    from payouts o join providers p on p.id = o.provider_id join bookings b on b.id = o.booking_id
    where o.id = ${payoutId}`)
  const row = rows[0]
  if (!row) return null
  const instantOrNull = (text: string | null) => (text === null ? null : Temporal.Instant.from(text))
  const amountMinor = BigInt(row.amount_minor)
  return {
    payoutId: row.id,
    provider: { id: row.provider_id, name: row.provider_name, slug: row.provider_slug },
    amountMinor,
    currency: row.currency,
    dueAt: Temporal.Instant.from(row.due_at),
    paidAt: instantOrNull(row.paid_at),
    attemptDueAt: instantOrNull(row.attempt_due_at),
    failureReason: row.failure_reason,
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
