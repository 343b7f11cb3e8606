// What becomes of a call whose answer is late, lost or a no, at each moment between.
import { eq } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import {
  GatewayRejected,
  type PaymentGateway,
  type RefundRequest,
} from '#src/integrations/payment-gateway/port.ts'
import { assert } from '#src/kernel/assert.ts'
import { inTransaction } from '#src/platform/context.ts'
import { Trouble } from '#src/platform/errors.ts'
import {
  CARDS,
  checkOut,
  eventsAbout,
  expectBalanced,
  makeBooking,
  makeProvider,
  moneyRig,
  paidAndRead,
  paymentOf,
  payWith,
  type MadeBooking,
} from '#tests/support/money.ts'
import { closeCheckout } from './close-checkout.ts'
import { listRefunds } from './queries.ts'
import { requestCapture } from './request-capture.ts'
import { requestRefund } from './request-refund.ts'
import { requestVoid } from './request-void.ts'
import { settleCapture } from './settle-capture.ts'
import { settleRefund } from './settle-refund.ts'
import { settleVoid } from './settle-void.ts'
import { intendCheckout, startCheckout, type StartCheckout } from './start-checkout.ts'
import { syncPayment } from './sync-payment.ts'
import { stripeOperations, type Refund } from './tables.ts'

const rig = await moneyRig({ deliver: false })
const { db } = rig.database
const provider = await makeProvider(rig)

afterEach(() => rig.clearFaults())

describe('a try that is still on its way', () => {
  test('of a refund is not taken for lost, however old the refund is', async () => {
    const booking = await paid()
    const refund = await askFor(booking)
    await rig.pass({ seconds: 120 }) // the worker was away
    await unanswered(2, (gateway) => settleRefund(rig.ctx(), gateway, refund.id))
    const { gateway, go } = held('refund')
    const third = settleRefund(rig.ctx(), gateway, refund.id)
    await triedTimes(refund.id, 3)
    await settleRefund(rig.ctx(), rig.gateway, refund.id)
    go()
    await third
    expect(await refundsAtStripe(booking)).toHaveLength(1)
    await syncPayment(rig.ctx(), rig.gateway, booking.id)
    expect(await paymentOf(rig, booking.id)).toMatchObject({ refundedMinor: 5_500n })
    await expectBalanced(rig)
  })

  test('of a page is not taken for lost, and there is one page to pay', async () => {
    const booking = await makeBooking(rig, provider)
    await unanswered(2, (gateway) => open(booking, gateway))
    await rig.pass({ seconds: 122 })
    const { gateway, go } = held('createCheckout')
    const third = open(booking, gateway)
    await triedTimes((await paymentOf(rig, booking.id)).id, 3)
    const fourth = await open(booking)
    go()
    expect((await third).url).toBe(fourth.url)
    expect(await pagesAtStripe(booking)).toEqual(['open'])
  })

  test('is waited for where its key may be forgotten', async () => {
    const booking = await paid()
    const refund = await askFor(booking)
    await unanswered(1, (gateway) => settleRefund(rig.ctx(), gateway, refund.id))
    await rig.pass({ hours: 22, minutes: 59, seconds: 50 })
    const { gateway, go } = held('refund')
    const late = settleRefund(rig.ctx(), gateway, refund.id)
    await triedTimes(refund.id, 2)
    await rig.pass({ seconds: 20 })
    await expect(settleRefund(rig.ctx(), rig.gateway, refund.id)).rejects.toThrow('still be on its way')
    go()
    await late
    expect(await refundsAtStripe(booking)).toHaveLength(1)
  })
})

