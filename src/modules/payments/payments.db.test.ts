import { afterEach, describe, expect, test } from 'vitest'
import { eq, sql } from 'drizzle-orm'
import { createHash, createHmac, randomUUID } from 'node:crypto'
import http from 'node:http'
import Stripe from 'stripe'
import { signatureOf } from '#sandbox/stripe/webhooks.ts'
import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import { stripeGateway } from '#src/integrations/payment-gateway/stripe.ts'
import { listTransfersOfSubject } from '#src/modules/ledger/reads.ts'
import { withDeadline } from '#src/platform/deadline.ts'
import { inTransaction } from '#src/platform/context.ts'
import { Refusal, Trouble } from '#src/platform/errors.ts'
import { createLog } from '#src/platform/log.ts'
import { createMetrics } from '#src/platform/metrics.ts'
import {
  booksOf,
  CARDS,
  checkOut,
  eventsAbout,
  expectBalanced,
  makeBooking,
  makeProvider,
  moneyRig,
  paidBooking,
  paymentOf,
  payWith,
  PREVIOUS_SECRET,
  type MadeBooking,
  type MoneyRig,
} from '#tests/support/money.ts'
import { closeCheckout } from './close-checkout.ts'
import { callOperation, giveUpUnsent, intendOperation, type Operation } from './operations.ts'
import { processWebhooks } from './process-webhooks.ts'
import { listRefunds } from './queries.ts'
import { receiveWebhook } from './receive-webhook.ts'
import { requestCapture } from './request-capture.ts'
import { requestRefund } from './request-refund.ts'
import { requestVoid } from './request-void.ts'
import { intendCheckout, startCheckout } from './start-checkout.ts'
import { syncPayment } from './sync-payment.ts'
import { stripeOperations, webhookEvents } from './tables.ts'

const rig = await moneyRig()
const { db, owner } = rig.database
const quiet = () => ({ metrics: createMetrics('test'), log: createLog('test', 'silent') })
const provider = await makeProvider(rig)

afterEach(() => rig.clearFaults())

const FEE = 349n // Stripe's on 110.00: 2.9 % + 0.30

