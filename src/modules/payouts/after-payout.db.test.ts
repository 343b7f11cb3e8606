import { sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import type { Actor } from '#src/kernel/actor.ts'
import type { BookingId, ProviderId, RefundId, UserId } from '#src/kernel/ids.ts'
import { retryRefund, settleRefundOutside } from '#src/modules/payments/failed-refunds.ts'
import { requestRefund } from '#src/modules/payments/index.ts'
import { refundBooking } from '#src/modules/payments/refund-booking.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import {
  booksOf,
  CARDS,
  eventsAbout,
  expectBalanced,
  moneyRig,
  paymentOf,
  type BookedProvider,
  type MadeBooking,
} from '#tests/support/money.ts'
import {
  completedBooking,
  dispute,
  makePayableProvider,
  paidOutBooking,
  passTo,
  payoutOf,
  refund,
  until,
} from '#tests/support/payouts.ts'
import { readDebt } from './queries.ts'

const rig = await moneyRig()
const { db } = rig.database
afterEach(() => rig.clearFaults())

const FEE = 349n
const DISPUTE_FEE = 1_500n
/** Of a booking of which everything went back. */
const NOTHING_LEFT = { escrow: 0n, provider_payable: 0n, commission_revenue: 0n, surcharge_revenue: 0n }
const DAYS = (days: number) => ({ hours: 24 * days })

/** What the provider's account got for a booking and kept. */
async function keptBy(bookingId: BookingId): Promise<bigint> {
  const transfers = await rig.gateway.listTransfers(bookingId)
  return transfers.reduce((sum, { amountMinor, reversedMinor }) => sum + amountMinor - reversedMinor, 0n)
}

async function failedRefunds(bookingId: BookingId): Promise<RefundId[]> {
  const { rows } = await db.execute<{ id: RefundId }>(
    sql`select id from refunds where booking_id = ${bookingId} and status = 'failed'`,
  )
  return rows.map(({ id }) => id)
}

const as = (actor: Actor): Ctx => ({ ...rig.ctx(), actor })
const person = (operatorRole: 'finance' | 'support' | null, providerIds: ProviderId[] = []): Actor => ({
  kind: 'user',
  userId: randomUUID() as UserId,
  operatorRole,
  providerIds,
})
const operator = person('finance')
const support = person('support')
const member = (providerId: ProviderId) => person(null, [providerId])

const owedBy = ({ providerId }: BookedProvider) => readDebt(db, providerId, 'USD')
const statusOf = async (booking: MadeBooking) => (await paymentOf(rig, booking.id)).status

describe('F36 a refund and a payout at the same moment', () => {
  const inFlight = async (kind: string) => {
    const { rows } = await db.execute(
      sql`select from stripe_operations where kind = ${kind} and status = 'intended' and attempts > 0`,
    )
    return rows.length
  }

  /** While Stripe thinks about the one, the other begins. */
  test.each([
    ['transfer', 'POST /v1/transfers', 'delay'],
    ['transfer', 'POST /v1/transfers', 'drop-after-commit'],
    ['refund', 'POST /v1/refunds', 'delay'],
    ['refund', 'POST /v1/refunds', 'drop-after-commit'],
  ] as const)('the %s first (%s: %s): half for each, never both the whole', async (first, match, action) => {
    const provider = await makePayableProvider(rig)
    const booking = await completedBooking(rig, provider)
    await rig.pass(booking.endsAt.add(DAYS(7)).since(rig.ctx().now))
    const half = { bookingId: booking.id, baseMinor: 5_000n, surchargeMinor: 500n, cause: 'operator' }
    const ask = () => inTransaction(rig.ctx(), (tx) => requestRefund(tx, rig.ctx(), half))
    await rig.fault({ match, action, times: action === 'delay' ? 1 : 2, delayMs: 700 })
    if (first === 'transfer') await rig.sweep('payouts.due')
    else await ask()
    const working = rig.runJobs()
    await expect.poll(() => inFlight(first), { interval: 5 }).toBeGreaterThan(0)
    if (first === 'transfer') await ask()
    else await rig.sweep('payouts.due')
    await Promise.all([working, rig.runJobs()])
    await rig.clearFaults()
    await rig.retryJobs()
    await until(rig, () => keptBy(booking.id), 4_500n)
    await until(rig, async () => (await paymentOf(rig, booking.id)).refundedMinor, 5_500n)
    expect(await payoutOf(rig, booking.id)).toMatchObject({
      status: 'paid',
      amountMinor: 4_500n,
      waitsFor: null,
    })
    expect(await booksOf(rig, booking.id)).toMatchObject({
      escrow: 0n,
      provider_payable: 0n,
      commission_revenue: 500n,
      surcharge_revenue: 500n,
    })
    expect(await owedBy(provider)).toBe(0n)
    await expectBalanced(rig)
  })
})