describe('a late answer about a page', () => {
  /** Stripe has made the page, and the answer comes when `go` is called. */
  function answeredLate(): { gateway: PaymentGateway; go: () => void } {
    const gate = Promise.withResolvers<undefined>()
    const gateway: PaymentGateway = {
      ...rig.gateway,
      createCheckout: async (...asked) => {
        const made = await rig.gateway.createCheckout(...asked)
        await gate.promise
        return made
      },
    }
    return { gateway, go: () => gate.resolve(undefined) }
  }

  test('that was closed is not taken for that of the next: the next is paid, and we learn of it', async () => {
    const booking = await makeBooking(rig, provider)
    const { gateway, go } = answeredLate()
    const late = open(booking, gateway)
    await expect.poll(() => pagesAtStripe(booking)).toEqual(['open'])
    expect(await closeCheckout(rig.ctx(), rig.gateway, booking.id)).toBe('closed')
    const next = await intend(booking, { surchargeMinor: 0n })
    go()
    await expect(late).rejects.toMatchObject({ code: 'booking.hold_expired' })
    const { url } = await startCheckout(rig.ctx(), rig.gateway, next)
    expect(await payWith(url, CARDS.succeeds)).toBe(303)
    await syncPayment(rig.ctx(), rig.gateway, booking.id)
    expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'captured', capturedMinor: 10_000n })
    await expectBalanced(rig)
  })

  test('whose operation was given up leaves no second page that could be paid', async () => {
    const booking = await makeBooking(rig, provider)
    const { gateway, go } = answeredLate()
    const late = open(booking, gateway)
    await expect.poll(() => pagesAtStripe(booking)).toEqual(['open'])
    const { id } = await paymentOf(rig, booking.id)
    // As if it had reached Stripe only after we had looked for it.
    await db.update(stripeOperations).set({ status: 'rejected' }).where(eq(stripeOperations.subjectId, id))
    const next = await open(booking)
    go()
    await expect(late).rejects.toMatchObject({ code: 'booking.hold_expired' })
    expect((await pagesAtStripe(booking)).toSorted()).toEqual(['expired', 'open'])
    expect(await payWith(next.url, CARDS.succeeds)).toBe(303)
    expect(await closeCheckout(rig.ctx(), rig.gateway, booking.id)).toBe('paid')
  })
})

describe('a no whose consequences were cut off has them when it is taken up again', () => {
  test('of a refund: it failed, and its reservation is given back', async () => {
    const booking = await paid()
    const refund = await askFor(booking)
    const { chargeId, id } = await paymentOf(rig, booking.id)
    await rig.byHand(chargeId ?? '', 'refund', '110.00') // nothing is left for ours
    await rig.fault({ match: 'GET /v1/refunds', action: '500', times: 1 })
    await expect(settleRefund(rig.ctx(), rig.gateway, refund.id)).rejects.toThrow(Trouble)
    expect(await operationsOf(refund.id)).toMatchObject([{ status: 'intended' }])
    await settleRefund(rig.ctx(), rig.gateway, refund.id)
    expect(await operationsOf(refund.id)).toMatchObject([{ status: 'rejected' }])
    const statuses = (await listRefunds(db, id)).map(({ status, amountMinor }) => ({ status, amountMinor }))
    expect(statuses).toHaveLength(2)
    expect(statuses).toContainEqual({ status: 'failed', amountMinor: 5_500n })
    expect(statuses).toContainEqual({ status: 'succeeded', amountMinor: 11_000n })
    expect(await paymentOf(rig, booking.id)).toMatchObject({ refundRequestedMinor: 11_000n })
    expect(await eventsAbout(rig, booking.id)).toContain('payment.refund_failed')
    await expectBalanced(rig)
  })

  test('of a capture: it is told, once', async () => {
    const booking = await authorized()
    const { paymentIntentId, id } = await paymentOf(rig, booking.id)
    await cancelByHand(paymentIntentId)
    await inTransaction(rig.ctx(), (tx) => requestCapture(tx, rig.ctx(), booking.id))
    await rig.fault({ match: 'GET /v1/payment_intents/*', action: '500', times: 1 })
    await expect(settleCapture(rig.ctx(), rig.gateway, id)).rejects.toThrow(Trouble)
    expect(await eventsAbout(rig, booking.id)).not.toContain('payment.capture_failed')
    // The slower may find it given up, and comes again.
    await Promise.allSettled([1, 2].map(() => settleCapture(rig.ctx(), rig.gateway, id)))
    const told = (await eventsAbout(rig, booking.id)).filter((type) => type === 'payment.capture_failed')
    expect(told).toHaveLength(1)
  })

  test('of a void: the payment is read, and the operation is over', async () => {
    const booking = await authorized()
    const { paymentIntentId, id } = await paymentOf(rig, booking.id)
    await captureByHand(paymentIntentId)
    await inTransaction(rig.ctx(), (tx) => requestVoid(tx, rig.ctx(), booking.id))
    await rig.fault({ match: 'GET /v1/payment_intents/*', action: '500', times: 1 })
    await expect(settleVoid(rig.ctx(), rig.gateway, id)).rejects.toThrow(Trouble)
    await settleVoid(rig.ctx(), rig.gateway, id)
    expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'captured' })
    expect((await operationsOf(id)).find(({ kind }) => kind === 'void')).toMatchObject({ status: 'rejected' })
  })
})

