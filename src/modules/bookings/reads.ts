import { z } from '@hono/zod-openapi'
import { and, asc, desc, eq, gt, gte, inArray, lt, or, sql, type SQL } from 'drizzle-orm'
import type { Party } from '#src/kernel/actor.ts'
import { assert } from '#src/kernel/assert.ts'
import type { BookingId, ProviderId, ServiceId } from '#src/kernel/ids.ts'
import { money, moneyToJson, type MoneyJson } from '#src/kernel/money.ts'
import { may, mayAs, type Role } from '#src/kernel/rights.ts'
import { isBefore, Temporal } from '#src/kernel/time.ts'
import { settlementOf } from '#src/modules/payments/index.ts'
import type { Ctx, ReadCtx } from '#src/platform/context.ts'
import { preparedSelect } from '#src/platform/db/prepared.ts'
import { refuse } from '#src/platform/errors.ts'
import { readCursor, writeCursor } from '#src/platform/http/cursor.ts'
import { idSchema, instantSchema } from '#src/platform/http/define.ts'
import { decideCancellation, policySteps, refundParts } from './domain/cancellation.ts'
import { BOOKING_STATES, isNoShowReportable, type BookingState } from './domain/lifecycle.ts'
import { partyAs, roleIn } from './domain/party.ts'
import { decideReschedule } from './domain/reschedule.ts'
import { findBookingFacts, listBookingFacts, type BookingFacts, type RefundFacts } from './facts.ts'
import { makeOffer, quoteJson, type QuoteJson } from './quote-booking.ts'
import { bookingEvents, bookings } from './tables.ts'
import { bookingJson, type BookingJson } from './view.ts'

export { countUnclaimed } from './claim-bookings-of-mailbox.ts'
export { BOOKING_STATES, type BookingState } from './domain/lifecycle.ts'
export type { BookingJson } from './view.ts'

/** Holds the key of the last time a guest took in this browser; pages read it, the API does not. */
export const HELD_COOKIE = 'ecosystem.held'

/** What a booking would cost whoever looks at the page. @throws the refusals of makeOffer. */
export async function getQuote(
  ctx: Ctx,
  serviceId: ServiceId,
  extraIds: readonly string[],
): Promise<QuoteJson> {
  return quoteJson(
    await makeOffer(ctx, serviceId, extraIds, { start: ctx.now, end: ctx.now.add({ minutes: 1 }) }),
  )
}

/** A booking as one of the people concerned sees it, with what they can do now. */
export interface BookingView extends BookingJson {
  party: Party
  place: {
    addressLine: string
    city: string
    region: string
    postalCode: string
    country: string
    photo: string | null
    phone: string | null
  }
  customer: { name: string; email: string; phone: string | null } | null
  /** Above 1 it is a seat of a group session. */
  capacity: number
  note: string
  /** Of the provider's side; null for customers and guests, and where no money was taken. price − refunded − commission = net. */
  earnings: {
    /** What of the price has been given back, or is on its way. */
    refunded: MoneyJson
    /** On what is kept. */
    commission: MoneyJson
    net: MoneyJson
    payout: { status: string; amount: MoneyJson; dueAt: string; paidAt: string | null } | null
  } | null
  paymentError: string | null
  actions: {
    pay: boolean
    cancel: boolean
    reschedule: boolean
    review: boolean
    accept: boolean
    decline: boolean
    complete: boolean
    reportNoShow: boolean
    /** Everything is given back then. */
    reportAbsentProvider: boolean
  }
  /** What cancelling at this moment would give back. */
  cancelRefund: MoneyJson | null
  /** What has been given back, and what is on its way. */
  refunds: { amount: MoneyJson; status: RefundState; requestedAt: string; settledAt: string | null }[]
  /** What cancelling would give back later: as the booking is, and after moving it. Null when it cannot be moved. */
  moving: { asBooked: RefundStep[]; afterMove: RefundStep[] } | null
  timeline: { at: string; transition: string; toState: BookingState; by: Party; reason: string | null }[]
}

/**
 * `on_its_way` until the payment company has sent it; the bank shows it some days after that. `waiting`: the customer's bank has
 * the money and decides about a dispute.
 */
export const REFUND_STATES = ['waiting', 'on_its_way', 'sent', 'failed', 'given_otherwise'] as const
export type RefundState = (typeof REFUND_STATES)[number]

export interface RefundStep {
  /** While at least so many hours are left before the start. */
  hoursBefore: number
  refundPercent: number
  refund: MoneyJson
}

/** @throws refusal booking.not_found, also for what is not theirs. */
export async function getBookingView(ctx: ReadCtx, id: BookingId): Promise<BookingView> {
  const facts = await findBookingFacts(ctx.db, id)
  const role = facts ? roleIn(facts.booking, ctx.actor) : null
  if (!facts || !role) throw refuse('booking.not_found')
  const events = await selectHistory(ctx.db, { id })
  return {
    ...viewOf(facts, role, ctx.now),
    timeline: events.map((event) => ({
      at: event.at.toString(),
      transition: event.transition,
      toState: event.toState,
      by: event.actorKind,
      reason: event.reason,
    })),
  }
}

