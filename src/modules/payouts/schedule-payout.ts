import { eq } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import type { BookingId, PayoutId } from '#src/kernel/ids.ts'
import { isBefore, laterOf, type Temporal } from '#src/kernel/time.ts'
import { getBookingFacts, type Booking } from '#src/modules/bookings/index.ts'
import { postTransfers } from '#src/modules/ledger/index.ts'
import {
  findOperation,
  listRefunds,
  lockPaymentOfBooking,
  refundedParts,
  settlementOf,
  type Payment,
  type Settlement,
} from '#src/modules/payments/index.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { Trouble } from '#src/platform/errors.ts'
import { dueAtOf, holdOf, isOver, PAYOUT_REASONS } from './domain/payout-rules.ts'
import { releasePostings } from './postings.ts'
import { lockPayoutOfBooking } from './queries.ts'
import { payouts, type Payout } from './tables.ts'

/**
 * Works out what the provider has earned with a booking that is over, and by when. Again after each refund or dispute:
 * the amount follows what is kept, until it is on its way.
 * @throws {Trouble} while the money is still being captured or voided: the job comes again.
 */
export async function schedulePayout(ctx: Ctx, bookingId: BookingId): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await recomputePayout(tx, ctx, bookingId)
  })
}

export interface Owed {
  readonly payment: Payment
  readonly booking: Booking
  readonly settlement: Settlement
  readonly hold: 'disputed' | 'refund_failed' | null
}

/** Locks the payment, then the payout. Null when nothing is owed, or nothing can be changed any more. */
export async function recomputePayout(
  tx: Tx,
  ctx: Ctx,
  bookingId: BookingId,
): Promise<{ payout: Payout; owed: Owed } | null> {
  const payment = await lockPaymentOfBooking(tx, bookingId)
  if (!payment) return null
  const { booking } = await getBookingFacts(tx, bookingId)
  if (!isOver(booking.state)) return null
  if (payment.status === 'authorized')
    throw new Trouble('payments', 'the capture of a booking that is over is still under way')
  if (payment.capturedMinor === 0n) return null
  const refunds = await listRefunds(tx, payment.id)
  const settlement = settlementOf(booking, refundedParts(refunds))
  const hold = holdOf({ paymentStatus: payment.status, refundStatuses: refunds.map(({ status }) => status) })
  const owed = { payment, booking, settlement, hold }

  const payout = await lockPayoutOfBooking(tx, bookingId)
  if (payout?.status === 'paid') return null
  // A transfer is under way with the amount it was asked for: what changed since is settled after it.
  const transfer = payout && (await findOperation(tx, 'transfer', payout.id))
  if (payout && transfer?.status === 'intended') return { payout, owed }
  if (settlement.providerNetMinor === 0n) {
    if (payout) await write(tx, ctx, payout, { status: 'reversed', attemptDueAt: null, failureReason: null })
    else await releaseToPlatform(tx, ctx, owed)
    return null
  }
  return { payout: payout ? await adjust(tx, ctx, payout, owed) : await insert(tx, ctx, owed), owed }
}

async function insert(tx: Tx, ctx: Ctx, { booking, settlement, hold }: Owed): Promise<Payout> {
  const dueAt = dueAtOf(booking.endsAt, ctx.config.ESCROW_DAYS)
  const row: Payout = {
    id: randomUUID() as PayoutId,
    bookingId: booking.id,
    providerId: booking.providerId,
    status: 'scheduled',
    amountMinor: settlement.providerNetMinor,
    currency: booking.currency,
    dueAt,
    attemptDueAt: hold ? null : dueAt,
    attempts: 0,
    stripeTransferId: null,
    failureReason: hold && PAYOUT_REASONS[hold],
    paidAt: null,
    createdAt: ctx.now,
    updatedAt: ctx.now,
  }
  await tx.insert(payouts).values(row)
  return row
}

/** A hold stops it; the end of a hold starts it again; otherwise only the amount follows. */
async function adjust(tx: Tx, ctx: Ctx, payout: Payout, { settlement, hold }: Owed): Promise<Payout> {
  const amount = { amountMinor: settlement.providerNetMinor }
  if (hold)
    return write(tx, ctx, payout, { ...amount, attemptDueAt: null, failureReason: PAYOUT_REASONS[hold] })
  if (!isHeld(payout) && payout.status !== 'reversed') return write(tx, ctx, payout, amount)
  return write(tx, ctx, payout, {
    ...amount,
    status: 'scheduled',
    attemptDueAt: laterOf(payout.dueAt, ctx.now),
    failureReason: null,
  })
}

/** Nothing is left for the provider, and perhaps something for the platform. */
async function releaseToPlatform(tx: Tx, ctx: Ctx, { booking, settlement }: Owed): Promise<void> {
  const released = {
    bookingId: booking.id,
    providerId: booking.providerId,
    currency: booking.currency,
    occurredAt: ctx.now,
  }
  await postTransfers(tx, ctx.now, releasePostings(released, settlement))
}

export async function write(tx: Tx, ctx: Ctx, payout: Payout, values: Partial<Payout>): Promise<Payout> {
  const changed = { ...values, updatedAt: ctx.now }
  await tx.update(payouts).set(changed).where(eq(payouts.id, payout.id))
  return { ...payout, ...changed }
}

export function isHeld({ failureReason }: Payout): boolean {
  return failureReason === PAYOUT_REASONS.disputed || failureReason === PAYOUT_REASONS.refund_failed
}

export function isDue(payout: Payout, now: Temporal.Instant): boolean {
  return payout.status === 'scheduled' && payout.attemptDueAt !== null && !isBefore(now, payout.dueAt)
}