describe('a refund after the provider was paid', () => {
  test('F36 pulls back the provider’s share and the platform’s, to the cent', async () => {
    const provider = await makePayableProvider(rig)
    const booking = await paidOutBooking(rig, provider)
    await refund(rig, booking, 5_000n, 500n)
    await until(rig, () => keptBy(booking.id), 4_500n)
    expect(await booksOf(rig, booking.id)).toEqual({
      escrow: 0n,
      provider_payable: 0n,
      commission_revenue: 500n,
      surcharge_revenue: 500n,
      processing_fees: FEE,
      stripe_balance: 1_000n - FEE,
    })
    expect(await payoutOf(rig, booking.id)).toMatchObject({
      status: 'paid',
      amountMinor: 4_500n,
      waitsFor: null,
    })
    await refund(rig, booking, 5_000n, 500n)
    await until(rig, () => keptBy(booking.id), 0n)
    expect(await payoutOf(rig, booking.id)).toMatchObject({ status: 'reversed', amountMinor: 0n })
    expect(await booksOf(rig, booking.id)).toMatchObject(NOTHING_LEFT)
    expect(await owedBy(provider)).toBe(0n)
    await expectBalanced(rig)
  })

  test('whose reversal is answered by a lost connection is pulled back once', async () => {
    const booking = await paidOutBooking(rig, await makePayableProvider(rig))
    await rig.fault({ match: 'POST /v1/transfers/*', action: 'drop-after-commit', times: 2 })
    await refund(rig, booking, 10_000n, 1_000n)
    await rig.retryJobs()
    await until(rig, () => keptBy(booking.id), 0n)
    await expectBalanced(rig)
  })

  test('F37 that the provider has no money for reaches the customer at once, and is kept from the next payouts', async () => {
    const provider = await makePayableProvider(rig)
    const booking = await paidOutBooking(rig, provider)
    const next = await completedBooking(rig, provider)
    const last = await completedBooking(rig, provider)
    await rig.byHand(provider.accountId, 'pay-out') // the bank has it
    await refund(rig, booking, 10_000n, 1_000n)
    await until(rig, () => statusOf(booking), 'refunded')
    await until(rig, async () => (await payoutOf(rig, booking.id))?.waitsFor, 'owed')
    expect(await owedBy(provider)).toBe(9_000n)
    expect(await eventsAbout(rig, (await payoutOf(rig, booking.id))?.id ?? '')).toEqual([
      'payout.paid',
      'payout.owed',
    ])

    await passTo(rig, last.endsAt.add(DAYS(8)))
    expect(await payoutOf(rig, next.id)).toMatchObject({ status: 'paid' })
    expect(await payoutOf(rig, last.id)).toMatchObject({ status: 'paid' })
    expect((await keptBy(next.id)) + (await keptBy(last.id))).toBe(9_000n)
    expect(await owedBy(provider)).toBe(0n)
    await expectBalanced(rig)
  })

  test('F37 takes what of it is there, and keeps the rest from later payouts', async () => {
    const provider = await makePayableProvider(rig)
    const booking = await paidOutBooking(rig, provider)
    await rig.byHand(provider.accountId, 'pay-out')
    const next = await paidOutBooking(rig, provider) // 90.00 are on the account
    await refund(rig, next, 5_000n, 500n) // and 45.00 are taken back of that
    await refund(rig, booking, 10_000n, 1_000n)
    await until(rig, () => owedBy(provider), 4_500n)
    expect(await keptBy(booking.id)).toBe(4_500n)
    expect(await keptBy(next.id)).toBe(4_500n)
    await expectBalanced(rig)
  })

  test('F38 that does not arrive gives the provider their share again once an operator settles it', async () => {
    const provider = await makePayableProvider(rig)
    const booking = await paidOutBooking(rig, provider, CARDS.refundFails)
    await refund(rig, booking, 10_000n, 1_000n)
    await until(rig, async () => (await payoutOf(rig, booking.id))?.waitsFor, 'refund_failed')
    expect(await booksOf(rig, booking.id)).toMatchObject({ escrow: 0n, commission_revenue: 1_000n })
    await expectBalanced(rig)

    const failed = (await failedRefunds(booking.id))[0] as RefundId
    const reason = 'the card is closed; paid by bank transfer'
    await settleRefundOutside(as(operator), { refundId: failed, reason })
    await expect(settleRefundOutside(as(operator), { refundId: failed, reason })).rejects.toMatchObject({
      code: 'refund.wrong_state',
    })
    await until(rig, () => keptBy(booking.id), 0n)
    expect(await booksOf(rig, booking.id)).toMatchObject({
      escrow: 0n,
      outside_payments: 11_000n,
      provider_payable: 0n,
      commission_revenue: 0n,
    })
    await expectBalanced(rig)
  })

  test('F47 made by hand at the gateway is followed like any other', async () => {
    const booking = await paidOutBooking(rig, await makePayableProvider(rig))
    const { chargeId } = await paymentOf(rig, booking.id)
    await rig.byHand(chargeId ?? '', 'refund', '110.00')
    await until(rig, () => keptBy(booking.id), 0n)
    expect(await booksOf(rig, booking.id)).toMatchObject({ escrow: 0n, provider_payable: 0n })
    await expectBalanced(rig)
  })
})