const selectHistory = preparedSelect<{ id: BookingId }, typeof bookingEvents.$inferSelect>((db) =>
  db
    .select()
    .from(bookingEvents)
    .where(eq(bookingEvents.bookingId, sql.placeholder('id')))
    .orderBy(asc(bookingEvents.sequence)),
)

function viewOf(facts: BookingFacts, role: Role, now: Temporal.Instant): Omit<BookingView, 'timeline'> {
  const party = partyAs(role)
  const { booking, provider, customer, payment } = facts
  const amount = (minor: bigint) => moneyToJson(money(minor, booking.currency))
  const forCustomer = party === 'customer' || party === 'guest'
  const forProvider = party === 'provider' || party === 'operator'
  const paid = { ...booking, refunded: payment && payment.capturedMinor > 0n ? payment.refunded : null }
  const cancellation = decideCancellation(paid, role, now)
  const move = decideReschedule(booking, role, now)
  const stepsOf = (percentMax: number) =>
    policySteps(booking.cancellationPolicy, percentMax).map((step) => {
      const { baseRefundMinor, surchargeRefundMinor } = refundParts(paid, step.refundPercent)
      return { ...step, refund: amount(baseRefundMinor + surchargeRefundMinor) }
    })
  // Nothing begins that is not paid for.
  const begun = !isBefore(now, booking.startsAt) && payment?.capturedMinor !== 0n
  const reportable =
    begun &&
    ['confirmed', 'in_progress', 'completed'].includes(booking.state) &&
    isNoShowReportable(booking, now)
  return {
    ...bookingJson(booking, { provider, payment }),
    party,
    place: {
      addressLine: provider.addressLine,
      city: provider.city,
      region: provider.region,
      postalCode: provider.postalCode,
      country: provider.country,
      photo: provider.photo,
      phone: provider.contactPhone,
    },
    customer: customer && { name: customer.name, email: customer.email, phone: customer.phone },
    capacity: booking.capacity,
    note: booking.customerNote,
    earnings: forProvider ? earningsOf(facts) : null,
    paymentError: payment?.lastError ?? null,
    actions: {
      pay: forCustomer && booking.state === 'held' && isBefore(now, booking.holdExpiresAt),
      cancel: !cancellation.refused && (forCustomer || booking.state === 'confirmed'),
      reschedule: party !== 'provider' && !move.refused,
      review: forCustomer && booking.state === 'completed' && !facts.reviewed,
      accept: forProvider && booking.state === 'awaiting_provider',
      decline: forProvider && booking.state === 'awaiting_provider',
      complete: forProvider && begun && (booking.state === 'in_progress' || booking.state === 'confirmed'),
      reportNoShow: reportable,
      reportAbsentProvider: reportable && mayAs(role, 'booking.report_absent_provider'),
    },
    cancelRefund: cancellation.refused
      ? null
      : amount(cancellation.baseRefundMinor + cancellation.surchargeRefundMinor),
    refunds: (payment?.refunds ?? []).map((refund) => ({
      amount: amount(refund.amountMinor),
      status: REFUND_STATE[refund.status],
      requestedAt: refund.requestedAt.toString(),
      settledAt: refund.settledAt?.toString() ?? null,
    })),
    moving: move.refused
      ? null
      : {
          asBooked: stepsOf(booking.refundPercentMax),
          afterMove: stepsOf(move.refundPercentMax),
        },
  }
}

/** Ends before which nothing may have been charged. */
const ENDED_EARLY: readonly BookingState[] = ['expired', 'declined', 'cancelled']

/** What is kept after refunds, or what will be while the money is still to be taken. Null when it never will be. */
function earningsOf({ booking, payment, payout }: BookingFacts): BookingView['earnings'] {
  const charged = payment !== null && payment.capturedMinor > 0n
  if (!charged && ENDED_EARLY.includes(booking.state)) return null
  const refunded = charged ? payment.refunded : { baseRefundedMinor: 0n, surchargeRefundedMinor: 0n }
  const kept = settlementOf(booking, refunded)
  const amount = (minor: bigint) => moneyToJson(money(minor, booking.currency))
  return {
    refunded: amount(refunded.baseRefundedMinor),
    commission: amount(kept.commissionMinor),
    net: amount(kept.providerNetMinor),
    payout: payout && {
      status: payout.status,
      amount: amount(payout.amountMinor),
      dueAt: payout.dueAt,
      paidAt: payout.paidAt,
    },
  }
}

const REFUND_STATE: Readonly<Record<RefundFacts['status'], RefundState>> = {
  requested: 'on_its_way',
  waiting: 'waiting',
  pending: 'on_its_way',
  succeeded: 'sent',
  failed: 'failed',
  outside: 'given_otherwise',
}