describe('a checkout', () => {
  test('F12 that is paid is captured, booked and told once, though Stripe says so in two events', async () => {
    const booking = await paidBooking(rig, provider)
    await rig.delivered('payment_intent.succeeded')
    await rig.runJobs()

    const payment = await paymentOf(rig, booking.id)
    expect(payment).toMatchObject({
      status: 'captured',
      amountMinor: 11_000n,
      capturedMinor: 11_000n,
      processingFeeMinor: FEE,
      syncDueAt: null,
    })
    expect(await booksOf(rig, booking.id)).toEqual({
      escrow: 11_000n,
      processing_fees: FEE,
      stripe_balance: 11_000n - FEE,
    })
    expect(await eventsAbout(rig, booking.id)).toEqual(['payment.captured'])
    const lines = await listTransfersOfSubject(db, booking.id)
    expect(lines.map(({ kind, facts }) => ({ kind, facts }))).toEqual([
      { kind: 'capture', facts: { formula: 'base + guest fee', baseMinor: 10_000, guestFeeMinor: 1_000 } },
      { kind: 'processing_fee', facts: { formula: 'as Stripe says', chargeMinor: 11_000 } },
    ])
    await expectBalanced(rig)
  })

  test('shows price and guest fee as lines of their own', async () => {
    const booking = await makeBooking(rig, provider)
    const page = await (await fetch(await checkOut(rig, booking))).text()
    expect(page).toContain('Deep tissue massage')
    expect(page).toContain('Guest booking fee')
    expect(page).toContain('$110.00')
  })

  test('asked for twice is one page', async () => {
    const booking = await makeBooking(rig, provider)
    const [first, second] = [await checkOut(rig, booking), await checkOut(rig, booking)]
    expect(second).toBe(first)
  })

  test('asked for by eight at once is one page', async () => {
    const booking = await makeBooking(rig, provider)
    const answers = await Promise.allSettled(Array.from({ length: 8 }, () => checkOut(rig, booking)))
    const urls = new Set(answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : [])))
    expect(urls.size).toBe(1)
    for (const answer of answers)
      if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'payment.unavailable' })
  })

  test('F33 that is declined stays unpaid, says why, and can be tried again', async () => {
    const booking = await makeBooking(rig, provider)
    const url = await checkOut(rig, booking)
    expect(await payWith(url, CARDS.declined)).toBe(402)
    await syncPayment(rig.ctx(), rig.gateway, booking.id)
    expect(await paymentOf(rig, booking.id)).toMatchObject({
      status: 'unpaid',
      lastError: 'Your card was declined.',
      chargeId: null,
    })
    expect(await eventsAbout(rig, booking.id)).toEqual(['payment.failed'])

    expect(await payWith(url, CARDS.succeeds)).toBe(303)
    await syncPayment(rig.ctx(), rig.gateway, booking.id)
    expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'captured', lastError: null })
    expect(await eventsAbout(rig, booking.id)).toEqual(['payment.failed', 'payment.captured'])
    await expectBalanced(rig)
  })

  test('that cannot be opened refuses clearly, and opens later with the key it had', async () => {
    const booking = await makeBooking(rig, provider)
    await rig.fault({ match: 'POST /v1/checkout/sessions', action: 'drop-after-commit', times: 2 })
    await expect(checkOut(rig, booking)).rejects.toMatchObject({ code: 'payment.unavailable' })
    const url = await checkOut(rig, booking)
    const sessions = await sdk(rig).checkout.sessions.list({ limit: 100 })
    const own = sessions.data.filter(({ client_reference_id: reference }) => reference === booking.id)
    expect(own.map(({ url: at }) => at)).toEqual([url])
  })

  test('F26, F27 whose key answers a stored 500 for ever is found again after two minutes, and never made twice', async () => {
    const booking = await makeBooking(rig, provider)
    await rig.fault({ match: 'POST /v1/checkout/sessions', action: '500-after-success', times: 1 })
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await expect(checkOut(rig, booking)).rejects.toMatchObject({ code: 'payment.unavailable' })
    }
    await rig.pass({ seconds: 121 })
    const url = await checkOut(rig, booking)
    const sessions = await sdk(rig).checkout.sessions.list({ limit: 100 })
    const own = sessions.data.filter(({ client_reference_id: reference }) => reference === booking.id)
    expect(own.map(({ url: at }) => at)).toEqual([url])
  })

  test('F27 whose key answers a stored 500 for nothing gets a new key after two minutes', async () => {
    const booking = await makeBooking(rig, provider)
    await rig.fault({ match: 'POST /v1/checkout/sessions', action: '500', times: 1 })
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await expect(checkOut(rig, booking)).rejects.toMatchObject({ code: 'payment.unavailable' })
    }
    await rig.pass({ seconds: 121 })
    await checkOut(rig, booking)
    const { id } = await paymentOf(rig, booking.id)
    const operations = await db
      .select()
      .from(stripeOperations)
      .where(eq(stripeOperations.subjectId, id))
      .orderBy(stripeOperations.generation)
    expect(operations.map(({ status }) => status)).toEqual(['rejected', 'succeeded'])
  })

  test('that is closed cannot be paid; closed again, it still is', async () => {
    const booking = await makeBooking(rig, provider)
    const url = await checkOut(rig, booking)
    expect(await closeCheckout(rig.ctx(), rig.gateway, booking.id)).toBe('closed')
    expect(await closeCheckout(rig.ctx(), rig.gateway, booking.id)).toBe('closed')
    expect(await payWith(url, CARDS.succeeds)).toBe(410)
    expect(await paymentOf(rig, booking.id)).toMatchObject({
      status: 'unpaid',
      checkoutUrl: null,
      syncDueAt: null,
    })
  })

  test('that was paid a moment before it is closed is told as paid', async () => {
    const booking = await makeBooking(rig, provider)
    const url = await checkOut(rig, booking)
    expect(await payWith(url, CARDS.succeeds)).toBe(303)
    expect(await closeCheckout(rig.ctx(), rig.gateway, booking.id)).toBe('paid')
    expect(await eventsAbout(rig, booking.id)).toEqual(['payment.captured'])
  })

  test('of which no answer came is closed all the same', async () => {
    const booking = await makeBooking(rig, provider)
    await rig.fault({ match: 'POST /v1/checkout/sessions', action: 'drop-after-commit', times: 2 })
    await expect(checkOut(rig, booking)).rejects.toThrow(Refusal)
    expect(await closeCheckout(rig.ctx(), rig.gateway, booking.id)).toBe('closed')
    const sessions = await sdk(rig).checkout.sessions.list({ limit: 100 })
    expect(sessions.data.find(({ client_reference_id: reference }) => reference === booking.id)?.status).toBe(
      'expired',
    )
  })

  test('that is closed while Stripe is away leaves the slot held', async () => {
    const booking = await makeBooking(rig, provider)
    await checkOut(rig, booking)
    await rig.fault({ match: 'POST /v1/checkout/sessions/:id/expire', action: 'drop-before', times: 2 })
    await expect(closeCheckout(rig.ctx(), rig.gateway, booking.id)).rejects.toThrow(Trouble)
    await rig.clearFaults()
  })

  test('that was closed can be opened again at another price', async () => {
    const booking = await makeBooking(rig, provider)
    await checkOut(rig, booking)
    await closeCheckout(rig.ctx(), rig.gateway, booking.id)
    const cheaper = { ...booking, figures: { ...booking.figures, surchargeMinor: 0n, totalMinor: 10_000n } }
    const url = await checkOut(rig, cheaper)
    expect(await payWith(url, CARDS.succeeds)).toBe(303)
    await syncPayment(rig.ctx(), rig.gateway, booking.id)
    expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'captured', capturedMinor: 10_000n })
    await expectBalanced(rig)
  })

  test('F27 that Stripe has refused for good is asked for under a new key each time, never under the refused one', async () => {
    const booking = await makeBooking(rig, provider, { baseMinor: 10n }) // less than a card is charged
    for (let attempt = 0; attempt < 3; attempt += 1)
      await expect(checkOut(rig, booking)).rejects.toMatchObject({ code: 'payment.rejected' })
    const operations = await operationsOf(booking)
    expect(operations.map(({ status, attempts }) => ({ status, attempts }))).toEqual(
      Array.from({ length: 3 }, () => ({ status: 'rejected', attempts: 1 })),
    )
    expect(new Set(operations.map(({ id }) => id)).size).toBe(3)
  })

  describe('F29 at another price than before is another operation', () => {
    const cheaper = (booking: MadeBooking) => ({
      ...booking,
      figures: { ...booking.figures, surchargeMinor: 0n, totalMinor: 10_000n },
    })

    async function reopened(booking: MadeBooking): Promise<void> {
      expect(await closeCheckout(rig.ctx(), rig.gateway, booking.id)).toBe('closed')
      const url = await checkOut(rig, cheaper(booking))
      const operations = await operationsOf(booking)
      expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length)
      expect(operations.at(-1)).toMatchObject({ status: 'succeeded' })
      expect(await payWith(url, CARDS.succeeds)).toBe(303)
      await syncPayment(rig.ctx(), rig.gateway, booking.id)
      expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'captured', capturedMinor: 10_000n })
      const sessions = (await sdk(rig).checkout.sessions.list({ limit: 100 })).data
      const own = sessions.filter(({ client_reference_id: reference }) => reference === booking.id)
      expect(own.filter(({ status }) => status === 'open')).toEqual([])
      expect(own.filter(({ status }) => status === 'complete')).toHaveLength(1)
      await expectBalanced(rig)
    }

    test('where the page was open', async () => {
      const booking = await makeBooking(rig, provider)
      await checkOut(rig, booking)
      await reopened(booking)
    })

    test('where no answer came, and the page is there', async () => {
      const booking = await makeBooking(rig, provider)
      await rig.fault({ match: 'POST /v1/checkout/sessions', action: 'drop-after-commit', times: 2 })
      await expect(checkOut(rig, booking)).rejects.toThrow(Refusal)
      await reopened(booking)
    })

    test('where no answer came, and the page is not there', async () => {
      const booking = await makeBooking(rig, provider)
      await rig.fault({ match: 'POST /v1/checkout/sessions', action: 'drop-before', times: 2 })
      await expect(checkOut(rig, booking)).rejects.toThrow(Refusal)
      await reopened(booking)
    })

    test('where it was refused', async () => {
      const booking = await makeBooking(rig, provider, { baseMinor: 10n })
      await expect(checkOut(rig, booking)).rejects.toMatchObject({ code: 'payment.rejected' })
      await reopened({ ...booking, figures: { ...booking.figures, baseMinor: 10_000n } })
    })

    test('and without closing the page it is refused by us before Stripe hears of it', async () => {
      const booking = await makeBooking(rig, provider)
      const url = await checkOut(rig, booking)
      await expect(checkOut(rig, cheaper(booking))).rejects.toThrow('a price changes only while')
      expect(await operationsOf(booking)).toHaveLength(1)
      expect((await (await fetch(url)).text()).includes('$110.00')).toBe(true)
    })
  })

  async function operationsOf(booking: MadeBooking) {
    const { id } = await paymentOf(rig, booking.id)
    return db
      .select()
      .from(stripeOperations)
      .where(eq(stripeOperations.subjectId, id))
      .orderBy(stripeOperations.generation)
  }
})

