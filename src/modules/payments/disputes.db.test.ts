// What a dispute does where its news is late, partial or missing. The usual ways of one: payouts/after-payout.db.test.ts.
import { eq, sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  GatewayRejected,
  type DisputeEvidence,
  type PaymentGateway,
} from '#src/integrations/payment-gateway/port.ts'
import { assert } from '#src/kernel/assert.ts'
import type { DisputeId, RefundId, UserId } from '#src/kernel/ids.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { Trouble } from '#src/platform/errors.ts'
import {
  booksOf,
  eventsAbout,
  expectBalanced,
  makeProvider,
  moneyRig,
  paidAndRead,
  paymentOf,
  type MadeBooking,
} from '#tests/support/money.ts'
import { countOpenFailedRefunds } from './queries.ts'
import { requestRefund } from './request-refund.ts'
import { settleRefund } from './settle-refund.ts'
import { submitEvidence } from './submit-evidence.ts'
import { syncPayment } from './sync-payment.ts'
import { disputes, refunds } from './tables.ts'

const rig = await moneyRig({ deliver: false })
const { db } = rig.database
const provider = await makeProvider(rig)

test('an inquiry of which no charge tells is looked at until it is closed', async () => {
  const booking = await paid()
  const { chargeId } = await paymentOf(rig, booking.id)
  await rig.byHand(chargeId ?? '', 'inquire')
  await syncPayment(rig.ctx(), rig.gateway, booking.id)
  const quiet: PaymentGateway = {
    ...rig.gateway,
    readPayment: async (intentId) => {
      const seen = await rig.gateway.readPayment(intentId)
      return { ...seen, charge: seen.charge && { ...seen.charge, disputed: false } }
    },
  }
  for (let look = 0; look < 2; look += 1) {
    await rig.pass({ hours: 13 })
    await syncPayment(rig.ctx(), quiet, booking.id)
    const { status, syncDueAt } = await paymentOf(rig, booking.id)
    expect({ status, again: syncDueAt !== null }).toEqual({ status: 'disputed', again: true })
  }
  await rig.byHand(await disputeOf(booking), 'close')
  await syncPayment(rig.ctx(), quiet, booking.id)
  expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'captured' })
  expect(await eventsAbout(rig, booking.id)).toEqual([
    'payment.captured',
    'payment.disputed',
    'payment.dispute_closed',
  ])
})

/** A refund that is reserved and not yet asked for. */
async function promise(booking: MadeBooking, baseMinor: bigint, surchargeMinor: bigint): Promise<RefundId> {
  const asked = { bookingId: booking.id, baseMinor, surchargeMinor, cause: randomUUID() }
  const refund = await inTransaction(rig.ctx(), (tx) => requestRefund(tx, rig.ctx(), asked))
  assert(refund, 'money that was taken can be promised')
  return refund.id
}

