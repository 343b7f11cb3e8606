import { sql, type SQL } from 'drizzle-orm'
import { randomInt, randomUUID } from 'node:crypto'
import type { BookingId, ServiceId } from '#src/kernel/ids.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import type { Money } from '#src/kernel/money.ts'
import { isoText, plusMinutes, type Temporal } from '#src/kernel/time.ts'
import {
  alternativesNear,
  checkSlot,
  occupiedRange,
  withExtraMinutes,
} from '#src/modules/scheduling/index.ts'
import type { Ctx } from '#src/platform/context.ts'
import { placeholders, prepared } from '#src/platform/db/prepared.ts'
import { refuse } from '#src/platform/errors.ts'
import {
  ANSWER_KEPT_HOURS,
  recordRefusal,
  RefusedBefore,
  type IdempotentRequest,
} from '#src/platform/http/idempotency.ts'
import { BOOKING_CODES, bookingCode } from './domain/codes.ts'
import { findGuestKey, guestKey, newGuestLink, type GuestLink } from './guest-links.ts'
import { makeOffer, quoteJson, type Offer } from './quote-booking.ts'
import { freeSeat, isSessionFull, SEAT_TRIES_MAX, sessionIdOf } from './sessions.ts'
import { bookings, type Booking, type NewBooking } from './tables.ts'
import { bookingJson, type BookingJson } from './view.ts'

export interface HoldSlot {
  readonly serviceId: ServiceId
  readonly startsAt: Temporal.Instant
  readonly extraIds: readonly string[]
  /** What the client showed; the booking is made at this price or not at all. */
  readonly expectedTotal: Money
  readonly guest?:
    { readonly name: string; readonly email: string; readonly phone?: string | undefined } | undefined
  readonly note: string
}

export interface HeldSlot {
  readonly booking: BookingJson
  /** Opens the booking for a guest; null for a customer. Never stored: it is made again from what it is derived from. */
  readonly guestKey: string | null
  readonly replayed: boolean
}

const randomCode = () => bookingCode(randomInt(BOOKING_CODES))

const ANYWHERE_ON_THE_DAY_MINUTES = 26 * 60

/**
 * Takes a slot for as long as the customer needs to pay. Two statements: what is offered, and one that takes the slot,
 * starts the history, makes the guest's link and records the answer, or does nothing at all.
 *
 * Who asks twice with one key gets the first answer: the second insert meets the slot taken, or the answer recorded.
 * @throws refusals of {@link makeOffer}, booking.price_changed with the new quote, booking.slot_not_offered and
 * booking.slot_taken with alternatives, request.idempotency_key_reused; RefusedBefore when the first answer was one of them.
 */
export async function holdSlot(
  ctx: Ctx,
  input: HoldSlot,
  request: IdempotentRequest,
  drawCode: () => string = randomCode,
): Promise<HeldSlot> {
  try {
    const { startsAt } = input
    const around = {
      start: plusMinutes(startsAt, -ANYWHERE_ON_THE_DAY_MINUTES),
      end: plusMinutes(startsAt, ANYWHERE_ON_THE_DAY_MINUTES),
    }
    const offer = await makeOffer(ctx, input.serviceId, input.extraIds, around)
    await refuseUnlessOffered(ctx, input, offer)

    const booking = newBooking(ctx, input, offer)
    const link = newGuestLink(ctx, booking.id, booking.endsAt)
    // Who loses a seat of a group, or draws a code that another booking has, draws again.
    for (let attempt = 1; attempt <= SEAT_TRIES_MAX; attempt += 1) {
      const hold = { ...booking, code: drawCode() }
      const answer = bookingJson(
        { ...NOT_YET, ...hold },
        { provider: offer.bookable.provider, payment: null },
      )
      const outcome = await takeSlot(ctx, hold, link, request, JSON.stringify(answer))
      if (outcome === 'held')
        return { booking: answer, guestKey: booking.isGuest ? guestKey(ctx, link.id) : null, replayed: false }
      if (outcome === 'full' || (outcome === 'taken' && booking.capacity === 1)) break
    }
    throw refuse('booking.slot_taken', { alternatives: await alternatives(ctx, input, offer) })
  } catch (error) {
    // Whatever stands against it now, a first answer comes before.
    const first = await recordRefusal(ctx, request, error)
    if (!first) throw error
    if (!first.ok) throw new RefusedBefore(first)
    const booking = (await first.json()) as BookingJson
    return {
      booking,
      guestKey: booking.isGuest ? await findGuestKey(ctx.db, ctx, booking.id as BookingId) : null,
      replayed: true,
    }
  }
}