describe('a call that was written down', () => {
  const intend = () =>
    intendOperation(db, rig.ctx().now, { kind: 'checkout', subjectId: randomUUID(), request: {} })
  /** @returns how the try ended, and whether it was made at all. */
  const tryIt = async (operation: Operation, happened: Trouble['happened']) => {
    let made = false
    const error: unknown = await callOperation(rig.ctx(), operation, {
      call: () => {
        made = true
        return Promise.reject(new Trouble('payments', 'Stripe is away', undefined, happened))
      },
      find: () => Promise.resolve(null),
    }).catch((thrown: unknown) => thrown)
    return { error, made }
  }

  test('and never sent is given up by one, and who still holds it sends it no more', async () => {
    const operation = await intend()
    await tryIt(operation, 'nothing')
    const givenUp = await Promise.all(
      Array.from({ length: 8 }, () => giveUpUnsent(db, rig.ctx().now, operation)),
    )
    expect(givenUp.filter(Boolean)).toHaveLength(1)
    const late = await tryIt(operation, 'nothing')
    expect(late).toMatchObject({ made: false, error: { happened: 'nothing' } })
  })

  test('and may be at Stripe is not given up, however many later tries were not sent', async () => {
    const operation = await intend()
    await tryIt(operation, 'unknown')
    for (let again = 0; again < 5; again += 1) await tryIt(operation, 'nothing')
    expect(await giveUpUnsent(db, rig.ctx().now, operation)).toBe(false)
  })
})

describe('money that is only set aside', () => {
  async function authorized() {
    const booking = await makeBooking(rig, provider)
    expect(await payWith(await checkOut(rig, booking, 'manual'), CARDS.succeeds)).toBe(303)
    await syncPayment(rig.ctx(), rig.gateway, booking.id)
    expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'authorized', capturedMinor: 0n })
    expect(await booksOf(rig, booking.id)).toEqual({})
    return booking
  }

  test('is captured when it is asked for, once', async () => {
    const booking = await authorized()
    await inTransaction(rig.ctx(), (tx) => requestCapture(tx, rig.ctx(), booking.id))
    await inTransaction(rig.ctx(), (tx) => requestCapture(tx, rig.ctx(), booking.id))
    await rig.runJobs()
    expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'captured', capturedMinor: 11_000n })
    expect(await booksOf(rig, booking.id)).toMatchObject({ escrow: 11_000n })
    expect(await eventsAbout(rig, booking.id)).toEqual(['payment.authorized', 'payment.captured'])
    await expectBalanced(rig)
  })

  test('is given back when it is voided, and no money moves', async () => {
    const booking = await authorized()
    await inTransaction(rig.ctx(), (tx) => requestVoid(tx, rig.ctx(), booking.id))
    await rig.runJobs()
    expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'voided', capturedMinor: 0n })
    expect(await booksOf(rig, booking.id)).toEqual({})
    expect(await eventsAbout(rig, booking.id)).toEqual(['payment.authorized', 'payment.voided'])
    await expectBalanced(rig)
  })

  test('F25 whose capture is answered by a lost connection is captured once', async () => {
    const booking = await authorized()
    await rig.fault({ match: 'POST /v1/payment_intents/:id/capture', action: 'drop-after-commit', times: 2 })
    await inTransaction(rig.ctx(), (tx) => requestCapture(tx, rig.ctx(), booking.id))
    await rig.runJobs()
    await rig.clearFaults()
    await rig.retryJobs()
    expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'captured', capturedMinor: 11_000n })
    expect((await eventsAbout(rig, booking.id)).filter((type) => type === 'payment.captured')).toHaveLength(1)
    await expectBalanced(rig)
  })

  test('that was given back by hand says that it cannot be captured', async () => {
    const booking = await authorized()
    const { paymentIntentId } = await paymentOf(rig, booking.id)
    await sdk(rig).paymentIntents.cancel(paymentIntentId ?? '')
    await inTransaction(rig.ctx(), (tx) => requestCapture(tx, rig.ctx(), booking.id))
    await rig.runJobs()
    expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'voided' })
    expect(await eventsAbout(rig, booking.id)).toEqual([
      'payment.authorized',
      'payment.voided',
      'payment.capture_failed',
    ])
  })

  test('given back whole before the worker has taken it is never charged', async () => {
    const booking = await authorized()
    await inTransaction(rig.ctx(), async (tx) => {
      await requestCapture(tx, rig.ctx(), booking.id)
      await requestRefund(tx, rig.ctx(), {
        bookingId: booking.id,
        baseMinor: 10_000n,
        surchargeMinor: 1_000n,
        cause: 'cancellation',
      })
    })
    await rig.runJobs()
    expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'voided', capturedMinor: 0n })
    await expectBalanced(rig)
  })
})