test('a refund that was heard of while it was being refused stands as it was heard', async () => {
  const booking = await paid()
  const refund = await askFor(booking)
  const { paymentIntentId } = await paymentOf(rig, booking.id)
  const request = (await operationsOf(refund.id))[0]?.request as unknown as RefundRequest
  const refusing: PaymentGateway = {
    ...rig.gateway,
    refund: () => Promise.reject(new GatewayRejected('card_declined', 'No.')),
    listRefunds: async (intentId) => {
      const before = await rig.gateway.listRefunds(intentId)
      // Another worker's try is made, and heard of, between what we read and what we write.
      await rig.gateway.refund(request, randomUUID())
      await syncPayment(rig.ctx(), rig.gateway, booking.id)
      return before
    },
  }
  await settleRefund(rig.ctx(), refusing, refund.id)
  expect(await rig.gateway.listRefunds(paymentIntentId ?? '')).toHaveLength(1)
  expect(await paymentOf(rig, booking.id)).toMatchObject({
    refundedMinor: 5_500n,
    refundRequestedMinor: 5_500n,
  })
  await expectBalanced(rig)
})

test('two who look for a lost refund at once and find nothing make one', async () => {
  const booking = await paid()
  const refund = await askFor(booking)
  await unanswered(3, (gateway) => settleRefund(rig.ctx(), gateway, refund.id))
  await rig.pass({ seconds: 121 })
  const both = await Promise.allSettled([1, 2].map(() => settleRefund(rig.ctx(), rig.gateway, refund.id)))
  expect(both.map(({ status }) => status)).toContain('fulfilled')
  expect(await refundsAtStripe(booking)).toHaveLength(1)
})

test('F27 what is asked for every second under a key that answers a stored 500 gets another key all the same', async () => {
  const booking = await makeBooking(rig, provider)
  const keys = new Set<string>()
  const gateway: PaymentGateway = {
    ...rig.gateway,
    createCheckout: (request, key) =>
      keys.add(key).size === 1
        ? Promise.reject(new Trouble('payments', 'Stripe has stored a 500 under it'))
        : rig.gateway.createCheckout(request, key),
  }
  let page = null
  for (let second = 0; second < 240 && page === null; second += 1) {
    page = await open(booking, gateway).catch(() => null)
    await rig.pass({ seconds: 1 })
  }
  expect(page).not.toBeNull()
  expect(keys.size).toBe(2)
  expect(await pagesAtStripe(booking)).toEqual(['open'])
})

const paid = () => paidAndRead(rig, provider)

async function authorized(): Promise<MadeBooking> {
  const booking = await makeBooking(rig, provider)
  expect(await payWith(await checkOut(rig, booking, 'manual'), CARDS.succeeds)).toBe(303)
  await syncPayment(rig.ctx(), rig.gateway, booking.id)
  return booking
}

