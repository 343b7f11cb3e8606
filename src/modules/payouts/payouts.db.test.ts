import { describe, expect, test, afterEach } from 'vitest'
import { randomUUID } from 'node:crypto'
import type { Actor } from '#src/kernel/actor.ts'
import type { BookingId, PayoutId, ProviderId, UserId } from '#src/kernel/ids.ts'
import type { Ctx } from '#src/platform/context.ts'
import {
  booksOf,
  eventsAbout,
  expectBalanced,
  finishOnboarding,
  makeProvider,
  moneyRig,
  moveTo,
  paidBooking,
} from '#tests/support/money.ts'
import {
  completedBooking,
  dispute,
  makePayableProvider,
  passTo,
  payoutOf,
  refund,
  tell,
  until,
  work,
} from '#tests/support/payouts.ts'
import { createPayoutOnboarding } from './open-payout-account.ts'
import { payProvider } from './pay-provider.ts'
import { getEarnings } from './reads.ts'
import { retryPayout } from './retry-payout.ts'
import { schedulePayout } from './schedule-payout.ts'

const rig = await moneyRig()
const { owner } = rig.database
afterEach(() => rig.clearFaults())

const FEE = 349n

async function transfersTo(bookingId: BookingId): Promise<bigint[]> {
  return (await rig.gateway.listTransfers(bookingId)).map(({ amountMinor }) => amountMinor)
}

