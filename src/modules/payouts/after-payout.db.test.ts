import { eq, sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import type { Actor } from '#src/kernel/actor.ts'
import type { BookingId, PayoutId, ProviderId, RefundId, UserId } from '#src/kernel/ids.ts'
import { balanceOf } from '#src/modules/ledger/index.ts'
import { retryRefund, settleRefundOutside } from '#src/modules/payments/failed-refunds.ts'
import { countOpenFailedRefunds, requestRefund } from '#src/modules/payments/index.ts'
import { refundBooking } from '#src/modules/payments/refund-booking.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { migrateDown, migrateUp, readMigrations } from '#src/platform/db/migrate.ts'
import { Trouble } from '#src/platform/errors.ts'
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
  work,
} from '#tests/support/payouts.ts'
import { payProvider } from './pay-provider.ts'
import { readDebt } from './queries.ts'
import { retryPayout } from './retry-payout.ts'
import { schedulePayout } from './schedule-payout.ts'
import { payouts } from './tables.ts'

const rig = await moneyRig()
const { db } = rig.database
afterEach(() => rig.clearFaults())

const FEE = 349n
const DISPUTE_FEE = 1_500n
/** Of a booking of which everything went back. */
const NOTHING_LEFT = { escrow: 0n, provider_payable: 0n, commission_revenue: 0n, surcharge_revenue: 0n }
const DAYS = (days: number) => ({ hours: 24 * days })

async function payoutIdOf(booking: MadeBooking): Promise<PayoutId> {
  const payout = await payoutOf(rig, booking.id)
  if (!payout) throw new Error('the booking has no payout')
  return payout.id
}

/** What the provider's account got for a booking and kept. */
async function keptBy(bookingId: BookingId): Promise<bigint> {
  const transfers = await rig.gateway.listTransfers(bookingId)
  return transfers.reduce((sum, { amountMinor, reversedMinor }) => sum + amountMinor - reversedMinor, 0n)
}