describe('an operator', () => {
  test('F35 refunds as often as it takes, price and surcharge in proportion, and never more than is left', async () => {
    const booking = await paidOutBooking(rig, await makePayableProvider(rig))
    const give = (amountMinor: bigint) =>
      refundBooking(as(operator), {
        bookingId: booking.id,
        amount: { amountMinor, currency: 'USD' },
        reason: 'we are sorry',
      })
    expect(await give(3_333n)).toMatchObject({ basePartMinor: 3_030n, surchargePartMinor: 303n })
    await give(3_333n)
    await expect(give(4_335n)).rejects.toMatchObject({
      code: 'payment.refund_too_large',
      facts: { left: { amountMinor: 4_334 } },
    })
    await give(4_334n)
    await until(rig, () => statusOf(booking), 'refunded')
    await until(rig, () => keptBy(booking.id), 0n)
    expect(await booksOf(rig, booking.id)).toMatchObject(NOTHING_LEFT)
    await expectBalanced(rig)
  })

  test('alone decides about money: support, members and customers do not', async () => {
    const provider = await makePayableProvider(rig)
    const booking = await completedBooking(rig, provider)
    const amount = { amountMinor: 1n, currency: 'USD' } as const
    for (const actor of [support, member(provider.providerId)]) {
      await expect(
        refundBooking(as(actor), { bookingId: booking.id, amount, reason: 'mine' }),
      ).rejects.toMatchObject({ code: 'auth.not_allowed' })
    }
  })

  test('F35 has a refund that did not arrive made again, once', async () => {
    const booking = await completedBooking(rig, await makePayableProvider(rig), CARDS.refundFails)
    await refund(rig, booking, 5_000n, 500n)
    await until(rig, async () => (await failedRefunds(booking.id)).length, 1)
    const refundId = (await failedRefunds(booking.id))[0] as RefundId
    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, () => retryRefund(as(operator), { refundId, reason: 'once more' })),
    )
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await expectBalanced(rig)
  })
})