describe('a loss that is read before its withdrawal', () => {
  /** Reads the verdict, and not yet what it took. */
  const early: PaymentGateway = {
    ...rig.gateway,
    listDisputes: async (intentId) =>
      (await rig.gateway.listDisputes(intentId)).map((dispute) => ({ ...dispute, entries: [] })),
  }

  async function lost(booking: MadeBooking): Promise<void> {
    const { chargeId } = await paymentOf(rig, booking.id)
    await rig.byHand(chargeId ?? '', 'dispute')
    await rig.byHand(await disputeOf(booking), 'lose')
    await syncPayment(rig.ctx(), early, booking.id)
    expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'dispute_lost' })
    expect(await booksOf(rig, booking.id)).not.toHaveProperty('disputed_funds')
    for (let look = 0; look < 3; look += 1) await syncPayment(rig.ctx(), rig.gateway, booking.id)
  }

  const closings = async (booking: MadeBooking) =>
    (await eventsAbout(rig, booking.id)).filter((type) => type === 'payment.dispute_closed')

  test('is borne once it is known, and told to who was paid meanwhile', async () => {
    const booking = await paid()
    await lost(booking)
    expect(await booksOf(rig, booking.id)).toMatchObject({ escrow: 0n, disputed_funds: 0n })
    const [dispute] = await db.select().from(disputes).where(eq(disputes.bookingId, booking.id))
    expect(dispute).toMatchObject({ status: 'lost', basePartMinor: 10_000n, surchargePartMinor: 1_000n })
    expect(await closings(booking)).toHaveLength(2)
    await expectBalanced(rig)
  })

  test('F39 is borne whole by the booking though a refund was promised meanwhile: that is not given back as well', async () => {
    const booking = await paid()
    const { chargeId } = await paymentOf(rig, booking.id)
    await rig.byHand(chargeId ?? '', 'dispute')
    await syncPayment(rig.ctx(), rig.gateway, booking.id)
    const refundId = await promise(booking, 10_000n, 1_000n)
    await rig.byHand(await disputeOf(booking), 'lose')
    await syncPayment(rig.ctx(), early, booking.id)
    await settleRefund(rig.ctx(), rig.gateway, refundId) // its job was still under way
    await syncPayment(rig.ctx(), rig.gateway, booking.id)
    expect(await booksOf(rig, booking.id)).toMatchObject({ escrow: 0n, disputed_funds: 0n })
    expect(await booksOf(rig, booking.id)).not.toHaveProperty('losses')
    expect(await paymentOf(rig, booking.id)).toMatchObject({ refundRequestedMinor: 0n, refundedMinor: 0n })
    await expectBalanced(rig)
  })

  test('F39 is not borne before it is known whether a refund was made whose answer did not come', async () => {
    const booking = await paid()
    const refundId = await promise(booking, 10_000n, 1_000n)
    const silent: PaymentGateway = {
      ...rig.gateway,
      refund: () => Promise.reject(new Trouble('payments', 'no answer')),
    }
    await expect(settleRefund(rig.ctx(), silent, refundId)).rejects.toThrow('no answer')
    const { chargeId } = await paymentOf(rig, booking.id)
    await rig.byHand(chargeId ?? '', 'dispute')
    await rig.byHand(await disputeOf(booking), 'lose')
    await syncPayment(rig.ctx(), rig.gateway, booking.id)
    const soon = rig.ctx().now.add({ minutes: 6 }).toString()
    const waiting = await paymentOf(rig, booking.id)
    expect(waiting).toMatchObject({ status: 'dispute_lost', refundRequestedMinor: 11_000n })
    expect((waiting.syncDueAt?.toString() ?? 'never') < soon).toBe(true)
    expect(await booksOf(rig, booking.id)).toMatchObject({ escrow: 11_000n, disputed_funds: 11_000n })
    await expectBalanced(rig)

    await settleRefund(rig.ctx(), rig.gateway, refundId) // Stripe says that the bank has the money
    expect(await booksOf(rig, booking.id)).toMatchObject({ escrow: 0n, disputed_funds: 0n })
    expect(await booksOf(rig, booking.id)).not.toHaveProperty('losses')
    expect(await paymentOf(rig, booking.id)).toMatchObject({ refundRequestedMinor: 0n, syncDueAt: null })
    expect(await eventsAbout(rig, booking.id)).not.toContain('payment.refund_failed')
    await expectBalanced(rig)
  })

  test('is borne once by the platform where all was given back before', async () => {
    const booking = await paid()
    const refundId = await promise(booking, 10_000n, 1_000n)
    await settleRefund(rig.ctx(), rig.gateway, refundId)
    await lost(booking)
    expect(await booksOf(rig, booking.id)).toMatchObject({ escrow: 0n, disputed_funds: 0n, losses: 11_000n })
    expect(await closings(booking)).toHaveLength(2)
    await expectBalanced(rig)
  })
})

test('F39 a refund that was refused for a dispute that was won in that moment stays asked for, and is made', async () => {
  const booking = await paid()
  const refundId = await promise(booking, 5_000n, 500n)
  const { chargeId } = await paymentOf(rig, booking.id)
  await rig.byHand(chargeId ?? '', 'dispute')
  const late: PaymentGateway = {
    ...rig.gateway,
    refund: async (request, key) => {
      const answer = await rig.gateway.refund(request, key).catch((error: unknown) => error)
      await rig.byHand(await disputeOf(booking), 'win')
      await syncPayment(rig.ctx(), rig.gateway, booking.id) // the verdict finds nothing that waits yet
      throw answer
    },
  }
  await settleRefund(rig.ctx(), late, refundId)
  expect(await eventsAbout(rig, booking.id)).not.toContain('payment.refund_failed')
  expect(await paymentOf(rig, booking.id)).toMatchObject({ refundRequestedMinor: 5_500n })
  await settleRefund(rig.ctx(), rig.gateway, refundId)
  expect(await paymentOf(rig, booking.id)).toMatchObject({ refundedMinor: 5_500n })
  await expectBalanced(rig)
})

