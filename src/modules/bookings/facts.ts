import { eq, sql, type SQL } from 'drizzle-orm'
import { assert } from '#src/kernel/assert.ts'
import type { BookingId } from '#src/kernel/ids.ts'
import { Temporal } from '#src/kernel/time.ts'
import { givenBackSql, isWithBank, type RefundedParts } from '#src/modules/payments/index.ts'
import type { Queryable } from '#src/platform/db/database.ts'
import { preparedSelect } from '#src/platform/db/prepared.ts'
import { bookings, type Booking } from './tables.ts'

/** A booking with what stands beside it in other tables, as people and other modules need to know it. */
export interface BookingFacts {
  readonly booking: Booking
  readonly provider: {
    readonly id: string
    readonly slug: string
    readonly name: string
    readonly addressLine: string
    readonly city: string
    readonly region: string
    readonly postalCode: string
    readonly country: string
    readonly latitude: number | null
    readonly longitude: number | null
    readonly photo: string | null
    readonly contactPhone: string | null
    /** Who is told what concerns the provider: members' addresses, or the contact address of an imported one. */
    readonly recipients: readonly { readonly userId: string | null; readonly email: string }[]
  }
  /** The person it is for, account or guest; null while a guest has not said who they are. */
  readonly customer: {
    readonly userId: string | null
    readonly name: string
    readonly email: string
    readonly phone: string | null
    readonly timeZone: string | null
  } | null
  readonly payment: {
    readonly id: string
    readonly status: string
    readonly capturedMinor: bigint
    readonly refundedMinor: bigint
    readonly refundRequestedMinor: bigint
    /** What has been given back or is on its way. */
    readonly refunded: RefundedParts
    readonly lastError: string | null
    /** In the order they were asked for. */
    readonly refunds: readonly RefundFacts[]
  } | null
  readonly payout: {
    readonly status: string
    readonly amountMinor: bigint
    readonly dueAt: string
    readonly paidAt: string | null
  } | null
  readonly reviewed: boolean
}

export interface RefundFacts {
  readonly amountMinor: bigint
  /**
   * 'outside': given back in some other way, after it had failed. 'waiting': a bank has the money and decides about a dispute. One
   * that is made again is not told of twice, nor one of which the bank gave the money back.
   */
  readonly status: 'requested' | 'waiting' | 'pending' | 'succeeded' | 'failed' | 'outside'
  readonly requestedAt: Temporal.Instant
  readonly settledAt: Temporal.Instant | null
}

interface CustomerJson {
  userId: string | null
  name: string
  email: string
  phone: string | null
  timeZone: string | null
}
type PaymentJson = Record<
  | 'capturedMinor'
  | 'refundedMinor'
  | 'refundRequestedMinor'
  | 'baseRefundedMinor'
  | 'surchargeRefundedMinor'
  | 'id'
  | 'status',
  string
> & { lastError: string | null; refunds: RefundJson[] }
interface RefundJson {
  amountMinor: string
  status: RefundFacts['status']
  requestedAt: string
  settledAt: string | null
}
type PayoutJson = Record<'status' | 'amountMinor' | 'dueAt', string> & { paidAt: string | null }

// Columns of the outer table are written out: Drizzle leaves the table's name away where a query has only one, and inside a
// subquery a bare "id" would be another table's.

const PROVIDER = sql<BookingFacts['provider']>`(
  select json_build_object('id', p.id, 'slug', p.slug, 'name', p.name, 'addressLine', p.address_line, 'city', p.city, 'region', p.region,
    'postalCode', p.postal_code, 'country', p.country, 'latitude', p.latitude, 'longitude', p.longitude, 'photo', p.photos[1],
    'contactPhone', p.contact_phone,
    'recipients', coalesce(
      (select json_agg(json_build_object('userId', u.id, 'email', u.email) order by u.email)
       from provider_members m join users u on u.id = m.user_id where m.provider_id = p.id),
      case when p.contact_email is null then '[]'::json
           else json_build_array(json_build_object('userId', null, 'email', p.contact_email)) end))
  from providers p where p.id = bookings.provider_id)`