describe('a refund', () => {
  const refund = (
    bookingId: Parameters<typeof paymentOf>[1],
    baseMinor: bigint,
    surchargeMinor: bigint,
    cause: string,
  ) =>
    inTransaction(rig.ctx(), (tx) =>
      requestRefund(tx, rig.ctx(), { bookingId, baseMinor, surchargeMinor, cause }),
    )

  test('in parts adds up to the whole, and not a cent more', async () => {
    const booking = await paidBooking(rig, provider)
    await refund(booking.id, 2_500n, 250n, 'first')
    await rig.runJobs()
    expect(await paymentOf(rig, booking.id)).toMatchObject({
      status: 'partially_refunded',
      refundedMinor: 2_750n,
    })
    await refund(booking.id, 7_500n, 750n, 'rest')
    await rig.runJobs()
    expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'refunded', refundedMinor: 11_000n })
    await expect(refund(booking.id, 1n, 0n, 'more')).rejects.toMatchObject({
      code: 'payment.refund_too_large',
    })
    expect(await booksOf(rig, booking.id)).toEqual({ escrow: 0n, processing_fees: FEE, stripe_balance: -FEE })
    expect((await eventsAbout(rig, booking.id)).filter((type) => type === 'payment.refunded')).toHaveLength(2)
    await expectBalanced(rig)
  })

  test('F35 asked for by 64 at once for one cause is made once', async () => {
    const booking = await paidBooking(rig, provider)
    const ids = await Promise.all(
      Array.from({ length: 64 }, async () => (await refund(booking.id, 10_000n, 1_000n, 'cancellation'))?.id),
    )
    expect(new Set(ids).size).toBe(1)
    await rig.runJobs()
    expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'refunded', refundedMinor: 11_000n })
    await expectBalanced(rig)
  })

  test('F35 asked for by 64 at once for different causes never exceeds what was captured', async () => {
    const booking = await paidBooking(rig, provider)
    const asked = await Promise.allSettled(
      Array.from({ length: 64 }, (_, cause) => refund(booking.id, 3_000n, 300n, `cause ${cause}`)),
    )
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    await rig.runJobs()
    expect(await paymentOf(rig, booking.id)).toMatchObject({
      refundRequestedMinor: 9_900n,
      refundedMinor: 9_900n,
    })
    await expectBalanced(rig)
  })

  test('whose answer is lost is made once', async () => {
    const booking = await paidBooking(rig, provider)
    await rig.fault({ match: 'POST /v1/refunds', action: 'drop-after-commit', times: 2 })
    await refund(booking.id, 10_000n, 1_000n, 'cancellation')
    await rig.runJobs()
    await rig.clearFaults()
    await rig.retryJobs()
    expect(await refundsAtStripe(booking.id)).toEqual([11_000])
    expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'refunded', refundedMinor: 11_000n })
    expect((await eventsAbout(rig, booking.id)).filter((type) => type === 'payment.refunded')).toHaveLength(1)
    await expectBalanced(rig)
  })

  test('F26 whose key answers a stored 500 is found and made once', async () => {
    const booking = await paidBooking(rig, provider)
    await rig.fault({ match: 'POST /v1/refunds', action: '500-after-success', times: 1 })
    await refund(booking.id, 10_000n, 1_000n, 'cancellation')
    for (let attempt = 0; attempt < 3; attempt += 1) await rig.retryJobs()
    await rig.pass({ seconds: 121 })
    await rig.retryJobs()
    expect(await refundsAtStripe(booking.id)).toEqual([11_000])
    expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'refunded' })
    await expectBalanced(rig)
  })

  test('F26 whose answer takes longer than we wait is said to be on its way until somebody knows, and is made once', async () => {
    const booking = await paidBooking(rig, provider)
    await rig.fault({ match: 'POST /v1/refunds', action: 'delay', delayMs: 5_000, times: 1 })
    await rig.fault({ match: 'event:*', action: 'drop-before' })
    const asked = await refund(booking.id, 10_000n, 1_000n, 'cancellation')
    await withDeadline(4_000, () => rig.runJobs())
    const operation = () =>
      db
        .select()
        .from(stripeOperations)
        .where(eq(stripeOperations.subjectId, asked?.id ?? ''))
    expect(await operation()).toMatchObject([{ status: 'intended', attempts: 1, resultId: null }])
    expect(await paymentOf(rig, booking.id)).toMatchObject({
      status: 'captured',
      refundRequestedMinor: 11_000n,
      refundedMinor: 0n,
    })
    await rig.retryJobs() // Stripe is still at it, or has just ended
    await expect.poll(() => refundsAtStripe(booking.id), { timeout: 10_000 }).toEqual([11_000])
    await rig.retryJobs()
    expect(await operation()).toMatchObject([{ status: 'succeeded' }])
    expect(await refundsAtStripe(booking.id)).toEqual([11_000])
    expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'refunded', refundedMinor: 11_000n })
    await expectBalanced(rig)
  }, 60_000)

  test('F28 whose answer is lost for longer than Stripe keeps keys is found, and not made again', async () => {
    const booking = await paidBooking(rig, provider)
    await rig.fault({ match: 'event:*', action: 'drop-before' })
    await rig.fault({ match: 'POST /v1/refunds', action: 'drop-after-commit', times: 2 })
    await refund(booking.id, 5_000n, 500n, 'cancellation') // Stripe would make the same one twice
    await rig.runJobs()
    await rig.clearFaults()
    await rig.pass({ hours: 25 })
    await rig.retryJobs()
    expect(await refundsAtStripe(booking.id)).toEqual([5_500])
    expect(await paymentOf(rig, booking.id)).toMatchObject({ refundedMinor: 5_500n })
    await expectBalanced(rig)
  })

  test('F28 that never reached Stripe is made with a new key after a day', async () => {
    const booking = await paidBooking(rig, provider)
    await rig.fault({ match: 'POST /v1/refunds', action: 'drop-before', times: 2 })
    const asked = await refund(booking.id, 5_000n, 500n, 'cancellation')
    await rig.runJobs()
    await rig.pass({ hours: 25 })
    await rig.retryJobs()
    expect(await refundsAtStripe(booking.id)).toEqual([5_500])
    const operations = await db
      .select()
      .from(stripeOperations)
      .where(eq(stripeOperations.subjectId, asked?.id ?? ''))
      .orderBy(stripeOperations.generation)
    expect(operations.map(({ status }) => status)).toEqual(['rejected', 'succeeded'])
    await expectBalanced(rig)
  })

  test('F29 for one cause with another amount is found out by us, before Stripe is asked', async () => {
    const booking = await paidBooking(rig, provider)
    await refund(booking.id, 5_000n, 500n, 'cancellation')
    await expect(refund(booking.id, 6_000n, 600n, 'cancellation')).rejects.toThrow('asks for the same amount')
    await rig.runJobs()
    expect(await refundsAtStripe(booking.id)).toEqual([5_500])
    await expectBalanced(rig)
  })

  test('F38 that the bank returns days later puts books and reservation back', async () => {
    const booking = await paidBooking(rig, provider, CARDS.refundFails)
    await refund(booking.id, 5_000n, 500n, 'cancellation')
    await rig.runJobs()
    expect(await paymentOf(rig, booking.id)).toMatchObject({
      status: 'partially_refunded',
      refundedMinor: 5_500n,
    })
    await rig.pass({ seconds: 10 })
    await expect
      .poll(
        async () => {
          await rig.runJobs()
          return (await paymentOf(rig, booking.id)).refundedMinor
        },
        { timeout: 10_000, interval: 20 },
      )
      .toBe(0n)
    expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'captured', refundRequestedMinor: 0n })
    expect(await booksOf(rig, booking.id)).toMatchObject({ escrow: 11_000n })
    expect(await eventsAbout(rig, booking.id)).toContain('payment.refund_failed')
    await expectBalanced(rig)
  })

  test('that is slow leaves our balance at once and is told when it arrives', async () => {
    const booking = await paidBooking(rig, provider, CARDS.refundPending)
    await refund(booking.id, 10_000n, 1_000n, 'cancellation')
    await rig.runJobs()
    const { id } = await paymentOf(rig, booking.id)
    expect((await listRefunds(db, id)).map(({ status }) => status)).toEqual(['pending'])
    expect(await booksOf(rig, booking.id)).toMatchObject({ escrow: 0n })
    await rig.pass({ seconds: 10 })
    await expect
      .poll(
        async () => {
          await rig.sweep('payments.pending-refunds')
          await rig.runJobs()
          return (await paymentOf(rig, booking.id)).status
        },
        { timeout: 10_000, interval: 20 },
      )
      .toBe('refunded')
    await expectBalanced(rig)
  })

  test('F47 made by hand in the dashboard is booked like any other', async () => {
    const booking = await paidBooking(rig, provider)
    const { chargeId, id } = await paymentOf(rig, booking.id)
    await rig.byHand(chargeId ?? '', 'refund', '22.00')
    await expect
      .poll(
        async () => {
          await rig.runJobs()
          return (await paymentOf(rig, booking.id)).refundedMinor
        },
        { timeout: 10_000, interval: 20 },
      )
      .toBe(2_200n)
    expect(await listRefunds(db, id)).toMatchObject([
      { basePartMinor: 2_000n, surchargePartMinor: 200n, status: 'succeeded' },
    ])
    await expectBalanced(rig)
  })

  async function refundsAtStripe(bookingId: Parameters<typeof paymentOf>[1]): Promise<number[]> {
    const { paymentIntentId } = await paymentOf(rig, bookingId)
    const refunds = await sdk(rig).refunds.list({ payment_intent: paymentIntentId ?? '' })
    return refunds.data.map(({ amount }) => amount)
  }
})