const cancelByHand = (intentId: string | null) => rig.gateway.void(intentId ?? '', randomUUID())
const captureByHand = (intentId: string | null) => rig.gateway.capture(intentId ?? '', randomUUID())

/** Half of it, so that Stripe would make it twice. */
async function askFor({ id: bookingId }: MadeBooking): Promise<Refund> {
  const asked = { bookingId, baseMinor: 5_000n, surchargeMinor: 500n, cause: 'cancellation' }
  const refund = await inTransaction(rig.ctx(), (tx) => requestRefund(tx, rig.ctx(), asked))
  assert(refund, 'a refund is asked for')
  return refund
}

async function open(booking: MadeBooking, gateway = rig.gateway, more: Partial<StartCheckout> = {}) {
  const ctx = rig.ctx()
  return startCheckout(ctx, gateway, await intend(booking, more))
}

function intend({ id: bookingId, figures }: MadeBooking, more: Partial<StartCheckout> = {}) {
  const ctx = rig.ctx()
  return inTransaction(ctx, (tx) =>
    intendCheckout(tx, ctx, {
      ...{ bookingId, currency: figures.currency, baseMinor: figures.baseMinor },
      ...{ surchargeMinor: figures.surchargeMinor, description: 'Deep tissue massage' },
      ...{ captureMethod: 'automatic', customerEmail: 'gale@example.com' },
      ...{ successUrl: 'https://app.test/confirmation', cancelUrl: 'https://app.test/checkout' },
      ...more,
    }),
  )
}

/** Tries of which nobody knows what became, and that were never made. */
async function unanswered(times: number, work: (gateway: PaymentGateway) => Promise<unknown>): Promise<void> {
  const lost = () => Promise.reject(new Trouble('payments', 'Stripe does not answer'))
  const gateway: PaymentGateway = { ...rig.gateway, refund: lost, createCheckout: lost }
  for (let tried = 0; tried < times; tried += 1) await expect(work(gateway)).rejects.toThrow(Error)
}

/** A gateway whose requests of one kind are on their way until `go`. */
function held(method: 'refund' | 'createCheckout'): { gateway: PaymentGateway; go: () => void } {
  const gate = Promise.withResolvers<undefined>()
  const { refund, createCheckout } = rig.gateway
  const slow = {
    refund: async (...asked: Parameters<typeof refund>) => {
      await gate.promise
      return refund(...asked)
    },
    createCheckout: async (...asked: Parameters<typeof createCheckout>) => {
      await gate.promise
      return createCheckout(...asked)
    },
  }
  return { gateway: { ...rig.gateway, [method]: slow[method] }, go: () => gate.resolve(undefined) }
}

async function operationsOf(subjectId: string) {
  return db
    .select()
    .from(stripeOperations)
    .where(eq(stripeOperations.subjectId, subjectId))
    .orderBy(stripeOperations.generation)
}

async function triedTimes(subjectId: string, times: number): Promise<void> {
  await expect
    .poll(async () => (await operationsOf(subjectId)).at(-1)?.attempts, { interval: 10 })
    .toBe(times)
}

async function refundsAtStripe(booking: MadeBooking) {
  const { paymentIntentId } = await paymentOf(rig, booking.id)
  return rig.gateway.listRefunds(paymentIntentId ?? '')
}

/** The status of each page that was ever made for a booking. */
async function pagesAtStripe(booking: MadeBooking): Promise<string[]> {
  const answer = await fetch(`${rig.stripeUrl}/v1/checkout/sessions?limit=100`, {
    headers: { authorization: `Bearer ${rig.config.STRIPE_SECRET_KEY}` },
  })
  const { data } = (await answer.json()) as { data: { client_reference_id: string; status: string }[] }
  return data
    .filter(({ client_reference_id: reference }) => reference === booking.id)
    .map(({ status }) => status)
}