async function refuseUnlessOffered(ctx: Ctx, input: HoldSlot, offer: Offer): Promise<void> {
  const { service, provider, calendar } = offer.bookable
  if (
    input.expectedTotal.currency !== service.currency ||
    input.expectedTotal.amountMinor !== offer.figures.totalMinor
  ) {
    throw refuse('booking.price_changed', { quote: quoteJson(offer) })
  }
  const check = checkSlot(
    calendar,
    withExtraMinutes(service.facts, extraMinutes(offer)),
    input.startsAt,
    ctx.now,
  )
  if (check.offered) return
  throw refuse('booking.slot_not_offered', {
    reason: check.reason,
    timeZone: provider.timeZone,
    alternatives: await alternatives(ctx, input, offer),
  })
}

const lookingForAlternatives = new Map<string, Promise<JsonObject[]>>()

/** Who loses one slot at the same moment gets the same times to choose from, looked up once. */
function alternatives(ctx: Ctx, { serviceId, startsAt }: HoldSlot, offer: Offer): Promise<JsonObject[]> {
  const key = `${serviceId} ${startsAt.epochMilliseconds} ${offer.durationMinutes}`
  const found =
    lookingForAlternatives.get(key) ??
    alternativesNear(ctx.db, serviceId, startsAt, ctx.now, { durationMinutes: offer.durationMinutes })
      .then((slots) => slots.map((slot) => ({ ...slot })))
      .finally(() => lookingForAlternatives.delete(key))
  lookingForAlternatives.set(key, found)
  return found
}

function extraMinutes({ bookable, durationMinutes }: Offer): number {
  return durationMinutes - bookable.service.facts.durationMinutes
}

/** What a hold says of itself; the rest of a booking's columns have not happened yet. */
const HOLD_COLUMNS = [
  'id',
  'code',
  'providerId',
  'serviceId',
  'calendarId',
  'customerId',
  'guestName',
  'guestEmail',
  'guestPhone',
  'customerNote',
  'isGuest',
  'startsAt',
  'endsAt',
  'occupied',
  'timeZone',
  'localStart',
  'sessionId',
  'capacity',
  'serviceName',
  'extras',
  'durationMinutes',
  'bufferBeforeMinutes',
  'bufferAfterMinutes',
  'minimumNoticeMinutes',
  'locationKind',
  'bookingMode',
  'cancellationPolicy',
  'currency',
  'baseMinor',
  'commissionMinor',
  'surchargeMinor',
  'providerNetMinor',
  'totalMinor',
  'platformFeeBasisPoints',
  'guestFeeBasisPoints',
  'holdExpiresAt',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof Booking)[]
type Hold = Pick<Booking, (typeof HOLD_COLUMNS)[number]>

const NOT_YET = {
  state: 'held',
  refundPercentMax: 100,
  answerDueAt: null,
  noShowParty: null,
  endReason: null,
} as const