describe('F39 a loss of a part of the money', () => {
  async function disputed(amount: string): Promise<MadeBooking> {
    const booking = await paid()
    const { chargeId } = await paymentOf(rig, booking.id)
    await rig.byHand(chargeId ?? '', 'dispute', amount)
    await syncPayment(rig.ctx(), rig.gateway, booking.id)
    return booking
  }
  async function lose(booking: MadeBooking): Promise<void> {
    await rig.byHand(await disputeOf(booking), 'lose')
    await syncPayment(rig.ctx(), rig.gateway, booking.id)
  }
  const refundsOf = async ({ id }: MadeBooking) =>
    (
      await db
        .select({ status: refunds.status, amount: refunds.amountMinor, givenBy: refunds.givenByDisputeId })
        .from(refunds)
        .where(eq(refunds.bookingId, id))
        .orderBy(sql`given_by_dispute_id nulls last`, refunds.amountMinor)
    ).map(({ givenBy, ...refund }) => ({ ...refund, byBank: givenBy !== null }))

  test('leaves a rest of all that waited, which is asked for once', async () => {
    const booking = await disputed('60')
    await promise(booking, 4_000n, 0n)
    await promise(booking, 4_000n, 0n)
    await lose(booking)
    await syncPayment(rig.ctx(), rig.gateway, booking.id)
    expect(await refundsOf(booking)).toEqual([
      { status: 'failed', amount: 4_000n, byBank: true },
      { status: 'failed', amount: 4_000n, byBank: true },
      { status: 'requested', amount: 2_000n, byBank: false },
    ])
    expect(await paymentOf(rig, booking.id)).toMatchObject({ refundRequestedMinor: 2_000n })
    await expectBalanced(rig)
  })

  test('leaves no rest of what waited for less', async () => {
    const booking = await disputed('60')
    await promise(booking, 3_000n, 300n)
    await lose(booking)
    expect(await refundsOf(booking)).toEqual([{ status: 'failed', amount: 3_300n, byBank: true }])
  })

  test('leaves a refund that was refused for it to whoever has sent it again meanwhile', async () => {
    const booking = await disputed('80')
    await lose(booking)
    const refundId = await promise(booking, 2_727n, 273n)
    const sentMeanwhile: PaymentGateway = {
      ...rig.gateway,
      listRefunds: async (intentId) => {
        await db.execute(sql`
          update stripe_operations set attempts = 1 where subject_id = ${refundId} and status = 'intended'`)
        return rig.gateway.listRefunds(intentId)
      },
    }
    await settleRefund(rig.ctx(), sentMeanwhile, refundId)
    expect(await refundsOf(booking)).toEqual([{ status: 'requested', amount: 3_000n, byBank: false }])
    expect(await eventsAbout(rig, booking.id)).not.toContain('payment.refund_failed')
  })

  test('does not swallow a refund that is asked for after it: that is refused, told, and waits for a person', async () => {
    const booking = await disputed('80')
    await lose(booking)
    const refundId = await promise(booking, 2_727n, 273n)
    await settleRefund(rig.ctx(), rig.gateway, refundId)
    expect(await refundsOf(booking)).toEqual([{ status: 'failed', amount: 3_000n, byBank: false }])
    expect(await eventsAbout(rig, booking.id)).toContain('payment.refund_failed')
    expect(await countOpenFailedRefunds(db, (await paymentOf(rig, booking.id)).id)).toBe(1)
    await expectBalanced(rig)
  })
})