describe('a payment that does not match what was asked for', () => {
  test.each([
    ['another amount', sql`amount_minor = amount_minor + 1`, sql`amount_minor = amount_minor - 1`],
    ['another currency', sql`currency = 'CAD'`, sql`currency = 'USD'`],
    ['another payment', sql`payment_intent_id = 'pi_of_another'`, sql`payment_intent_id = null`],
  ])('F34 (%s) is set aside for a person, and confirms nothing', async (_, tampered, corrected) => {
    const booking = await makeBooking(rig, provider)
    const url = await checkOut(rig, booking)
    await owner.execute(sql`update payments set ${tampered} where booking_id = ${booking.id}`)
    expect(await payWith(url, CARDS.succeeds)).toBe(303)
    await syncPayment(rig.ctx(), rig.gateway, booking.id)
    await syncPayment(rig.ctx(), rig.gateway, booking.id)
    expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'unpaid', capturedMinor: 0n })
    expect(await eventsAbout(rig, booking.id)).toEqual([])
    expect(await booksOf(rig, booking.id)).toEqual({})
    const { rows } = await db.execute(sql`
      select action from audit_log where subject_id = (select id::text from payments where booking_id = ${booking.id})`)
    expect(rows).toEqual([{ action: 'payment.quarantine' }])

    await owner.execute(sql`update payments set ${corrected} where booking_id = ${booking.id}`)
    await syncPayment(rig.ctx(), rig.gateway, booking.id)
    expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'captured' })
  })
})

describe('the sweeper', () => {
  async function sweepAll(name: string) {
    while ((await rig.sweep(name)) > 0);
    await rig.runJobs()
  }

  test('F16 asks Stripe when no webhook came', async () => {
    const booking = await makeBooking(rig, provider)
    const url = await checkOut(rig, booking)
    await rig.fault({ match: 'event:*', action: 'drop-before' })
    expect(await payWith(url, CARDS.succeeds)).toBe(303)
    await sweepAll('payments.unsynced')
    expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'unpaid' }) // not yet: a webhook may still come
    await rig.pass({ seconds: 121 })
    await sweepAll('payments.unsynced')
    expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'captured' })
    expect(await eventsAbout(rig, booking.id)).toEqual(['payment.captured'])
  })

  test('takes up a call whose job is gone', async () => {
    const booking = await paidBooking(rig, provider)
    await inTransaction(rig.ctx(), (tx) =>
      requestRefund(tx, rig.ctx(), {
        bookingId: booking.id,
        baseMinor: 10_000n,
        surchargeMinor: 1_000n,
        cause: 'cancellation',
      }),
    )
    const { id } = await paymentOf(rig, booking.id)
    const [refund] = await listRefunds(db, id)
    await db.execute(sql`select graphile_worker.remove_job(${`refund:${refund?.id}`})`)
    await rig.pass({ minutes: 6 })
    await rig.sweep('payments.open-operations')
    await rig.runJobs()
    expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'refunded' })
  })
})