describe('a payout', () => {
  test('is made once escrow is over, not a minute before, and leaves nothing in escrow', async () => {
    const provider = await makePayableProvider(rig)
    const booking = await completedBooking(rig, provider)
    const payout = await payoutOf(rig, booking.id)
    const dueAt = booking.endsAt.add({ hours: 7 * 24 })
    expect(payout).toMatchObject({ status: 'scheduled', amountMinor: 9_000n, currency: 'USD' })
    expect(payout?.dueAt.equals(dueAt)).toBe(true)

    await passTo(rig, dueAt.subtract({ minutes: 1 }))
    expect(await transfersTo(booking.id)).toEqual([])
    await passTo(rig, dueAt)
    expect(await transfersTo(booking.id)).toEqual([9_000n])
    expect(await payoutOf(rig, booking.id)).toMatchObject({
      status: 'paid',
      attemptDueAt: null,
      failureReason: null,
    })
    expect(await eventsAbout(rig, payout?.id ?? '')).toEqual(['payout.paid'])
    expect(await booksOf(rig, booking.id)).toEqual({
      escrow: 0n,
      provider_payable: 0n,
      commission_revenue: 1_000n,
      surcharge_revenue: 1_000n,
      processing_fees: FEE,
      stripe_balance: 2_000n - FEE,
    })
    await expectBalanced(rig)
  })

  test('F41 tried by sixteen workers at once is one transfer', async () => {
    const booking = await completedBooking(rig, await makePayableProvider(rig))
    await rig.pass({ hours: 24 * 60 })
    const { id } = (await payoutOf(rig, booking.id)) ?? { id: '' as PayoutId }
    await Promise.allSettled(Array.from({ length: 16 }, () => payProvider(rig.ctx(), rig.gateway, id)))
    await payProvider(rig.ctx(), rig.gateway, id)
    expect(await transfersTo(booking.id)).toEqual([9_000n])
    expect(await payoutOf(rig, booking.id)).toMatchObject({ status: 'paid' })
    expect(await eventsAbout(rig, id)).toEqual(['payout.paid'])
    await expectBalanced(rig)
  })

  test('F41 whose answer is lost is one transfer', async () => {
    const booking = await completedBooking(rig, await makePayableProvider(rig))
    await rig.fault({ match: 'POST /v1/transfers', action: 'drop-after-commit', times: 2 })
    await rig.pass({ hours: 24 * 60 })
    await work(rig)
    expect(await payoutOf(rig, booking.id)).toMatchObject({ status: 'scheduled' })
    await rig.retryJobs()
    expect(await transfersTo(booking.id)).toEqual([9_000n])
    expect(await payoutOf(rig, booking.id)).toMatchObject({ status: 'paid' })
    await expectBalanced(rig)
  })

  test('F28 whose answer is lost for two days is found, though its key is forgotten', async () => {
    const booking = await completedBooking(rig, await makePayableProvider(rig))
    await rig.fault({ match: 'POST /v1/transfers', action: 'drop-after-commit', times: 2 })
    await rig.pass({ hours: 24 * 60 })
    await work(rig)
    await rig.pass({ hours: 49 })
    await work(rig)
    expect(await transfersTo(booking.id)).toEqual([9_000n])
    expect(await payoutOf(rig, booking.id)).toMatchObject({ status: 'paid' })
    await expectBalanced(rig)
  })

  test('F36 follows what a cancellation leaves to the provider', async () => {
    const provider = await makePayableProvider(rig)
    const booking = await paidBooking(rig, provider)
    await moveTo(rig, booking.id, 'confirm', 'cancel')
    await refund(rig, booking, 5_000n, 500n)
    await tell(rig, 'booking.cancelled', booking.id)
    expect(await payoutOf(rig, booking.id)).toMatchObject({ amountMinor: 4_500n })
    await passTo(rig, booking.endsAt.add({ hours: 7 * 24 }))
    expect(await transfersTo(booking.id)).toEqual([4_500n])
    expect(await booksOf(rig, booking.id)).toMatchObject({
      escrow: 0n,
      commission_revenue: 500n,
      surcharge_revenue: 500n,
    })
    await expectBalanced(rig)
  })

  test('is none when everything was given back', async () => {
    const provider = await makePayableProvider(rig)
    const booking = await paidBooking(rig, provider)
    await moveTo(rig, booking.id, 'confirm')
    await refund(rig, booking, 10_000n, 1_000n)
    await moveTo(rig, booking.id, 'cancel')
    await tell(rig, 'booking.cancelled', booking.id)
    expect(await payoutOf(rig, booking.id)).toBeUndefined()
    expect(await booksOf(rig, booking.id)).toMatchObject({ escrow: 0n })
    await expectBalanced(rig)
  })

  test('F40 refused by Stripe is tried after 1 h, 6 h and 24 h, then left to an operator, who can have it tried again', async () => {
    const provider = await makePayableProvider(rig)
    const booking = await completedBooking(rig, provider)
    // Restricted at Stripe, and we have not heard of it.
    await rig.fault({ match: 'event:*', action: 'drop-before' })
    await rig.byHand(provider.accountId, 'restrict')
    await passTo(rig, booking.endsAt.add({ hours: 24 * 60 }))
    for (const [attempts, hours] of [
      [1, 1],
      [2, 6],
      [3, 24],
    ] as const) {
      const payout = await payoutOf(rig, booking.id)
      expect(payout).toMatchObject({ status: 'scheduled', attempts })
      expect(payout?.attemptDueAt?.since(rig.ctx().now).total('minutes')).toBeCloseTo(hours * 60, 0)
      await passTo(rig, rig.ctx().now.add({ hours, seconds: 1 }))
    }
    const given = await payoutOf(rig, booking.id)
    expect(given).toMatchObject({ status: 'failed', attempts: 4, attemptDueAt: null })
    expect(given?.failureReason).toBeTruthy()
    expect(await eventsAbout(rig, given?.id ?? '')).toEqual(['payout.failed'])

    await rig.byHand(provider.accountId, 'restore')
    const payoutId = given?.id as PayoutId
    await expect(
      retryPayout(as(member(provider.providerId)), { payoutId, reason: 'mine' }),
    ).rejects.toMatchObject({ code: 'auth.not_allowed' })
    await retryPayout(as(operator), { payoutId, reason: 'the account is fine again' })
    await work(rig)
    expect(await payoutOf(rig, booking.id)).toMatchObject({ status: 'paid' })
    await expect(retryPayout(as(operator), { payoutId, reason: 'again' })).rejects.toMatchObject({
      code: 'payout.wrong_state',
    })
    await expectBalanced(rig)
  })

  test('F40 of a provider without an account waits for it, and goes out when it is there', async () => {
    const provider = await makeProvider(rig)
    const booking = await completedBooking(rig, provider)
    await passTo(rig, booking.endsAt.add({ hours: 24 * 60 }))
    expect(await payoutOf(rig, booking.id)).toMatchObject({ status: 'scheduled', attempts: 1 })

    const { url } = await createPayoutOnboarding(
      as(member(provider.providerId)),
      rig.gateway,
      provider.providerId,
    )
    expect(url).toContain('/connect/onboarding/')
    const again = await createPayoutOnboarding(
      as(member(provider.providerId)),
      rig.gateway,
      provider.providerId,
    )
    expect(again.url).not.toBe(url)
    const accounts = await openedAccounts(provider.providerId)
    expect(accounts).toHaveLength(1)
    await finishOnboarding(rig, accounts[0] ?? '')
    await rig.delivered('account.updated')
    await until(rig, async () => (await payoutOf(rig, booking.id))?.status, 'paid')
    await expectBalanced(rig)
  })

  test('F39 is frozen by a dispute, and released when it is won', async () => {
    const provider = await makePayableProvider(rig)
    const booking = await completedBooking(rig, provider)
    await passTo(rig, booking.endsAt.add({ hours: 6 * 24 }))
    const disputeId = await dispute(rig, booking)
    await until(rig, async () => (await payoutOf(rig, booking.id))?.attemptDueAt, null)
    await passTo(rig, booking.endsAt.add({ hours: 8 * 24 }))
    expect(await transfersTo(booking.id)).toEqual([])

    await rig.byHand(disputeId, 'win')
    await until(rig, async () => (await payoutOf(rig, booking.id))?.status, 'paid')
    expect(await transfersTo(booking.id)).toEqual([9_000n])
  })

  test('schedules nothing for a booking that is still to come, and takes a second telling calmly', async () => {
    const booking = await paidBooking(rig, await makePayableProvider(rig))
    await schedulePayout(rig.ctx(), booking.id)
    expect(await payoutOf(rig, booking.id)).toBeUndefined()
    await moveTo(rig, booking.id, 'confirm', 'start', 'complete')
    await schedulePayout(rig.ctx(), booking.id)
    await schedulePayout(rig.ctx(), booking.id)
    expect(await payoutOf(rig, booking.id)).toMatchObject({ status: 'scheduled', amountMinor: 9_000n })
  })
})