describe('a transfer that was taken back by hand', () => {
  test('F47 is in the books, and is not sent again by itself', async () => {
    const booking = await paidOutBooking(rig, await makePayableProvider(rig))
    const [transfer] = await rig.gateway.listTransfers(booking.id)
    await rig.byHand(transfer?.id ?? '', 'reverse')
    await until(rig, async () => (await payoutOf(rig, booking.id))?.waitsFor, 'reversed_by_hand')
    await passTo(rig, rig.ctx().now.add(DAYS(2)))
    expect(await keptBy(booking.id)).toBe(0n)
    expect(await booksOf(rig, booking.id)).toMatchObject({ provider_payable: 9_000n })
    await expectBalanced(rig)
  })
})

describe('F39 a dispute', () => {
  test('before the payout freezes it; won, it is released, and only the fee is gone', async () => {
    const booking = await completedBooking(rig, await makePayableProvider(rig))
    await passTo(rig, booking.endsAt.add(DAYS(3)))
    const id = await dispute(rig, booking)
    expect(await booksOf(rig, booking.id)).toMatchObject({
      escrow: 11_000n,
      disputed_funds: 11_000n,
      dispute_fees: DISPUTE_FEE,
    })
    await passTo(rig, booking.endsAt.add(DAYS(8)))
    expect(await keptBy(booking.id)).toBe(0n)
    await rig.byHand(id, 'win')
    await until(rig, () => keptBy(booking.id), 9_000n)
    expect(await booksOf(rig, booking.id)).toMatchObject({
      escrow: 0n,
      disputed_funds: 0n,
      dispute_fees: DISPUTE_FEE,
      provider_payable: 0n,
    })
    await expectBalanced(rig)
  })

  test('lost before the payout leaves nobody anything, and the fee to the platform', async () => {
    const booking = await completedBooking(rig, await makePayableProvider(rig))
    await rig.byHand(await dispute(rig, booking), 'lose')
    await until(rig, () => statusOf(booking), 'dispute_lost')
    await passTo(rig, booking.endsAt.add(DAYS(8)))
    expect(await keptBy(booking.id)).toBe(0n)
    expect(await payoutOf(rig, booking.id)).toMatchObject({
      status: 'none',
      amountMinor: 0n,
      attemptDueAt: null,
    })
    expect(await booksOf(rig, booking.id)).toEqual({
      escrow: 0n,
      disputed_funds: 0n,
      dispute_fees: DISPUTE_FEE,
      processing_fees: FEE,
      stripe_balance: -DISPUTE_FEE - FEE,
    })
    await expectBalanced(rig)
  })

  test('lost after the payout is the provider’s debt where it cannot be pulled back', async () => {
    const provider = await makePayableProvider(rig)
    const booking = await paidOutBooking(rig, provider)
    await rig.byHand(provider.accountId, 'pay-out')
    const id = await dispute(rig, booking)
    expect(await keptBy(booking.id)).toBe(9_000n) // undecided: it stays where it is
    await rig.byHand(id, 'lose')
    await until(rig, () => owedBy(provider), 9_000n)
    expect(await booksOf(rig, booking.id)).toMatchObject({
      ...NOTHING_LEFT,
      disputed_funds: 0n,
      provider_payable: -9_000n,
    })
    const next = await paidOutBooking(rig, provider)
    expect(await keptBy(next.id)).toBe(0n)
    expect(await owedBy(provider)).toBe(0n)
    await expectBalanced(rig)
  })

  test('lost for money that was refunded in part takes the rest from the booking and the refunded from the platform', async () => {
    const booking = await paidOutBooking(rig, await makePayableProvider(rig))
    await refund(rig, booking, 5_000n, 500n)
    await until(rig, () => keptBy(booking.id), 4_500n)
    await rig.byHand(await dispute(rig, booking), 'lose') // the whole 110.00
    await until(rig, () => keptBy(booking.id), 0n)
    expect(await booksOf(rig, booking.id)).toMatchObject({
      ...NOTHING_LEFT,
      disputed_funds: 0n,
      losses: 5_500n,
    })
    await expectBalanced(rig)
  })

  test('after the payout and won leaves everybody what they have, and only the fee is gone', async () => {
    const booking = await paidOutBooking(rig, await makePayableProvider(rig))
    const id = await dispute(rig, booking)
    expect(await keptBy(booking.id)).toBe(9_000n)
    await rig.byHand(id, 'win')
    await until(rig, () => statusOf(booking), 'captured')
    expect(await rig.gateway.listTransfers(booking.id)).toMatchObject([
      { amountMinor: 9_000n, reversedMinor: 0n },
    ])
    expect(await payoutOf(rig, booking.id)).toMatchObject({
      status: 'paid',
      amountMinor: 9_000n,
      waitsFor: null,
    })
    expect(await booksOf(rig, booking.id)).toMatchObject({
      escrow: 0n,
      disputed_funds: 0n,
      dispute_fees: DISPUTE_FEE,
      provider_payable: 0n,
    })
    await expectBalanced(rig)
  })

  test('lost after the payout pulls the provider’s share back where it is still there', async () => {
    const provider = await makePayableProvider(rig)
    const booking = await paidOutBooking(rig, provider)
    await rig.byHand(await dispute(rig, booking), 'lose')
    await until(rig, () => keptBy(booking.id), 0n)
    expect(await owedBy(provider)).toBe(0n)
    expect(await payoutOf(rig, booking.id)).toMatchObject({ status: 'reversed', amountMinor: 0n })
    expect(await booksOf(rig, booking.id)).toMatchObject({
      escrow: 0n,
      disputed_funds: 0n,
      provider_payable: 0n,
      commission_revenue: 0n,
      surcharge_revenue: 0n,
    })
    await expectBalanced(rig)
  })

  test('that is only an inquiry holds the payout, moves no money, and lets go when it is closed', async () => {
    const booking = await completedBooking(rig, await makePayableProvider(rig))
    const { chargeId } = await paymentOf(rig, booking.id)
    await rig.byHand(chargeId ?? '', 'inquire')
    await until(rig, () => statusOf(booking), 'disputed')
    await passTo(rig, booking.endsAt.add(DAYS(8)))
    expect(await keptBy(booking.id)).toBe(0n)
    expect(await booksOf(rig, booking.id)).toMatchObject({ escrow: 11_000n })
    const [inquiry] = await rig.gateway.listDisputes((await paymentOf(rig, booking.id)).paymentIntentId ?? '')
    await rig.byHand(inquiry?.id ?? '', 'close')
    await until(rig, () => keptBy(booking.id), 9_000n)
    expect(await booksOf(rig, booking.id)).not.toHaveProperty('dispute_fees')
    await expectBalanced(rig)
  })

  test('says so once to everybody, however often its events come', async () => {
    const booking = await completedBooking(rig, await makePayableProvider(rig))
    await rig.fault({ match: 'event:charge.dispute.*', action: 'duplicate' })
    await rig.byHand(await dispute(rig, booking), 'lose')
    await until(rig, () => statusOf(booking), 'dispute_lost')
    const told = (await eventsAbout(rig, booking.id)).filter((type) => type.includes('dispute'))
    expect(told).toEqual(['payment.disputed', 'payment.dispute_closed'])
    await expectBalanced(rig)
  })
})