const CUSTOMER = sql<CustomerJson | null>`(
  select json_build_object('userId', u.id, 'name', coalesce(u.name, bookings.guest_name), 'email', coalesce(u.email, bookings.guest_email),
    'phone', bookings.guest_phone, 'timeZone', u.time_zone)
  from (select bookings.customer_id as id) of_booking left join users u on u.id = of_booking.id
  where u.id is not null or bookings.guest_email is not null)`
const PAYMENT = sql<PaymentJson | null>`(
  select json_build_object('id', pay.id, 'status', pay.status, 'capturedMinor', pay.captured_minor::text, 'refundedMinor', pay.refunded_minor::text,
    'refundRequestedMinor', pay.refund_requested_minor::text, 'lastError', pay.last_error,
    'baseRefundedMinor', back.base, 'surchargeRefundedMinor', back.surcharge,
    'refunds', coalesce((
      select json_agg(json_build_object('amountMinor', f.amount_minor::text, 'requestedAt', f.requested_at,
        'status', case when f.settled_outside_at is not null then 'outside'
                       when f.status = 'requested' and ${isWithBank(sql`f.payment_id`)} then 'waiting' else f.status end,
        'settledAt', coalesce(f.settled_outside_at, f.settled_at)) order by f.requested_at, f.id)
      from refunds f where f.payment_id = pay.id and not exists (select from refunds again where again.replaces_id = f.id)
        and f.given_by_dispute_id is null), '[]'::json))
  from payments pay, lateral (${givenBackSql(sql`pay.id`)}) back
  where pay.booking_id = bookings.id)`
const PAYOUT = sql<PayoutJson | null>`(
  select json_build_object('status', po.status, 'amountMinor', po.amount_minor::text, 'dueAt', po.due_at, 'paidAt', po.paid_at)
  from payouts po where po.booking_id = bookings.id)`
const REVIEWED = sql<boolean>`exists (select from reviews r where r.booking_id = bookings.id)`

export interface FactsQuery {
  readonly where: SQL | undefined
  readonly orderBy: readonly SQL[]
  readonly limit: number
}

export async function listBookingFacts(db: Queryable, query: FactsQuery): Promise<BookingFacts[]> {
  const rows = await selectFacts(db)
    .where(query.where)
    .orderBy(...query.orderBy)
    .limit(query.limit)
  return rows.map(toFacts)
}

function selectFacts(db: Queryable) {
  return db
    .select({
      booking: bookings,
      provider: PROVIDER,
      customer: CUSTOMER,
      payment: PAYMENT,
      payout: PAYOUT,
      reviewed: REVIEWED,
    })
    .from(bookings)
}

type FactsRow = Awaited<ReturnType<typeof selectFacts>>[number]

function toFacts({ payment, payout, ...row }: FactsRow): BookingFacts {
  return {
    ...row,
    payment: payment && {
      id: payment.id,
      status: payment.status,
      lastError: payment.lastError,
      capturedMinor: BigInt(payment.capturedMinor),
      refundedMinor: BigInt(payment.refundedMinor),
      refundRequestedMinor: BigInt(payment.refundRequestedMinor),
      refunded: {
        baseRefundedMinor: BigInt(payment.baseRefundedMinor),
        surchargeRefundedMinor: BigInt(payment.surchargeRefundedMinor),
      },
      refunds: payment.refunds.map(({ amountMinor, status, requestedAt, settledAt }) => ({
        amountMinor: BigInt(amountMinor),
        status,
        requestedAt: Temporal.Instant.from(requestedAt),
        settledAt: settledAt === null ? null : Temporal.Instant.from(settledAt),
      })),
    },
    payout: payout && {
      status: payout.status,
      amountMinor: BigInt(payout.amountMinor),
      dueAt: payout.dueAt,
      paidAt: payout.paidAt,
    },
  }
}

const selectFactsOf = preparedSelect<{ id: BookingId }, FactsRow>((db) =>
  selectFacts(db).where(eq(bookings.id, sql.placeholder('id'))),
)

export async function findBookingFacts(db: Queryable, id: BookingId): Promise<BookingFacts | null> {
  const [row] = await selectFactsOf(db, { id })
  return row ? toFacts(row) : null
}

/** For those who were told of the booking: it exists. */
export async function getBookingFacts(db: Queryable, id: BookingId): Promise<BookingFacts> {
  const facts = await findBookingFacts(db, id)
  assert(facts, 'a booking somebody speaks of exists')
  return facts
}
