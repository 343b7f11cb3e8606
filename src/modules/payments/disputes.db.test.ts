// What a dispute does where its news is late, partial or missing. The usual ways of one: payouts/after-payout.db.test.ts.
import { expect, test } from 'vitest'
import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import {
  CARDS,
  checkOut,
  eventsAbout,
  makeBooking,
  makeProvider,
  moneyRig,
  paymentOf,
  payWith,
  type MadeBooking,
} from '#tests/support/money.ts'
import { syncPayment } from './sync-payment.ts'

const rig = await moneyRig({ deliver: false })
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

async function paid(): Promise<MadeBooking> {
  const booking = await makeBooking(rig, provider)
  expect(await payWith(await checkOut(rig, booking), CARDS.succeeds)).toBe(303)
  await syncPayment(rig.ctx(), rig.gateway, booking.id)
  return booking
}

async function disputeOf(booking: MadeBooking): Promise<string> {
  const { paymentIntentId } = await paymentOf(rig, booking.id)
  return (await rig.gateway.listDisputes(paymentIntentId ?? ''))[0]?.id ?? ''
}