/** Half of a booking is given back; what is to be moved for it is known, and nobody has begun. */
async function askForHalf(booking: MadeBooking): Promise<void> {
  const { refundedMinor } = await paymentOf(rig, booking.id)
  await inTransaction(rig.ctx(), (tx) =>
    requestRefund(tx, rig.ctx(), {
      bookingId: booking.id,
      baseMinor: 5_000n,
      surchargeMinor: 500n,
      cause: randomUUID(),
    }),
  )
  await expect
    .poll(async () => {
      await rig.runJobs()
      return (await paymentOf(rig, booking.id)).refundedMinor
    })
    .toBe(refundedMinor + 5_500n)
  await schedulePayout(rig.ctx(), booking.id)
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
const payableOf = ({ providerId }: BookedProvider) =>
  balanceOf(db, { code: 'provider_payable', ownerId: providerId }, 'USD')
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

  describe('whose debt was kept from a later payout', () => {
    test('F37 is made good: it is not pulled back as well when more of it is refunded', async () => {
      const provider = await makePayableProvider(rig)
      const first = await paidOutBooking(rig, provider)
      await rig.byHand(provider.accountId, 'pay-out')
      await refund(rig, first, 5_000n, 500n)
      await until(rig, () => owedBy(provider), 4_500n)
      const second = await paidOutBooking(rig, provider)
      expect(await keptBy(second.id)).toBe(4_500n)
      await until(rig, async () => (await payoutOf(rig, first.id))?.waitsFor, null)
      const third = await paidOutBooking(rig, provider) // so that there is something to pull
      await refund(rig, first, 5_000n, 500n)
      await until(rig, () => keptBy(first.id), 4_500n) // of which 4_500 was kept from the second
      await passTo(rig, rig.ctx().now.add(DAYS(30)))
      const has = (await keptBy(first.id)) + (await keptBy(second.id)) + (await keptBy(third.id))
      expect(has).toBe(18_000n)
      expect(await payableOf(provider)).toBe(0n)
      expect(await payoutOf(rig, first.id)).toMatchObject({ status: 'reversed', waitsFor: null })
      await expectBalanced(rig)
    })

    test('F37 is no longer owed, and is not pulled back for an operator either', async () => {
      const provider = await makePayableProvider(rig)
      const first = await paidOutBooking(rig, provider)
      await rig.byHand(provider.accountId, 'pay-out')
      await refund(rig, first, 10_000n, 1_000n)
      await until(rig, async () => (await payoutOf(rig, first.id))?.waitsFor, 'owed')
      await paidOutBooking(rig, provider)
      await until(rig, async () => (await payoutOf(rig, first.id))?.waitsFor, null)
      const last = await paidOutBooking(rig, provider)
      const payoutId = await payoutIdOf(first)
      await expect(retryPayout(as(operator), { payoutId, reason: 'once more' })).rejects.toMatchObject({
        code: 'payout.wrong_state',
      })
      await db.update(payouts).set({ attemptDueAt: rig.ctx().now }).where(eq(payouts.id, payoutId))
      await work(rig)
      expect(await payableOf(provider)).toBe(0n)
      expect(await keptBy(last.id)).toBe(9_000n)
      expect(await keptBy(first.id)).toBe(9_000n)
      await expectBalanced(rig)
    })

    test('F37 is kept of several payouts that owe, oldest first, and the rest stays owed', async () => {
      const provider = await makePayableProvider(rig)
      const older = await paidOutBooking(rig, provider)
      const newer = await paidOutBooking(rig, provider)
      await rig.byHand(provider.accountId, 'pay-out')
      await refund(rig, newer, 10_000n, 1_000n)
      await refund(rig, older, 5_000n, 500n)
      await until(rig, () => owedBy(provider), 13_500n)
      await paidOutBooking(rig, provider)
      await until(rig, async () => (await payoutOf(rig, older.id))?.waitsFor, null)
      expect(await payoutOf(rig, newer.id)).toMatchObject({ status: 'reversed', waitsFor: 'owed' })
      expect(await owedBy(provider)).toBe(4_500n)
      await paidOutBooking(rig, provider)
      await until(rig, async () => (await payoutOf(rig, newer.id))?.waitsFor, null)
      expect(await owedBy(provider)).toBe(0n)
      await expectBalanced(rig)
    })

    test('F37 was kept, and what it was kept from is refunded: that is owed in its place', async () => {
      const provider = await makePayableProvider(rig)
      const first = await paidOutBooking(rig, provider)
      await rig.byHand(provider.accountId, 'pay-out')
      await refund(rig, first, 10_000n, 1_000n)
      await until(rig, () => owedBy(provider), 9_000n)
      const kept = await paidOutBooking(rig, provider) // nothing was sent of it
      await refund(rig, kept, 10_000n, 1_000n)
      await until(rig, async () => (await payoutOf(rig, kept.id))?.waitsFor, 'owed')
      expect(await eventsAbout(rig, await payoutIdOf(kept))).toEqual(['payout.paid', 'payout.owed'])
      expect(await owedBy(provider)).toBe(9_000n)
      await paidOutBooking(rig, provider)
      await until(rig, async () => (await payoutOf(rig, kept.id))?.waitsFor, null)
      expect(await owedBy(provider)).toBe(0n)
      await expectBalanced(rig)
    })

    test('F37 and is pulled back while the transfer that keeps it is under way: it is taken once', async () => {
      const provider = await makePayableProvider(rig)
      const first = await paidOutBooking(rig, provider)
      await rig.byHand(provider.accountId, 'pay-out')
      await refund(rig, first, 5_000n, 500n)
      await until(rig, async () => (await payoutOf(rig, first.id))?.waitsFor, 'owed')
      const second = await completedBooking(rig, provider)
      let pulls = 0
      const slow: PaymentGateway = {
        ...rig.gateway,
        transfer: async (request, key) => {
          const made = await rig.gateway.transfer(request, key)
          if (pulls === 0) {
            pulls += 1
            await retryPayout(as(operator), { payoutId: await payoutIdOf(first), reason: 'it is there' })
            await payProvider(rig.ctx(), rig.gateway, await payoutIdOf(first))
          }
          return made
        },
      }
      await rig.pass(second.endsAt.add(DAYS(7)).since(rig.ctx().now))
      await payProvider(rig.ctx(), slow, await payoutIdOf(second))
      await work(rig)
      expect(pulls).toBe(1)
      expect([await keptBy(first.id), await keptBy(second.id)]).toEqual([4_500n, 9_000n])
      expect(await payableOf(provider)).toBe(0n)
      await expectBalanced(rig)
    })
  })

  test.each(['whole', 'part'] as const)(
    'F37 whose reversal, the %s of it, was asked for and not answered is taken up again though its job is gone',
    async (asked) => {
      const provider = await makePayableProvider(rig)
      const booking = await paidOutBooking(rig, provider)
      if (asked === 'part') await rig.byHand(provider.accountId, 'pay-out')
      const next = await paidOutBooking(rig, provider)
      await refund(rig, next, 5_000n, 500n) // 45.00 are left of it
      await until(rig, () => keptBy(next.id), 4_500n)
      const payoutId = await payoutIdOf(booking)
      await inTransaction(rig.ctx(), (tx) =>
        requestRefund(tx, rig.ctx(), {
          bookingId: booking.id,
          baseMinor: 10_000n,
          surchargeMinor: 1_000n,
          cause: randomUUID(),
        }),
      )
      await expect
        .poll(async () => {
          await rig.runJobs()
          return (await payoutOf(rig, booking.id))?.amountMinor
        })
        .toBe(0n)
      let calls = 0
      const lost: PaymentGateway = {
        ...rig.gateway,
        reverseTransfer: async (request, key) => {
          calls += 1
          if (asked === 'part' && calls === 1) return rig.gateway.reverseTransfer(request, key) // refused: more than is there
          throw new Trouble('payments', 'away')
        },
      }
      await expect(payProvider(rig.ctx(), lost, payoutId)).rejects.toThrow(Trouble)
      await passTo(rig, rig.ctx().now.add({ hours: 1 }))
      await until(rig, () => keptBy(booking.id), asked === 'part' ? 4_500n : 0n)
      const open = await db.execute(sql`select from payout_movements where status = 'intended'`)
      expect(open.rowCount).toBe(0)
      expect(await owedBy(provider)).toBe(asked === 'part' ? 4_500n : 0n)
      await expectBalanced(rig)
    },
  )

  test('F37 that comes while the reversal for another is under way is followed though that is refused', async () => {
    const provider = await makePayableProvider(rig)
    const booking = await paidOutBooking(rig, provider)
    await rig.byHand(provider.accountId, 'pay-out')
    await askForHalf(booking)
    let isSecondAsked = false
    const slow: PaymentGateway = {
      ...rig.gateway,
      reverseTransfer: async (request, key) => {
        if (!isSecondAsked) {
          isSecondAsked = true
          await askForHalf(booking)
          await rig.runJobs()
        }
        return rig.gateway.reverseTransfer(request, key)
      },
    }
    await payProvider(rig.ctx(), slow, await payoutIdOf(booking))
    await until(rig, async () => (await payoutOf(rig, booking.id))?.waitsFor, 'owed')
    expect(await payoutOf(rig, booking.id)).toMatchObject({ status: 'reversed', amountMinor: 0n })
    expect(await booksOf(rig, booking.id)).toMatchObject({ escrow: 0n, provider_payable: -9_000n })
    await expectBalanced(rig)
  })

  test('F47 whose reversal is under way when the whole transfer is taken back by hand waits for an operator', async () => {
    const booking = await paidOutBooking(rig, await makePayableProvider(rig))
    await askForHalf(booking)
    const [transfer] = await rig.gateway.listTransfers(booking.id)
    const away: PaymentGateway = {
      ...rig.gateway,
      reverseTransfer: () => Promise.reject(new Trouble('payments', 'away')),
    }
    await expect(payProvider(rig.ctx(), away, await payoutIdOf(booking))).rejects.toThrow(Trouble)
    await rig.byHand(transfer?.id ?? '', 'reverse')
    await expect
      .poll(async () => {
        await rig.runJobs()
        return (await payoutOf(rig, booking.id))?.reversedByHandAt
      })
      .not.toBeNull()
    expect((await payoutOf(rig, booking.id))?.attemptDueAt).not.toBeNull()
    await passTo(rig, rig.ctx().now.add({ hours: 1 }))
    await until(rig, async () => (await payoutOf(rig, booking.id))?.waitsFor, 'reversed_by_hand')
    expect(await booksOf(rig, booking.id)).toMatchObject({ escrow: 0n, provider_payable: 4_500n })
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

describe('two refunds of the same money that did not arrive', () => {
  test.each([
    ['settled outside', settleRefundOutside],
    ['made again', retryRefund],
  ] as const)('F35 the second is not %s once the first has been given back', async (_, decide) => {
    const booking = await completedBooking(rig, await makePayableProvider(rig), CARDS.refundFails)
    await refund(rig, booking, 10_000n, 1_000n)
    await until(rig, async () => (await failedRefunds(booking.id)).length, 1)
    const amount = { amountMinor: 11_000n, currency: 'USD' } as const
    await refundBooking(as(operator), { bookingId: booking.id, amount, reason: 'again' })
    await until(rig, async () => (await failedRefunds(booking.id)).length, 2)
    const [first, second] = (await failedRefunds(booking.id)) as [RefundId, RefundId]
    await settleRefundOutside(as(operator), { refundId: first, reason: 'by bank transfer' })
    await expect(decide(as(operator), { refundId: second, reason: 'that too' })).rejects.toMatchObject({
      code: 'payment.refund_too_large',
      facts: { left: { amountMinor: 0, currency: 'USD' } },
    })
    await work(rig)
    expect(await booksOf(rig, booking.id)).toMatchObject({ escrow: 0n, outside_payments: 11_000n })
    await expectBalanced(rig)
    // Nothing is left to decide, so nothing waits for it.
    expect(await countOpenFailedRefunds(db, (await paymentOf(rig, booking.id)).id)).toBe(0)
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

describe('a transfer that was taken back by hand and whose payment is disputed', () => {
  test('F47 is not sent again when the dispute is won, but when an operator says so', async () => {
    const booking = await paidOutBooking(rig, await makePayableProvider(rig))
    const [transfer] = await rig.gateway.listTransfers(booking.id)
    await rig.byHand(transfer?.id ?? '', 'reverse')
    await until(rig, async () => (await payoutOf(rig, booking.id))?.waitsFor, 'reversed_by_hand')
    const disputeId = await dispute(rig, booking)
    await until(rig, async () => (await payoutOf(rig, booking.id))?.waitsFor, 'disputed')
    await rig.byHand(disputeId, 'win')
    await until(rig, () => statusOf(booking), 'captured')
    await until(rig, async () => (await payoutOf(rig, booking.id))?.waitsFor, 'reversed_by_hand')
    await passTo(rig, rig.ctx().now.add(DAYS(2)))
    expect(await keptBy(booking.id)).toBe(0n)

    await retryPayout(as(operator), { payoutId: await payoutIdOf(booking), reason: 'it was a mistake' })
    await until(rig, () => keptBy(booking.id), 9_000n)
    expect(await payoutOf(rig, booking.id)).toMatchObject({
      status: 'paid',
      waitsFor: null,
      reversedByHandAt: null,
    })
    await expectBalanced(rig)
  })

  test('F47 is settled without anybody where what was taken back is what was given back', async () => {
    const booking = await paidOutBooking(rig, await makePayableProvider(rig))
    const [transfer] = await rig.gateway.listTransfers(booking.id)
    await rig.byHand(transfer?.id ?? '', 'reverse')
    await until(rig, async () => (await payoutOf(rig, booking.id))?.waitsFor, 'reversed_by_hand')
    await refund(rig, booking, 10_000n, 1_000n)
    await until(rig, async () => (await payoutOf(rig, booking.id))?.waitsFor, null)
    expect(await payoutOf(rig, booking.id)).toMatchObject({ status: 'reversed', amountMinor: 0n })
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

test('what was kept before anybody wrote down for whom is made good of the oldest debts', async () => {
  const provider = await makePayableProvider(rig)
  const older = await paidOutBooking(rig, provider)
  const newer = await paidOutBooking(rig, provider)
  await rig.byHand(provider.accountId, 'pay-out')
  await refund(rig, newer, 10_000n, 1_000n)
  await refund(rig, older, 5_000n, 500n)
  await until(rig, () => owedBy(provider), 13_500n)
  await paidOutBooking(rig, provider)
  await until(rig, async () => (await payoutOf(rig, older.id))?.waitsFor, null)

  const [olderId, newerId] = [await payoutIdOf(older), await payoutIdOf(newer)]
  const { owner, ownerUrl } = rig.database
  const recovered = async () => {
    const { rows } = await owner.execute(sql`
      select payout_id, amount_minor::int, settled_at from payout_movements
      where kind = 'recovery' and provider_id = ${provider.providerId} order by amount_minor`)
    return rows
  }
  const before = await recovered()
  expect(before).toMatchObject([
    { payout_id: olderId, amount_minor: 4_500 },
    { payout_id: newerId, amount_minor: 4_500 },
  ])
  await migrateDown(ownerUrl, (await readMigrations()).filter(({ name }) => name >= '0023_').length)
  await owner.execute(sql`update payouts set waits_for = 'owed' where id = ${olderId}`)
  await migrateUp(ownerUrl)
  expect(new Set(await recovered())).toEqual(new Set(before))
  expect(await payoutOf(rig, older.id)).toMatchObject({ waitsFor: null })
  expect(await payoutOf(rig, newer.id)).toMatchObject({ waitsFor: 'owed' })
})