describe('earnings', () => {
  test('are held, then due, then paid, with a promised date for each booking', async () => {
    const provider = await makePayableProvider(rig)
    const ctx = () => as(member(provider.providerId))
    const coming = await paidBooking(rig, provider)
    await moveTo(rig, coming.id, 'confirm')
    const given = await completedBooking(rig, provider)
    const amount = (amountMinor: number) => ({ amountMinor, currency: 'USD' })

    const before = await getEarnings(ctx(), provider.providerId)
    expect(before).toMatchObject({
      held: amount(18_000),
      due: amount(0),
      paid: amount(0),
      payoutAccountReady: true,
    })
    expect(
      before.lines.items.map(({ bookingId, status, net, dueAt }) => ({ bookingId, status, net, dueAt })),
    ).toEqual(
      [given, coming].map(({ id, endsAt }) => ({
        bookingId: id,
        status: 'held',
        net: amount(9_000),
        dueAt: endsAt.add({ hours: 7 * 24 }).toString(),
      })),
    )
    expect(before.nextDueAt).toBe(coming.endsAt.add({ hours: 7 * 24 }).toString())

    await rig.pass(given.endsAt.add({ hours: 8 * 24 }).since(rig.ctx().now))
    expect(await getEarnings(ctx(), provider.providerId)).toMatchObject({
      held: amount(9_000),
      due: amount(9_000),
    })
    await work(rig)
    expect(await getEarnings(ctx(), provider.providerId)).toMatchObject({
      held: amount(9_000),
      due: amount(0),
      paid: amount(9_000),
    })
  })

  test('come in pages', async () => {
    const provider = await makePayableProvider(rig)
    for (let count = 0; count < 3; count += 1)
      await moveTo(rig, (await paidBooking(rig, provider)).id, 'confirm')
    const ctx = as(member(provider.providerId))
    const first = await getEarnings(ctx, provider.providerId, { limit: 2 })
    const second = await getEarnings(ctx, provider.providerId, {
      limit: 2,
      after: first.lines.next ?? undefined,
    })
    expect([first.lines.items.length, second.lines.items.length, second.lines.next]).toEqual([2, 1, null])
    expect(
      new Set([...first.lines.items, ...second.lines.items].map(({ bookingId }) => bookingId)).size,
    ).toBe(3)
  })

  test("are nobody else's to see", async () => {
    const provider = await makePayableProvider(rig)
    await expect(getEarnings(as(member(randomUUID())), provider.providerId)).rejects.toMatchObject({
      code: 'provider.not_found',
    })
    await expect(getEarnings(as({ kind: 'anonymous' }), provider.providerId)).rejects.toMatchObject({
      code: 'provider.not_found',
    })
    expect(await getEarnings(as(operator), provider.providerId)).toMatchObject({ currency: 'USD' })
  })
})

const operator: Actor = {
  kind: 'user',
  userId: randomUUID() as UserId,
  operatorRole: 'finance',
  providerIds: [],
}

function member(providerId: string): Actor {
  return {
    kind: 'user',
    userId: randomUUID() as UserId,
    operatorRole: null,
    providerIds: [providerId as ProviderId],
  }
}

function as(actor: Actor): Ctx {
  return { ...rig.ctx(), actor }
}

async function openedAccounts(providerId: string): Promise<string[]> {
  const { rows } = await owner.execute<{ result_id: string }>(
    `select result_id from stripe_operations where kind = 'payout_account' and subject_id = '${providerId}' and status = 'succeeded'`,
  )
  return rows.map(({ result_id: id }) => id)
}