export interface ListBookings {
  /** Whose bookings: one's own, those of a provider one belongs to, or everybody's (operators). */
  readonly as: 'customer' | 'provider' | 'operator'
  readonly providerId?: ProviderId | undefined
  readonly states?: readonly BookingState[] | undefined
  readonly paymentStatus?: string | undefined
  /** Of these only. */
  readonly ids?: readonly BookingId[] | undefined
  /** Starting in [from, until). */
  readonly from?: Temporal.Instant | undefined
  readonly until?: Temporal.Instant | undefined
  /** Code, name or mail address, in part. */
  readonly text?: string | undefined
  readonly order?: 'soonest' | 'latest' | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

export type BookingListItem = Omit<BookingView, 'timeline'>

export interface BookingPage {
  items: BookingListItem[]
  nextCursor: string | null
}

const LIMIT_MAX = 50

/** Bookings in order of their start; pages neither skip nor repeat. @throws refusals auth.required, auth.not_allowed. */
export async function listBookings(ctx: Ctx, query: ListBookings): Promise<BookingPage> {
  const soonest = query.order === 'soonest'
  const limit = Math.min(query.limit, LIMIT_MAX)
  const rows = await listBookingFacts(ctx.db, {
    where: and(
      mine(ctx, query),
      query.states?.length ? inArray(bookings.state, [...query.states]) : undefined,
      query.paymentStatus
        ? sql`exists (select from payments pay where pay.booking_id = bookings.id and pay.status = ${query.paymentStatus})`
        : undefined,
      query.ids ? inArray(bookings.id, [...query.ids]) : undefined,
      query.from ? gte(bookings.startsAt, query.from) : undefined,
      query.until ? lt(bookings.startsAt, query.until) : undefined,
      query.text ? matches(query.text) : undefined,
      query.cursor ? after(query.cursor, soonest) : undefined,
    ),
    orderBy: soonest
      ? [asc(bookings.startsAt), asc(bookings.id)]
      : [desc(bookings.startsAt), desc(bookings.id)],
    limit: limit + 1,
  })
  const items = rows.slice(0, limit).map((facts) => {
    const role = roleIn(facts.booking, ctx.actor)
    assert(role, 'nobody is listed bookings that do not exist for them')
    return viewOf(facts, role, ctx.now)
  })
  const last = items.at(-1)
  return {
    items,
    nextCursor: rows.length > limit && last ? writeCursor({ startsAt: last.startsAt, id: last.id }) : null,
  }
}

function mine(ctx: Ctx, { as, providerId }: ListBookings): SQL | undefined {
  const { actor } = ctx
  if (actor.kind === 'guest') return eq(bookings.id, actor.bookingId)
  if (actor.kind !== 'user') throw refuse('auth.required')
  switch (as) {
    case 'customer':
      return eq(bookings.customerId, actor.userId)
    case 'provider': {
      const own = actor.providerIds.filter((id) => !providerId || id === providerId)
      // What has not been paid for or asked yet is not the provider's business.
      return and(
        own.length > 0 ? inArray(bookings.providerId, own) : sql`false`,
        sql`${bookings.state} not in ('held', 'expired')`,
      )
    }
    case 'operator':
      if (!may(actor, 'booking.list_everybodys')) throw refuse('auth.not_allowed')
      return providerId ? eq(bookings.providerId, providerId) : undefined
  }
}

function matches(text: string): SQL | undefined {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`
  return or(
    sql`${bookings.code} ilike ${pattern}`,
    sql`${bookings.guestName} ilike ${pattern}`,
    sql`${bookings.guestEmail}::text ilike ${pattern}`,
    sql`exists (select from users u where u.id = bookings.customer_id and (u.name ilike ${pattern} or u.email::text ilike ${pattern}))`,
    sql`exists (select from providers p where p.id = bookings.provider_id and p.name ilike ${pattern})`,
    sql`exists (select from payments pay where pay.booking_id = bookings.id and ${text} in (pay.payment_intent_id, pay.charge_id, pay.checkout_session_id))`,
  )
}

const positionSchema = z.object({ startsAt: instantSchema, id: idSchema })

function after(cursor: string, soonest: boolean): SQL | undefined {
  const position = readCursor(cursor, positionSchema)
  const start = Temporal.Instant.from(position.startsAt)
  const bookingId = position.id as BookingId
  return soonest
    ? or(gt(bookings.startsAt, start), and(eq(bookings.startsAt, start), gt(bookings.id, bookingId)))
    : or(lt(bookings.startsAt, start), and(eq(bookings.startsAt, start), lt(bookings.id, bookingId)))
}

/** How many bookings are in each state: the counts on a home page. */
export async function countBookingsByState(ctx: Ctx): Promise<Record<BookingState, number>> {
  const rows = await ctx.db
    .select({ state: bookings.state, count: sql<number>`count(*)::int` })
    .from(bookings)
    .groupBy(bookings.state)
  return {
    ...(Object.fromEntries(BOOKING_STATES.map((state) => [state, 0])) as Record<BookingState, number>),
    ...Object.fromEntries(rows.map((row) => [row.state, row.count])),
  }
}
