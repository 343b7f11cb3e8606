import { eq } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import type { BookingId, PayoutId } from '#src/kernel/ids.ts'
import { isBefore, laterOf, type Temporal } from '#src/kernel/time.ts'
import { getBookingFacts, type Booking } from '#src/modules/bookings/index.ts'
import { postTransfers } from '#src/modules/ledger/index.ts'
import {
  countOpenFailedRefunds,
  lockPaymentOfBooking,
  readGivenBack,
  settlementOf,
  type Payment,
  type Settlement,
} from '#src/modules/payments/index.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { Trouble } from '#src/platform/errors.ts'
import { emit } from '#src/platform/outbox/emit.ts'
import { hasMinorOf, planMovement, settledStatus, type Moved, type Standing } from './domain/payout-plan.ts'
import { dueAtOf, holdOf, isOver, slipCodeOf, WAIT_SENTENCES } from './domain/payout-rules.ts'
import { releasePostings } from './postings.ts'
import { findOpenMovement, lockDebtOf, lockPayoutOfBooking, readMoved } from './queries.ts'
import { payouts, type Payout } from './tables.ts'

export const SCHEDULE_PAYOUT = 'payouts.schedule'

/**
 * Works out what the provider has earned with a booking that is over, and by when. Again after each refund or dispute, before
 * and after it was paid: the amount follows what is kept, and what is due next follows the amount.
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

/** Locks the payment, then the payout. Null when nothing is owed. */
export async function recomputePayout(
  tx: Tx,
  ctx: Ctx,
  bookingId: BookingId,
): Promise<{ payout: Payout; owed: Owed } | null> {
  const owed = await readOwed(tx, bookingId)
  if (!owed) return null
  const payout = await lockPayoutOfBooking(tx, bookingId)
  if (!payout) {
    const inserted = total(owed.settlement) > 0n ? await insert(tx, ctx, owed) : null
    return inserted && { payout: inserted, owed }
  }
  // A movement is under way with the amount it was asked for: what changed since is settled after it.
  if (await findOpenMovement(tx, payout.id)) return { payout, owed }
  const released = payout.releases > 0 ? await shareOut(tx, ctx, payout, owed.settlement) : payout
  return { payout: await adjust(tx, ctx, released, owed), owed }
}

async function readOwed(tx: Tx, bookingId: BookingId): Promise<Owed | null> {
  const payment = await lockPaymentOfBooking(tx, bookingId)
  if (!payment) return null
  const { booking } = await getBookingFacts(tx, bookingId)
  if (!isOver(booking.state)) return null
  if (payment.status === 'authorized')
    throw new Trouble('payments', 'the capture of a booking that is over is still under way')
  if (payment.capturedMinor === 0n) return null
  const openFailedRefunds = await countOpenFailedRefunds(tx, payment.id)
  return {
    payment,
    booking,
    settlement: settlementOf(booking, await readGivenBack(tx, payment.id)),
    hold: holdOf({ paymentStatus: payment.status, openFailedRefunds }),
  }
}

function total({ providerNetMinor, commissionMinor, surchargeMinor }: Settlement): bigint {
  return providerNetMinor + commissionMinor + surchargeMinor
}

async function insert(tx: Tx, ctx: Ctx, { booking, settlement, hold }: Owed): Promise<Payout> {
  const dueAt = dueAtOf(booking.endsAt, ctx.config.ESCROW_DAYS)
  const row: Payout = {
    id: randomUUID() as PayoutId,
    bookingId: booking.id,
    providerId: booking.providerId,
    status: settlement.providerNetMinor > 0n ? 'scheduled' : 'none',
    amountMinor: settlement.providerNetMinor,
    currency: booking.currency,
    dueAt,
    attemptDueAt: hold ? null : dueAt,
    attempts: 0,
    stripeTransferId: null,
    waitsFor: hold,
    reversedByHandAt: null,
    slippedFor: slipCodeOf({ dueAt, paidAt: null, waitsFor: hold }, ctx.now),
    failureReason: hold && WAIT_SENTENCES[hold],
    paidAt: null,
    releasedShareMinor: 0n,
    releasedCommissionMinor: 0n,
    releasedSurchargeMinor: 0n,
    releases: 0,
    createdAt: ctx.now,
    updatedAt: ctx.now,
  }
  await tx.insert(payouts).values(row)
  return row
}

