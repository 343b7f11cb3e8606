import { and, asc, inArray, lte, not, sql } from 'drizzle-orm'
import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import { assert } from '#src/kernel/assert.ts'
import type { BookingId } from '#src/kernel/ids.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import type { Ctx } from '#src/platform/context.ts'
import { Refusal } from '#src/platform/errors.ts'
import type { ModuleJobs } from '#src/platform/jobs/run.ts'
import { declineBooking } from './answer-request.ts'
import { completeBooking, startBooking } from './finish-booking.ts'
import { releaseHold } from './release-hold.ts'
import { cancelUnpaidBooking, confirmPaidBooking, submitAuthorizedRequest } from './settle-paid-booking.ts'
import { bookings } from './tables.ts'

const SWEEP_EVERY_MS = 1_000
const SWEEP_BATCH = 50
const NOT_ANSWERED = 'The provider did not answer in time.'

export function bookingsJobs({ gateway }: { gateway: PaymentGateway }): ModuleJobs {
  return {
    jobs: {
      'bookings.confirm-paid': (ctx, payload) => confirmPaidBooking(ctx, bookingIdIn(payload)),
      'bookings.submit-request': (ctx, payload) => submitAuthorizedRequest(ctx, bookingIdIn(payload)),
      'bookings.cancel-unpaid': (ctx, payload) => cancelUnpaidBooking(ctx, bookingIdIn(payload)),
    },
    sweeps: [
      { name: 'bookings.move-due', everyMs: SWEEP_EVERY_MS, run: moveDueBookings },
      {
        name: 'bookings.release-holds',
        everyMs: SWEEP_EVERY_MS,
        run: (ctx) => releaseDueHolds(ctx, gateway),
      },
    ],
    subscriptions: {
      'payment.captured': ['bookings.confirm-paid'],
      'payment.authorized': ['bookings.submit-request'],
      'payment.capture_failed': ['bookings.cancel-unpaid'],
    },
  }
}

function bookingIdIn(payload: JsonObject): BookingId {
  const id = payload['bookingId']
  assert(typeof id === 'string', 'the payload names a booking')
  return id as BookingId
}

/** The moves a booking makes by itself. Each is a verb that looks again under its own lock, so that two workers do no harm. */
async function moveDueBookings(ctx: Ctx): Promise<number> {
  return forEachDue(ctx, ['awaiting_provider', 'confirmed', 'in_progress'], async ({ id, state }) => {
    if (state === 'awaiting_provider') await declineBooking(ctx, { bookingId: id, reason: NOT_ANSWERED })
    else if (state === 'confirmed') await startBooking(ctx, id)
    else await completeBooking(ctx, id)
  })
}

async function releaseDueHolds(ctx: Ctx, gateway: PaymentGateway): Promise<number> {
  return forEachDue(ctx, ['held'], ({ id }) => releaseHold(ctx, gateway, id))
}

type DueState = 'held' | 'awaiting_provider' | 'confirmed' | 'in_progress'

/** Accepted and not charged yet: it begins when it is, or is cancelled. */
const waitsForItsCard = sql`(${bookings.state} = 'confirmed' and exists (
  select from payments pay where pay.booking_id = ${bookings.id} and pay.captured_minor = 0))`

/**
 * One bounded batch, the longest due first. One booking that cannot be moved does not keep the others; it stays due.
 * Answers how many moved, or 0 to pause when some did not.
 */
async function forEachDue(
  ctx: Ctx,
  states: DueState[],
  move: (due: { id: BookingId; state: string }) => Promise<unknown>,
): Promise<number> {
  const due = await ctx.db
    .select({ id: bookings.id, state: bookings.state })
    .from(bookings)
    .where(and(lte(bookings.nextDueAt, ctx.now), inArray(bookings.state, states), not(waitsForItsCard)))
    .orderBy(asc(bookings.nextDueAt))
    .limit(SWEEP_BATCH)
  const results = await Promise.allSettled(due.map(move))
  const failed = results.flatMap((result, index) =>
    result.status === 'rejected' ? [{ bookingId: due[index]?.id, error: result.reason as unknown }] : [],
  )
  for (const failure of failed) {
    // Another worker was there first: that is how it should be.
    if (!(failure.error instanceof Refusal))
      ctx.log.warn(failure, 'a booking that is due could not be moved yet')
  }
  return failed.length === 0 ? due.length : 0
}
