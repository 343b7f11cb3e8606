import { sql } from 'drizzle-orm'
import type { BookingId } from '#src/kernel/ids.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import { earlierOf, type Temporal } from '#src/kernel/time.ts'
import { getBookableService } from '#src/modules/providers/index.ts'
import { alternativesNear, checkSlot, occupiedRange } from '#src/modules/scheduling/index.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { databaseErrorCode, refuse } from '#src/platform/errors.ts'
import { emit } from '#src/platform/outbox/emit.ts'
import { decideReschedule } from './domain/reschedule.ts'
import { lockBookingVisibleTo, moveBooking } from './move-booking.ts'
import { freeSeat, isSeatLost, isSessionFull, SEAT_TRIES_MAX, sessionIdOf } from './sessions.ts'
import type { Booking } from './tables.ts'

const AROUND = { hours: 26 }
const EXCLUSION_VIOLATION = '23P01'

/**
 * Moves a booking to another start, at the price it was made for. One UPDATE: the new time is taken before the old one is
 * free, or nothing changes.
 * @throws refusals booking.not_found, booking.wrong_state, booking.too_late_to_reschedule, provider.not_bookable,
 * booking.same_time, booking.slot_not_offered and booking.slot_taken with alternatives.
 */
export async function rescheduleBooking(
  ctx: Ctx,
  input: { bookingId: BookingId; startsAt: Temporal.Instant; reason?: string | undefined },
): Promise<Booking> {
  const { startsAt } = input
  return inTransaction(ctx, async (tx) => {
    const { booking, role, party } = await lockBookingVisibleTo(tx, ctx, input.bookingId)
    const decision = decideReschedule(booking, role, ctx.now)
    if (decision.refused) throw refuse(decision.refused, { state: booking.state })
    if (startsAt.equals(booking.startsAt)) throw refuse('booking.same_time')
    const offered = await offeredStart(tx, ctx, booking, startsAt)
    const sessionId = sessionIdOf(booking.id, booking.serviceId, startsAt, offered.capacity)

    // An UPDATE cannot say ON CONFLICT DO NOTHING; moves within one calendar queue up here and cannot deadlock.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${booking.calendarId}, 0))`)
    const moved = await unlessTaken(tx, ctx, booking, startsAt, (savepoint) =>
      moveBooking(savepoint, ctx, booking, {
        transition: 'reschedule',
        party,
        changesCalendar: true,
        reason: input.reason,
        set: {
          startsAt,
          endsAt: offered.occupied.end.subtract({ minutes: booking.bufferAfterMinutes }),
          occupied: offered.occupied,
          sessionId,
          capacity: offered.capacity,
          seat: freeSeat(sql`${sessionId}::uuid`, sql`${offered.capacity}::int`),
          timeZone: offered.timeZone,
          localStart: startsAt.toZonedDateTimeISO(offered.timeZone).toPlainDateTime(),
          refundPercentMax: decision.refundPercentMax,
          answerDueAt: booking.answerDueAt && earlierOf(booking.answerDueAt, startsAt),
        },
        facts: { from: booking.startsAt.toString(), to: startsAt.toString() },
      }),
    )
    await recordAudit(tx, ctx, {
      action: 'booking.reschedule',
      subjectKind: 'booking',
      subjectId: booking.id,
      before: { startsAt: booking.startsAt.toString() },
      after: { startsAt: startsAt.toString() },
      ...(input.reason ? { reason: input.reason } : {}),
    })
    const payload = {
      bookingId: booking.id,
      fromStartsAt: booking.startsAt.toString(),
      toStartsAt: startsAt.toString(),
      by: party,
    }
    await emit(tx, { type: 'booking.rescheduled', subjectId: booking.id, payload, occurredAt: ctx.now })
    return moved
  })
}

/** Does `move` behind a savepoint, so that the transaction can still say what is free when the table said no. */
async function unlessTaken<T>(
  tx: Tx,
  ctx: Ctx,
  booking: Booking,
  startsAt: Temporal.Instant,
  move: (savepoint: Tx) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tx.transaction(move)
    } catch (error) {
      if (isSeatLost(error) && attempt < SEAT_TRIES_MAX) continue
      const taken =
        databaseErrorCode(error) === EXCLUSION_VIOLATION || isSeatLost(error) || isSessionFull(error)
      if (!taken) throw error
      throw refuse('booking.slot_taken', { alternatives: await alternatives(tx, ctx, booking, startsAt) })
    }
  }
}

/** The provider's present hours decide whether the start is offered; duration and buffers are those the booking was made with. */
async function offeredStart(tx: Tx, ctx: Ctx, booking: Booking, startsAt: Temporal.Instant) {
  const around = { start: startsAt.subtract(AROUND), end: startsAt.add(AROUND) }
  const bookable = await getBookableService(tx, booking.serviceId, around)
  if (!bookable || bookable.provider.status !== 'live') throw refuse('provider.not_bookable')
  const facts = { ...bookable.service.facts, ...asBooked(booking) }
  const check = checkSlot(bookable.calendar, facts, startsAt, ctx.now)
  if (!check.offered) {
    throw refuse('booking.slot_not_offered', {
      reason: check.reason,
      alternatives: await alternatives(tx, ctx, booking, startsAt),
    })
  }
  return {
    occupied: occupiedRange(facts, startsAt),
    timeZone: bookable.provider.timeZone,
    capacity: facts.capacity,
  }
}

async function alternatives(
  tx: Tx,
  ctx: Ctx,
  booking: Booking,
  startsAt: Temporal.Instant,
): Promise<JsonObject[]> {
  const slots = await alternativesNear(tx, booking.serviceId, startsAt, ctx.now, asBooked(booking))
  return slots.map((slot) => ({ ...slot }))
}

function asBooked({ durationMinutes, bufferBeforeMinutes, bufferAfterMinutes }: Booking) {
  return { durationMinutes, bufferBeforeMinutes, bufferAfterMinutes }
}
