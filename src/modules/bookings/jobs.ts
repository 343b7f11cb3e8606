import { and, asc, inArray, lte, not, notInArray, sql } from 'drizzle-orm'
import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import { assert } from '#src/kernel/assert.ts'
import type { BookingState } from '#src/kernel/booking-states.ts'
import type { BookingId } from '#src/kernel/ids.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import { isBefore, type Temporal } from '#src/kernel/time.ts'
import type { Ctx } from '#src/platform/context.ts'
import { Refusal } from '#src/platform/errors.ts'
import type { ModuleJobs, Sweep } from '#src/platform/jobs/run.ts'
import { declineBooking } from './answer-request.ts'
import { completeBooking, startBooking } from './finish-booking.ts'
import { releaseHold } from './release-hold.ts'
import { cancelUnpaidBooking, confirmPaidBooking, submitAuthorizedRequest } from './settle-paid-booking.ts'
import { bookings } from './tables.ts'

const SWEEP_EVERY_MS = 1_000
const SWEEP_BATCH = 50
const REST_SECONDS = 60
const NOT_ANSWERED = 'The provider did not answer in time.'

export function bookingsJobs({ gateway }: { gateway: PaymentGateway }): ModuleJobs {
  return {
    jobs: {
      'bookings.confirm-paid': (ctx, payload) => confirmPaidBooking(ctx, bookingIdIn(payload)),
      'bookings.submit-request': (ctx, payload) => submitAuthorizedRequest(ctx, bookingIdIn(payload)),
      'bookings.cancel-unpaid': (ctx, payload) => cancelUnpaidBooking(ctx, bookingIdIn(payload)),
    },
    sweeps: [
      {
        name: 'bookings.move-due',
        everyMs: SWEEP_EVERY_MS,
        run: sweepDue(['awaiting_provider', 'confirmed', 'in_progress'], moveOn),
      },
      {
        name: 'bookings.release-holds',
        everyMs: SWEEP_EVERY_MS,
        run: sweepDue(['held'], (ctx, { id }) => releaseHold(ctx, gateway, id)),
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

async function moveOn(ctx: Ctx, { id, state }: Due): Promise<void> {
  if (state === 'awaiting_provider') await declineBooking(ctx, { bookingId: id, reason: NOT_ANSWERED })
  else if (state === 'confirmed') await startBooking(ctx, id)
  else await completeBooking(ctx, id)
}

interface Due {
  readonly id: BookingId
  readonly state: string
}

/** Accepted and not charged yet: it begins when it is, or is cancelled. */
const waitsForItsCard = sql`(${bookings.state} = 'confirmed' and exists (
  select from payments pay where pay.booking_id = ${bookings.id} and pay.captured_minor = 0))`

/**
 * The moves bookings make by themselves, one bounded batch at a time, the longest due first. `move` looks again under its own
 * lock, so that two workers do no harm. What could not be moved is left alone for a while: it keeps nobody else.
 * @returns a sweep, which answers how many were due
 */
function sweepDue(states: BookingState[], move: (ctx: Ctx, due: Due) => Promise<unknown>): Sweep['run'] {
  const resting = new Map<BookingId, Temporal.Instant>()
  return async (ctx) => {
    for (const [id, until] of resting) if (!isBefore(ctx.now, until)) resting.delete(id)
    const due = await ctx.db
      .select({ id: bookings.id, state: bookings.state })
      .from(bookings)
      .where(
        and(
          lte(bookings.nextDueAt, ctx.now),
          inArray(bookings.state, states),
          notInArray(bookings.id, [...resting.keys()]),
          not(waitsForItsCard),
        ),
      )
      .orderBy(asc(bookings.nextDueAt))
      .limit(SWEEP_BATCH)
    const moved = await Promise.allSettled(due.map((each) => move(ctx, each)))
    for (const [index, { id }] of due.entries()) {
      const result = moved[index]
      if (result?.status !== 'rejected') continue
      resting.set(id, ctx.now.add({ seconds: REST_SECONDS }))
      // Another worker was there first: that is how it should be.
      if (!(result.reason instanceof Refusal))
        ctx.log.warn(
          { bookingId: id, error: result.reason as unknown },
          'a booking that is due could not be moved yet',
        )
    }
    return due.length
  }
}