describe('evidence of which no answer came', () => {
  const operator = (): Ctx => ({
    ...rig.ctx(),
    actor: { kind: 'user', userId: randomUUID() as UserId, operatorRole: 'finance', providerIds: [] },
  })
  const says = (refusal: string, history = 'Booked, paid, done.'): DisputeEvidence => ({
    ...{ customerName: 'Gale Guest', customerEmail: 'gale@example.com', service: 'Massage' },
    ...{ serviceDate: '2027-01-01', policy: 'flexible', policyDisclosure: 'Shown.', history, refusal },
  })

  async function disputed() {
    const booking = await paid()
    const { chargeId } = await paymentOf(rig, booking.id)
    await rig.byHand(chargeId ?? '', 'dispute')
    await syncPayment(rig.ctx(), rig.gateway, booking.id)
    const [dispute] = await db.select().from(disputes).where(eq(disputes.bookingId, booking.id))
    assert(dispute, 'the booking is disputed')
    return dispute
  }
  /** The gateway, what reached it, and whether it answers. */
  function listening(answers: 'always' | 'after the bank has it' | 'never') {
    const heard: (string | null)[] = []
    const gateway: PaymentGateway = {
      ...rig.gateway,
      submitEvidence: async (id, evidence, key) => {
        if (answers === 'never') throw new Trouble('payments', 'no answer')
        const handed = await rig.gateway.submitEvidence(id, evidence, key)
        heard.push(evidence.refusal)
        if (answers === 'after the bank has it') throw new Trouble('payments', 'no answer')
        return handed
      },
    }
    return { gateway, heard }
  }
  const handIn = (gateway: PaymentGateway, disputeId: DisputeId, evidence: DisputeEvidence) =>
    submitEvidence(operator(), gateway, { disputeId, evidence })

  test('may still be on its way: other words wait, and then take its place', async () => {
    const { id } = await disputed()
    await expect(handIn(listening('never').gateway, id, says('He wsa there.'))).rejects.toMatchObject({
      code: 'payment.unavailable',
    })
    const { gateway, heard } = listening('always')
    await expect(handIn(gateway, id, says('He was there.'))).rejects.toMatchObject({
      code: 'request.in_progress',
    })
    await rig.pass({ seconds: 121 })
    expect((await handIn(gateway, id, says('He was there.'))).evidenceSubmittedAt).not.toBeNull()
    expect(heard).toEqual(['He was there.'])
  })

  test('and is with the bank: other words are refused, and what was handed in is known', async () => {
    const { id } = await disputed()
    const before = listening('after the bank has it')
    await expect(handIn(before.gateway, id, says('He wsa there.'))).rejects.toMatchObject({
      code: 'payment.unavailable',
    })
    await rig.pass({ seconds: 121 })
    const { gateway, heard } = listening('always')
    await expect(handIn(gateway, id, says('He was there.'))).rejects.toMatchObject({
      code: 'dispute.wrong_state',
    })
    expect(heard).toEqual([])
    const [dispute] = await db.select().from(disputes).where(eq(disputes.id, id))
    expect(dispute?.evidenceSubmittedAt).not.toBeNull()
  })

  test('in the same words is the same hand-in, though more has happened since', async () => {
    const { id } = await disputed()
    await expect(handIn(listening('never').gateway, id, says('He was there.'))).rejects.toMatchObject({
      code: 'payment.unavailable',
    })
    const { gateway, heard } = listening('always')
    await handIn(gateway, id, says('He was there.', 'Booked, paid, done, mailed.'))
    expect(heard).toEqual(['He was there.'])
  })

  test('but a no says what the gateway said', async () => {
    const { id } = await disputed()
    const gateway: PaymentGateway = {
      ...rig.gateway,
      submitEvidence: () =>
        Promise.reject(new GatewayRejected('evidence_too_long', 'At most 150,000 characters.')),
    }
    await expect(handIn(gateway, id, says('He was there.'))).rejects.toMatchObject({
      code: 'dispute.wrong_state',
      facts: { gatewayCode: 'evidence_too_long', gatewaySaid: 'At most 150,000 characters.' },
    })
    expect((await handIn(rig.gateway, id, says('There.'))).evidenceSubmittedAt).not.toBeNull()
  })
})

const paid = () => paidAndRead(rig, provider)

async function disputeOf(booking: MadeBooking): Promise<string> {
  const { paymentIntentId } = await paymentOf(rig, booking.id)
  return (await rig.gateway.listDisputes(paymentIntentId ?? ''))[0]?.id ?? ''
}