/** Escrow is over, or was: each gets by how much their share has grown since, and gives back by how much it has shrunk. */
export async function shareOut(tx: Tx, ctx: Ctx, payout: Payout, settlement: Settlement): Promise<Payout> {
  const growth = {
    providerNetMinor: settlement.providerNetMinor - payout.releasedShareMinor,
    commissionMinor: settlement.commissionMinor - payout.releasedCommissionMinor,
    surchargeMinor: settlement.surchargeMinor - payout.releasedSurchargeMinor,
  }
  const postings = releasePostings({ ...payout, occurredAt: ctx.now }, growth, payout.releases)
  if (postings.length === 0 && payout.releases > 0) return payout
  if (payout.releases > 0) await lockDebtOf(tx, payout.providerId)
  await postTransfers(tx, ctx.now, postings)
  return write(tx, ctx, payout, {
    releasedShareMinor: settlement.providerNetMinor,
    releasedCommissionMinor: settlement.commissionMinor,
    releasedSurchargeMinor: settlement.surchargeMinor,
    releases: payout.releases + 1,
  })
}

/** A hold stops it; the end of a hold, and whatever is to be moved after it was settled, start it again. */
async function adjust(tx: Tx, ctx: Ctx, payout: Payout, owed: Owed): Promise<Payout> {
  const { settlement, hold } = owed
  const moved = await readMoved(tx, payout.id)
  const earnedMinor = settlement.providerNetMinor
  // A new amount is a new question: what could not be taken back before may be there now.
  const sameAmount = earnedMinor === payout.amountMinor
  const status = statusOf(payout, { earnedMinor, ...moved })
  const known = { amountMinor: earnedMinor, status }
  if (hold) {
    const waits = { attemptDueAt: null, waitsFor: hold, failureReason: WAIT_SENTENCES[hold] }
    return write(tx, ctx, payout, { ...known, ...waits })
  }
  const isOwed = hasMinorOf(moved) > earnedMinor
  const pullRefused = isOwed && sameAmount && payout.waitsFor === 'owed'
  const plan = planMovement({ earnedMinor, ...moved, debtMinor: 0n, pullRefused })
  if (payout.reversedByHandAt !== null && plan?.kind === 'transfer') {
    const failureReason = WAIT_SENTENCES.reversed_by_hand
    const waits = { attemptDueAt: null, waitsFor: 'reversed_by_hand', failureReason } as const
    return write(tx, ctx, payout, { ...known, ...waits })
  }
  const toRelease = payout.releases === 0 && total(settlement) > 0n
  if (!plan && !toRelease) {
    // Kept for another debt, it was never sent and cannot be pulled back: the provider owes it from now on.
    if (isOwed && !pullRefused)
      await tell(tx, ctx, payout, 'payout.owed', {
        amountMinor: Number(hasMinorOf(moved) - earnedMinor),
      })
    const waits = isOwed
      ? ({ waitsFor: 'owed', failureReason: WAIT_SENTENCES.owed } as const)
      : { waitsFor: null, failureReason: null }
    return write(tx, ctx, payout, { ...known, attemptDueAt: null, ...(pullRefused ? {} : waits) })
  }
  const waiting = payout.attemptDueAt !== null || payout.status === 'failed'
  if (waiting && !isHeld(payout)) return write(tx, ctx, payout, known)
  return write(tx, ctx, payout, {
    ...known,
    attempts: 0,
    attemptDueAt: laterOf(payout.dueAt, ctx.now),
    waitsFor: null,
    failureReason: null,
  })
}

/** As far as it has come; one that was given up stays so until somebody has it tried again. */
export function statusOf(
  payout: Pick<Payout, 'status' | 'stripeTransferId'>,
  standing: Moved & Pick<Standing, 'earnedMinor'>,
): Payout['status'] {
  const settled = settledStatus(standing)
  if (standing.earnedMinor === 0n && payout.stripeTransferId !== null) return 'reversed'
  return settled === 'scheduled' && payout.status === 'failed' ? 'failed' : settled
}

export async function write(tx: Tx, ctx: Ctx, payout: Payout, values: Partial<Payout>): Promise<Payout> {
  // Of what it waited for until now, or else waits for from now on: whichever was there when the date came.
  const slippedFor =
    payout.slippedFor ?? slipCodeOf(payout, ctx.now) ?? slipCodeOf({ ...payout, ...values }, ctx.now)
  const changed = { ...values, slippedFor, updatedAt: ctx.now }
  await tx.update(payouts).set(changed).where(eq(payouts.id, payout.id))
  return { ...payout, ...changed }
}

export function isHeld({ waitsFor }: Payout): boolean {
  return waitsFor === 'disputed' || waitsFor === 'refund_failed'
}

export function isDue(payout: Payout, now: Temporal.Instant): boolean {
  return payout.attemptDueAt !== null && !isBefore(now, payout.dueAt)
}

/** The news of it, for whoever subscribes. */
export async function tell(
  tx: Tx,
  ctx: Ctx,
  payout: Payout,
  type: 'payout.paid' | 'payout.failed' | 'payout.reversed' | 'payout.owed',
  facts: JsonObject,
): Promise<void> {
  const payload = {
    payoutId: payout.id,
    providerId: payout.providerId,
    bookingId: payout.bookingId,
    ...facts,
  }
  await emit(tx, { type, subjectId: payout.id, payload, occurredAt: ctx.now })
}