describe('a webhook', () => {
  const stripe = sdk(rig)
  const deliver = (body: string, signature: string, endpoint = '') =>
    fetch(rig.webhooksUrl.replace('/webhooks', `${endpoint}/webhooks`), {
      method: 'POST',
      body,
      headers: { 'stripe-signature': signature },
    })
  const sign = (body: string, secret = rig.secrets.platform, timestamp?: number) =>
    stripe.webhooks.generateTestHeaderString({
      payload: body,
      secret,
      ...(timestamp !== undefined && { timestamp }),
    })
  const eventWith = (object: object, type = 'payment_intent.succeeded', more: object = {}) =>
    JSON.stringify({
      id: `evt_${randomUUID()}`,
      object: 'event',
      type,
      created: 1_800_000_000,
      livemode: false,
      api_version: '2026-10-28.endive',
      data: { object },
      ...more,
    })

  test('F11 delivered 64 times at once is stored once and acted on once', async () => {
    const booking = await makeBooking(rig, provider)
    const url = await checkOut(rig, booking)
    await rig.fault({ match: 'event:*', action: 'drop-before' })
    expect(await payWith(url, CARDS.succeeds)).toBe(303)
    await rig.clearFaults()
    const [event] = (await stripe.events.list({ type: 'checkout.session.completed', limit: 1 })).data
    const body = JSON.stringify(event)
    const answers = await Promise.all(Array.from({ length: 64 }, () => deliver(body, sign(body))))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 64 }, () => 200))
    await rig.runJobs()
    expect(
      await db
        .select()
        .from(webhookEvents)
        .where(eq(webhookEvents.id, event?.id ?? '')),
    ).toMatchObject([{ status: 'processed', attempts: 1 }])
    expect(await eventsAbout(rig, booking.id)).toEqual(['payment.captured'])
    await expectBalanced(rig)
  })

  test('F17 that is not signed by Stripe is refused in every disguise, not stored, and told nothing of', async () => {
    const body = eventWith({ id: 'pi_forged', object: 'payment_intent', metadata: {} })
    const now = Math.floor(Date.now() / 1000)
    const good = sign(body)
    const [, hex = ''] = /v1=([0-9a-f]+)/.exec(good) ?? []
    const mac = (secret: string, payload = `${now}.${body}`, algorithm = 'sha256') =>
      createHmac(algorithm, secret).update(payload)
    const { platform, connect } = rig.secrets
    const disguises: [sent: string, signature: string][] = [
      [body, ''],
      [body, ' '],
      [body, 'garbage'],
      [body, 'v1'],
      [body, 't=,v1='],
      [body, `t=${now}`],
      [body, `t=${now},v1=`],
      [body, `v1=${hex}`], // of no time
      [body, `t=NaN,v1=${hex}`],
      [body, `t=${now + 1},v1=${hex}`], // of another time
      [body, `t=-1,v1=${hex}`],
      [body, good.replace('v1=', 'v0=')],
      [body, good.replace('v1=', 'v2=')],
      [body, good.replace('v1=', 'V1=')],
      [body, good.replace(/.$/, (last) => (last === '0' ? '1' : '0'))],
      [body, good.slice(0, -1)],
      [body, `${good}0`],
      [body, `t=${now},v1=${'0'.repeat(64)}`],
      [body, `t=${now},v1=${mac(platform).digest('base64')}`],
      [body, `t=${now},v1=${mac(platform, `${now}.${body}`, 'sha512').digest('hex')}`],
      [body, `t=${now},v1=${mac(platform, `${now}.${body}`, 'sha1').digest('hex')}`],
      [body, `t=${now},v1=${mac(platform, body).digest('hex')}`], // the time is not signed
      [body, `t=${now},v1=${createHash('sha256').update(`${now}.${body}`).digest('hex')}`], // nobody's secret
      [body, `t=${now},v1=${mac('').digest('hex')}`],
      [body, `t=${now},v1=${mac(platform.replace('whsec_', '')).digest('hex')}`],
      [body, sign(body, `whsec_${'x'.repeat(32)}`)],
      [body, sign(body, connect)],
      [body, sign(body, PREVIOUS_SECRET)],
      [body, sign(body, rig.config.STRIPE_SECRET_KEY)],
      [`${body} `, good],
      [` ${body}`, good],
      [JSON.stringify(JSON.parse(body), null, 2), good],
      [body.replace('pi_forged', 'pi_altered'), good],
      [body.replace('"livemode":false', '"livemode":true'), good],
      [body.replace('{', '{"account":"acct_forged",'), good],
      [body.slice(0, -1), good],
      ['', good],
      ['[]', good],
      ['null', good],
      ['not json', sign('not json')],
    ]
    expect(new Set(disguises.map((each) => each.join('\n'))).size).toBeGreaterThanOrEqual(30)
    for (const [sent, signature] of disguises) {
      const answer = await deliver(sent, signature)
      const said = await answer.text()
      expect({ sent, signature, status: answer.status, said }).toMatchObject({ status: 400 })
      expect(JSON.parse(said)).toMatchObject({ code: 'payment.event_unsigned' })
      for (const secret of ['pi_forged', 'pi_altered', 'acct_forged', hex, ...Object.values(rig.secrets)])
        expect(said).not.toContain(secret)
    }
    const { rowCount } = await db.execute(
      sql`select from webhook_events where body ~ 'pi_forged|pi_altered|not json' or body in ('', '[]', 'null')`,
    )
    expect(rowCount).toBe(0)
    expect((await deliver(body, good)).status).toBe(200) // it is the signature that was wrong
  })

  test.each([
    ['as old as the window', -290, 200],
    ['older than the window', -301, 400],
    ['as the clock of ten minutes ahead says', -600, 400],
    // Nobody but Stripe can sign for a time to come; its id says whether it has been here, whatever the clocks.
    ['as the clock of ten minutes behind says', 600, 200],
  ])('F18 signed at a time %s (%i s) is answered with %i', async (_, seconds, status) => {
    const body = eventWith({ id: 'cus_1', object: 'customer' }, 'customer.created')
    const at = Math.floor(Date.now() / 1000) + seconds
    expect((await deliver(body, sign(body, rig.secrets.platform, at))).status).toBe(status)
    expect(await statusOf(body)).toBe(status === 200 ? 'ignored' : undefined)
  })

  test('F18 signed by a clock more than a minute from ours is said aloud, once a minute however many come', () => {
    const said: unknown[] = []
    const log = createLog('test', 'silent')
    log.warn = (facts: unknown) => void said.push(facts)
    const gateway = stripeGateway(rig.config, { metrics: createMetrics('test'), log })
    const body = eventWith({ id: 'cus_1', object: 'customer' }, 'customer.created')
    const come = (ago: number) =>
      gateway.verifyEvent(
        body,
        sign(body, rig.secrets.platform, Math.floor(Date.now() / 1000) - ago),
        'platform',
      )
    for (const ago of [0, 55, -55]) come(ago)
    expect(said).toEqual([])
    for (let times = 0; times < 20; times += 1) come(70)
    expect(said).toEqual([{ endpoint: 'platform', seconds: expect.any(Number) }])
  })

  test('F18 that was taken is taken again once it is too old only with a new signature, and does nothing', async () => {
    const booking = await paidBooking(rig, provider)
    await rig.delivered('payment_intent.succeeded')
    const [event] = (await stripe.events.list({ type: 'payment_intent.succeeded', limit: 1 })).data
    const body = JSON.stringify(event)
    const old = sign(body, rig.secrets.platform, Math.floor(Date.now() / 1000) - 301)
    expect((await deliver(body, old)).status).toBe(400)
    expect((await deliver(body, sign(body))).status).toBe(200)
    await rig.runJobs()
    expect(await eventsAbout(rig, booking.id)).toEqual(['payment.captured'])
    await expectBalanced(rig)
  })

  test('F19 of a megabyte and more is refused before it is read', async () => {
    const status = await new Promise((resolve, reject) => {
      const request = http.request(rig.webhooksUrl, { method: 'POST', agent: false }, (answer) =>
        resolve(answer.statusCode),
      )
      request.on('error', reject)
      request.end('x'.repeat(1024 * 1024 + 1))
    })
    expect(status).toBe(413)
  })

  test.each([
    [
      'of live mode',
      { id: 'pi_live', object: 'payment_intent', metadata: {} },
      'payment_intent.succeeded',
      { livemode: true },
    ],
    ['of a type we do not act on', { id: 'cus_1', object: 'customer' }, 'customer.created', {}],
    ['of a type that Stripe has yet to invent', { id: 'x_1', object: 'novelty' }, 'novelty.created', {}],
  ])('F20 %s is stored and ignored', async (_, object, type, more) => {
    const body = eventWith(object, type, more)
    expect((await deliver(body, sign(body))).status).toBe(200)
    const { id } = JSON.parse(body) as { id: string }
    expect(await db.select().from(webhookEvents).where(eq(webhookEvents.id, id))).toMatchObject([
      { status: 'ignored' },
    ])
  })

  test.each([{}, { payment_id: "an order of another shop'; --" }])(
    'F20 about a payment that is none of ours (%j) is ignored',
    async (metadata) => {
      const body = eventWith({ id: 'pi_by_hand', object: 'payment_intent', metadata })
      expect((await deliver(body, sign(body))).status).toBe(200)
      await rig.runJobs()
      expect(
        await db
          .select()
          .from(webhookEvents)
          .where(eq(webhookEvents.id, (JSON.parse(body) as { id: string }).id)),
      ).toMatchObject([{ status: 'ignored' }])
    },
  )

  test('F22 about what is not there yet is kept and tried again, then becomes a dead letter; others flow', async () => {
    const body = eventWith({
      id: 'pi_ahead',
      object: 'payment_intent',
      metadata: { payment_id: randomUUID() },
    })
    await deliver(body, sign(body))
    await rig.runJobs()
    const [waiting] = await db.select().from(webhookEvents).where(eq(webhookEvents.objectId, 'pi_ahead'))
    expect(waiting).toMatchObject({ status: 'received', attempts: 1 })
    await paidBooking(rig, provider)
    const about = db
      .select({ status: webhookEvents.status, attempts: webhookEvents.attempts })
      .from(webhookEvents)
    await expect
      .poll(
        async () => {
          await rig.retryJobs()
          return about.where(eq(webhookEvents.objectId, 'pi_ahead'))
        },
        { timeout: 20_000 },
      )
      .toEqual([{ status: 'dead', attempts: 10 }])
  })

  test('one of very many about one object is acted on with no more than a hundred others, and none is left', async () => {
    const booking = await makeBooking(rig, provider)
    await checkOut(rig, booking)
    const { id } = await paymentOf(rig, booking.id)
    const intentId = `pi_${randomUUID()}`
    const object = { id: intentId, object: 'payment_intent', metadata: { payment_id: id } }
    const body = eventWith(object, 'payment_intent.payment_failed')
    await db.execute(sql`
      insert into webhook_events (id, endpoint, type, object_id, livemode, body, created_at, received_at)
      select 'evt_many_' || n, 'platform', 'payment_intent.payment_failed', ${intentId}, false, ${body}, now(), now()
      from generate_series(1, 250) n`)
    let reads = 0
    const counting: PaymentGateway = {
      ...rig.gateway,
      readCheckout: (checkoutId) => {
        reads += 1
        return rig.gateway.readCheckout(checkoutId)
      },
    }
    await processWebhooks(rig.ctx(), counting, intentId)
    expect(reads).toBe(3)
    const { rows } = await db.execute(
      sql`select status, count(*)::int as count from webhook_events where object_id = ${intentId} group by status`,
    )
    expect(rows).toEqual([{ status: 'processed', count: 250 }])
  })

  test('F21 that cannot be stored is answered with a 5xx, so that it comes again', async () => {
    const body = eventWith({ id: 'pi_unstored', object: 'payment_intent', metadata: {} })
    await owner.execute(sql`alter table webhook_events rename to webhook_events_away`)
    const answer = await deliver(body, sign(body))
    await owner.execute(sql`alter table webhook_events_away rename to webhook_events`)
    expect(answer.status).toBeGreaterThanOrEqual(500)
    expect((await deliver(body, sign(body))).status).toBe(200)
  })

  test('of a connected account comes in by its own door with its own secret', async () => {
    const body = eventWith({ id: 'acct_x', object: 'account', metadata: {} }, 'capability.updated', {
      account: 'acct_x',
    })
    expect((await deliver(body, sign(body), '/connect')).status).toBe(400)
    expect((await deliver(body, sign(body, rig.secrets.connect), '/connect')).status).toBe(200)
  })

  test('F24 signed with the secret from before it was changed is still taken', async () => {
    const body = eventWith({ id: 'acct_y', object: 'account' }, 'account.updated', { account: 'acct_y' })
    expect((await deliver(body, sign(body, PREVIOUS_SECRET), '/connect')).status).toBe(200)
    expect(await statusOf(body)).toBe('received')
    expect((await deliver(body, sign(body, PREVIOUS_SECRET))).status).toBe(400)
  })

  test.each([
    ['a connected account at the door of the platform', '', { account: 'acct_z' }],
    ['the platform at the door of connected accounts', '/connect', {}],
  ] as const)('F20 of %s is stored and ignored', async (_, door, more) => {
    const body = eventWith({ id: 'pi_elsewhere', object: 'payment_intent', metadata: {} }, undefined, more)
    const secret = door === '' ? rig.secrets.platform : rig.secrets.connect
    expect((await deliver(body, sign(body, secret), door)).status).toBe(200)
    expect(await statusOf(body)).toBe('ignored')
  })

  test('F20 of test mode is stored and ignored where the key is live', async () => {
    const live = stripeGateway({ ...rig.config, STRIPE_SECRET_KEY: 'sk_live_of_the_tests' }, quiet())
    const body = eventWith({ id: 'acct_l', object: 'account' }, 'account.updated', { account: 'acct_l' })
    const signature = sign(body, rig.secrets.connect)
    await receiveWebhook(
      { db, gateway: live, countIgnored: () => undefined },
      rig.ctx().now,
      'connect',
      body,
      signature,
    )
    expect(await statusOf(body)).toBe('ignored')
  })

  test.each(['2019-05-16', '2099-01-01.zinnia', null])(
    'F20 of the API version %s is acted on all the same: what it names is read again',
    async (version) => {
      const booking = await makeBooking(rig, provider)
      const url = await checkOut(rig, booking)
      await rig.fault({ match: 'event:*', action: 'drop-before' })
      expect(await payWith(url, CARDS.succeeds)).toBe(303)
      await rig.clearFaults()
      const [intent] = (await stripe.paymentIntents.list({ limit: 1 })).data
      // Of what it says of the money nothing is believed.
      const object = { ...intent, amount: 1, amount_received: 1, status: 'canceled', latest_charge: null }
      const body = eventWith(object, undefined, { api_version: version })
      expect((await deliver(body, sign(body))).status).toBe(200)
      await rig.runJobs()
      expect(await statusOf(body)).toBe('processed')
      expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'captured', capturedMinor: 11_000n })
      const [stored] = await db
        .select()
        .from(webhookEvents)
        .where(eq(webhookEvents.id, idOf(body)))
      expect(stored).toMatchObject({ apiVersion: version })
    },
  )

  test.each([
    'checkout.session.completed',
    'payment_intent.succeeded',
    'payment_intent.canceled',
    'charge.refunded',
    'charge.dispute.created',
    'refund.created',
    'transfer.reversed',
    'account.updated',
    'payout.failed',
  ])('F20 (%s) of a version that has renamed everything but the id is stored all the same', async (type) => {
    const body = eventWith({ id: `x_${randomUUID()}` }, type, { api_version: '2099-01-01.zinnia' })
    expect((await deliver(body, sign(body))).status).toBe(200)
    await rig.runJobs()
    expect(await statusOf(body)).toBe('ignored')
  })

  test('F24 is taken whichever of the two secrets it is signed with while they change, and not a moment longer', async () => {
    const [before, after] = ['whsec_of_yesterday', 'whsec_of_today']
    const knowing = (secrets: string[]) => {
      const gateway = stripeGateway({ ...rig.config, STRIPE_WEBHOOK_SECRET: secrets }, quiet())
      return async (signedWith: string) => {
        const body = eventWith({ id: 'cus_1', object: 'customer' }, 'customer.created')
        const at = Math.floor(Date.now() / 1000)
        const taken = receiveWebhook(
          { db, gateway, countIgnored: () => undefined },
          rig.ctx().now,
          'platform',
          body,
          signatureOf(body, signedWith, at),
        )
        return taken.then(
          () => statusOf(body),
          (error: unknown) => (error instanceof Refusal ? error.code : error),
        )
      }
    }
    // A burst, in the middle of which Stripe begins to sign with both and the site is started again, and then again.
    const both = `${before},${after}`
    const phases = [
      { site: knowing([before]), signedWith: [before, both] },
      { site: knowing([before, after]), signedWith: [before, both, after] },
      { site: knowing([after]), signedWith: [both, after] },
    ]
    for (const { site, signedWith } of phases) {
      const burst = Array.from({ length: 20 }, (_, at) => site(signedWith[at % signedWith.length] ?? ''))
      expect(new Set(await Promise.all(burst))).toEqual(new Set(['ignored']))
    }
    expect(await knowing([after])(before)).toBe('payment.event_unsigned')
    expect(await knowing([before])(after)).toBe('payment.event_unsigned')
  })

  test('F15 ahead of our own commit is kept, and acted on once what it names is there', async () => {
    const booking = await makeBooking(rig, provider)
    const { intended, body } = await inTransaction(rig.ctx(), async (tx) => {
      const { figures, id: bookingId } = booking
      const intended = await intendCheckout(tx, rig.ctx(), {
        ...{ bookingId, currency: figures.currency, baseMinor: figures.baseMinor },
        ...{
          surchargeMinor: figures.surchargeMinor,
          description: 'Deep tissue massage',
          captureMethod: 'automatic',
        },
        ...{ customerEmail: null, successUrl: 'https://app.test/a', cancelUrl: 'https://app.test/b' },
      })
      const { rows } = await tx.execute<{ id: string }>(
        sql`select id from payments where booking_id = ${bookingId}`,
      )
      const body = eventWith({
        ...{ id: `pi_${randomUUID()}`, object: 'payment_intent' },
        metadata: { payment_id: rows[0]?.id, booking_id: bookingId },
      })
      expect((await deliver(body, sign(body))).status).toBe(200)
      await rig.runJobs()
      expect(await statusOf(body)).toBe('received')
      return { intended, body }
    })
    const { url } = await startCheckout(rig.ctx(), rig.gateway, intended)
    await rig.fault({ match: 'event:*', action: 'drop-before' })
    expect(await payWith(url, CARDS.succeeds)).toBe(303)
    await rig.retryJobs()
    expect(await statusOf(body)).toBe('processed')
    expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'captured' })
    expect(await eventsAbout(rig, booking.id)).toEqual(['payment.captured'])
  })

  test.each(['refund.created', 'charge.refunded'])(
    'F15 (%s) ahead of the answer to our own call is the news, and the answer then says nothing new',
    async (type) => {
      const booking = await paidBooking(rig, provider)
      await rig.fault({ match: 'POST /v1/refunds', action: 'drop-after-commit', times: 2 })
      await rig.fault({ match: 'event:*', action: 'drop-before' })
      const refund = { bookingId: booking.id, baseMinor: 5_000n, surchargeMinor: 500n, cause: 'cancellation' }
      await inTransaction(rig.ctx(), (tx) => requestRefund(tx, rig.ctx(), refund))
      await rig.runJobs() // made at Stripe, and the answer is lost
      const { id } = await paymentOf(rig, booking.id)
      expect((await listRefunds(db, id)).map(({ status }) => status)).toEqual(['requested'])
      await rig.clearFaults()
      const [event] = (await stripe.events.list({ type, limit: 1 })).data
      const body = JSON.stringify(event)
      expect((await deliver(body, sign(body))).status).toBe(200)
      await rig.runJobs()
      expect((await listRefunds(db, id)).map(({ status }) => status)).toEqual(['succeeded'])
      await rig.retryJobs() // the call comes to its answer
      expect(await paymentOf(rig, booking.id)).toMatchObject({
        refundedMinor: 5_500n,
        refundRequestedMinor: 5_500n,
      })
      expect((await eventsAbout(rig, booking.id)).filter((each) => each === 'payment.refunded')).toHaveLength(
        1,
      )
      await expectBalanced(rig)
    },
  )

  // The last ones: Stripe holds that money, and the books know nothing of it.
  describe('about money beside the payment that it names', () => {
    /** Somebody pays once more, with what we write on our own payments. */
    async function paidBeside(booking: MadeBooking): Promise<string> {
      const { id } = await paymentOf(rig, booking.id)
      await rig.fault({ match: 'event:*', action: 'drop-before' })
      const { id: intentId } = await stripe.paymentIntents.create({
        ...{ amount: 11_000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true },
        metadata: { payment_id: id, booking_id: booking.id },
        return_url: 'https://app.test/confirmation',
      })
      await rig.clearFaults()
      const [event] = (await stripe.events.list({ type: 'payment_intent.succeeded', limit: 1 })).data
      expect(event?.data.object).toMatchObject({ id: intentId })
      for (const eventId of [event?.id, `evt_${randomUUID()}`]) {
        const body = JSON.stringify({ ...event, id: eventId })
        expect((await deliver(body, sign(body))).status).toBe(200)
        await rig.runJobs()
        expect(await statusOf(body)).toBe('processed')
      }
      return intentId
    }

    const setAside = async (booking: MadeBooking) => {
      const { id } = await paymentOf(rig, booking.id)
      const { rows } = await db.execute<{ intent: string; reason: string }>(sql`
        select after->>'intentId' as intent, reason from audit_log where action = 'payment.quarantine' and subject_id = ${id}`)
      return rows
    }
    const REASON = 'paid beside the payment that we know'

    test('is no twin of the news that we have: it is set aside for a person, once', async () => {
      const booking = await paidBooking(rig, provider)
      const before = await paymentOf(rig, booking.id)
      const intent = await paidBeside(booking)
      expect(await setAside(booking)).toEqual([{ intent, reason: REASON }])
      const { status, paymentIntentId, lastError } = before
      expect(await paymentOf(rig, booking.id)).toMatchObject({ status, paymentIntentId, lastError })
      expect(await booksOf(rig, booking.id)).toMatchObject({ escrow: 11_000n })
      expect(await eventsAbout(rig, booking.id)).toEqual(['payment.captured'])
    })

    test('is set aside too where the payment is still to be paid, and it can be', async () => {
      const booking = await makeBooking(rig, provider)
      const url = await checkOut(rig, booking)
      const intent = await paidBeside(booking)
      expect(await setAside(booking)).toEqual([{ intent, reason: REASON }])
      expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'unpaid', paymentIntentId: null })
      expect(await payWith(url, CARDS.succeeds)).toBe(303)
      await syncPayment(rig.ctx(), rig.gateway, booking.id)
      expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'captured' })
    })
  })

  const idOf = (body: string) => (JSON.parse(body) as { id: string }).id

  async function statusOf(body: string): Promise<string | undefined> {
    const [event] = await db
      .select()
      .from(webhookEvents)
      .where(eq(webhookEvents.id, idOf(body)))
    return event?.status
  }
})

function sdk({ stripeUrl, config }: MoneyRig): Stripe {
  const { hostname, port } = new URL(stripeUrl)
  return new Stripe(config.STRIPE_SECRET_KEY, {
    host: hostname,
    port,
    protocol: 'http',
    telemetry: false,
    maxNetworkRetries: 0,
  })
}
