// What comes after a booking is paid: it is given, escrow ends, the provider gets the money, and some of it goes back.
// On the rig of money.ts.
import { eq } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import type { BookingId } from '#src/kernel/ids.ts'
import type { Currency } from '#src/kernel/money.ts'
import type { Temporal } from '#src/kernel/time.ts'
import { requestRefund } from '#src/modules/payments/index.ts'
import { payouts, type Payout } from '#src/modules/payouts/tables.ts'
import { inTransaction } from '#src/platform/context.ts'
import { emit } from '#src/platform/outbox/emit.ts'
import {
  makeProvider,
  moveTo,
  openReadyAccount,
  paidBooking,
  paymentOf,
  type BookedProvider,
  type MadeBooking,
  type MoneyRig,
} from './money.ts'

export async function makePayableProvider(
  rig: MoneyRig,
  currency?: Currency,
): Promise<BookedProvider & { accountId: string }> {
  const accountId = await openReadyAccount(rig, randomUUID())
  return { ...(await makeProvider(rig, { id: accountId, ready: true }, currency)), accountId }
}

/** Says what happened to a booking to whoever listens. */
export async function tell(rig: MoneyRig, type: string, bookingId: BookingId): Promise<void> {
  await inTransaction(rig.ctx(), (tx) =>
    emit(tx, { type, subjectId: bookingId, payload: { bookingId }, occurredAt: rig.ctx().now }),
  )
  await rig.runJobs()
}

/** Given and over, with its payout scheduled. */
export async function complete(rig: MoneyRig, bookingId: BookingId): Promise<void> {
  await moveTo(rig, bookingId, 'confirm', 'start', 'complete')
  await tell(rig, 'booking.completed', bookingId)
}

export async function completedBooking(
  rig: MoneyRig,
  provider: BookedProvider,
  card?: string,
): Promise<MadeBooking> {
  const booking = await paidBooking(rig, provider, card)
  await complete(rig, booking.id)
  return booking
}

/** Given, over, and passed on to the provider: 90.00 of 110.00. */
export async function paidOutBooking(
  rig: MoneyRig,
  provider: BookedProvider,
  card?: string,
): Promise<MadeBooking> {
  const booking = await completedBooking(rig, provider, card)
  await passTo(rig, booking.endsAt.add({ hours: 7 * 24 }))
  expect(await payoutOf(rig, booking.id)).toMatchObject({ status: 'paid' })
  return booking
}

export async function passTo(rig: MoneyRig, instant: Temporal.Instant): Promise<void> {
  const ahead = instant.since(rig.ctx().now)
  if (ahead.sign > 0) await rig.pass(ahead)
  await work(rig)
}

/** What the worker does until nothing is due. */
export async function work(rig: MoneyRig): Promise<void> {
  await rig.runJobs()
  while ((await rig.sweep('payouts.due')) > 0) await rig.runJobs()
}

export async function until(rig: MoneyRig, what: () => Promise<unknown>, expected: unknown): Promise<void> {
  await expect
    .poll(
      async () => {
        await work(rig)
        return what()
      },
      { timeout: 10_000, interval: 20 },
    )
    .toEqual(expected)
}

export async function payoutOf(rig: MoneyRig, bookingId: BookingId): Promise<Payout | undefined> {
  const [payout] = await rig.database.db.select().from(payouts).where(eq(payouts.bookingId, bookingId))
  return payout
}

export async function refund(
  rig: MoneyRig,
  { id }: MadeBooking,
  baseMinor: bigint,
  surchargeMinor: bigint,
): Promise<void> {
  await inTransaction(rig.ctx(), (tx) =>
    requestRefund(tx, rig.ctx(), { bookingId: id, baseMinor, surchargeMinor, cause: randomUUID() }),
  )
  await work(rig)
}

/** The customer goes to their bank, and we have heard of it. @returns the dispute, for somebody to decide. */
export async function dispute(rig: MoneyRig, { id }: MadeBooking): Promise<string> {
  const { chargeId, paymentIntentId } = await paymentOf(rig, id)
  await rig.byHand(chargeId ?? '', 'dispute')
  await until(rig, async () => (await paymentOf(rig, id)).status, 'disputed')
  const [opened] = await rig.gateway.listDisputes(paymentIntentId ?? '')
  return opened?.id ?? ''
}