function newBooking(ctx: Ctx, input: HoldSlot, offer: Offer): Omit<Hold, 'code'> {
  const id = randomUUID() as BookingId
  const { service, provider, calendarId } = offer.bookable
  const facts = withExtraMinutes(service.facts, extraMinutes(offer))
  const { platformFee, guestFee } = ctx.config
  return {
    id,
    providerId: provider.id,
    serviceId: service.id,
    calendarId,
    customerId: ctx.actor.kind === 'user' ? ctx.actor.userId : null,
    guestName: offer.guest ? (input.guest?.name ?? null) : null,
    guestEmail: offer.guest ? (input.guest?.email ?? null) : null,
    guestPhone: offer.guest ? (input.guest?.phone ?? null) : null,
    customerNote: input.note,
    isGuest: offer.guest,
    startsAt: input.startsAt,
    endsAt: plusMinutes(input.startsAt, facts.durationMinutes),
    occupied: occupiedRange(facts, input.startsAt),
    timeZone: provider.timeZone,
    localStart: input.startsAt.toZonedDateTimeISO(provider.timeZone).toPlainDateTime(),
    sessionId: sessionIdOf(id, service.id, input.startsAt, facts.capacity),
    capacity: facts.capacity,
    serviceName: service.name,
    extras: offer.extras,
    durationMinutes: facts.durationMinutes,
    bufferBeforeMinutes: facts.bufferBeforeMinutes,
    bufferAfterMinutes: facts.bufferAfterMinutes,
    minimumNoticeMinutes: facts.minimumNoticeMinutes,
    locationKind: service.locationKind,
    bookingMode: service.bookingMode,
    cancellationPolicy: service.cancellationPolicy,
    ...offer.figures,
    platformFeeBasisPoints: platformFee,
    guestFeeBasisPoints: guestFee,
    holdExpiresAt: plusMinutes(ctx.now, ctx.config.HOLD_MINUTES),
    createdAt: ctx.now,
    updatedAt: ctx.now,
  }
}

/**
 * ON CONFLICT DO NOTHING, because a bare insert into an exclusion constraint deadlocks under contention: 64 clients on ten
 * slots waited up to 51 s for each other, this way 31 ms. No row means a conflict: the time, the seat, or the same request a
 * second time; the code is looked up only then, and says so.
 */
function insertHold(seat: SQL<number>) {
  return prepared<Record<string, unknown>, { outcome: 'held' | 'code_taken' }>((db) => {
    const value = sql.placeholder
    const columns = placeholders<NewBooking>(HOLD_COLUMNS)
    const held = db
      .insert(bookings)
      .values({ ...columns, state: 'held', seat })
      .onConflictDoNothing()
      .returning({ id: bookings.id })
    return sql`
    with held as ${held},
    event as (
      insert into booking_events (booking_id, sequence, transition, from_state, to_state, actor_kind, actor_id, at)
      select id, 1, 'hold', null, 'held', ${value('party')}::text, ${value('actorId')}::text, ${value('now')}::timestamptz from held),
    link as (
      insert into booking_links (id, booking_id, expires_at, created_at)
      select ${value('linkId')}::uuid, id, ${value('linkExpiresAt')}::timestamptz, ${value('now')}::timestamptz
      from held where ${value('isGuest')}::boolean),
    answer as (
      insert into idempotency_keys (scope, key, fingerprint, status, body, created_at, expires_at)
      select ${value('scope')}::text, ${value('key')}::text, ${value('fingerprint')}::text, 201, ${value('answer')}::text,
        ${value('now')}::timestamptz, ${value('answerExpiresAt')}::timestamptz from held)
    select 'held' as outcome from held
    union all
    select 'code_taken' where not exists (select from held)
      and exists (select from bookings where code = ${value('code')}::text)`
  })
}

// Where there is one seat, nobody looks for a free one: with both in one statement PostgreSQL plans each hold anew, in the hope
// that it is the simple one.
const insertOnlySeat = insertHold(sql`1`)
const insertFreeSeat = insertHold(
  freeSeat(sql`${sql.placeholder('sessionId')}::uuid`, sql`${sql.placeholder('capacity')}::int`),
)

async function takeSlot(
  ctx: Ctx,
  booking: Hold,
  link: GuestLink,
  request: IdempotentRequest,
  answer: string,
): Promise<'held' | 'taken' | 'code_taken' | 'full'> {
  const values = {
    ...booking,
    party: booking.isGuest ? 'guest' : 'customer',
    actorId: booking.customerId,
    now: isoText(ctx.now),
    linkId: link.id,
    linkExpiresAt: isoText(link.expiresAt),
    ...request,
    answer,
    answerExpiresAt: isoText(plusMinutes(ctx.now, 60 * ANSWER_KEPT_HOURS)),
  }
  try {
    const insert = booking.capacity === 1 ? insertOnlySeat : insertFreeSeat
    const { rows } = await insert(ctx.db, values)
    return rows[0]?.outcome ?? 'taken'
  } catch (error) {
    if (isSessionFull(error)) return 'full'
    throw error
  }
}
