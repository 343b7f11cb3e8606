import { describe, expect, test } from 'vitest'
import { chargeStepOf } from '#src/kernel/charges.ts'
import type { BookingId } from '#src/kernel/ids.ts'
import { money, toDecimalString, type Currency } from '#src/kernel/money.ts'
import { refundParts } from '#src/modules/bookings/domain/cancellation.ts'
import { closeCheckout, readGivenBack } from '#src/modules/payments/index.ts'
import { settlementOf } from '#src/modules/payments/domain/fees.ts'
import {
  booksOf,
  checkOut,
  expectBalanced,
  makeBooking,
  makeProvider,
  moneyRig,
  moveTo,
  paidBooking,
  paymentOf,
} from '#tests/support/money.ts'
import { makePayableProvider, passTo, payoutOf, refund, tell, until } from '#tests/support/payouts.ts'

const rig = await moneyRig()
const { db } = rig.database
const NOTHING = { baseRefundedMinor: 0n, surchargeRefundedMinor: 0n }

// Of each kind: no decimals, three of which the last is 0, none but written with two at Stripe, two but whole at the bank,
// two but none at Stripe. Every price makes the shares round.
const PRICES: [Currency, bigint][] = [
  ['USD', 10_005n],
  ['JPY', 10_005n],
  ['KWD', 15_630n],
  ['ISK', 12_345n],
  ['UGX', 123_455n],
  ['HUF', 1_234_555n],
  ['TWD', 80_045n],
  ['MGA', 1_234_500n],
]

describe('a booking', () => {
  test.each(PRICES)(
    'F43 in %s at %s minor units is paid, given back in part, and paid out, and the books say what Stripe says',
    async (currency, baseMinor) => {
      const provider = await makePayableProvider(rig, currency)
      const booking = await paidBooking(rig, provider, undefined, baseMinor)
      const { figures } = booking
      const payment = await paymentOf(rig, booking.id)
      expect(payment).toMatchObject({ status: 'captured', currency, capturedMinor: figures.totalMinor })
      await expectBalanced(rig)

      const half = refundParts({ ...figures, refunded: NOTHING }, 50)
      await moveTo(rig, booking.id, 'confirm', 'cancel')
      await refund(rig, booking, half.baseRefundMinor, half.surchargeRefundMinor)
      const halfMinor = half.baseRefundMinor + half.surchargeRefundMinor
      await untilRefunded(booking.id, halfMinor)
      // And three steps more, by hand, which is an amount that nothing here would have asked for.
      const byHandMinor = 3n * chargeStepOf(currency)
      await rig.byHand(payment.chargeId ?? '', 'refund', toDecimalString(money(byHandMinor, currency)))
      await untilRefunded(booking.id, halfMinor + byHandMinor)
      await expectBalanced(rig)

      await tell(rig, 'booking.cancelled', booking.id)
      await passTo(rig, booking.endsAt.add({ hours: 8 * 24 }))

      const kept = settlementOf(figures, await readGivenBack(db, payment.id))
      expect(await payoutOf(rig, booking.id)).toMatchObject({
        status: 'paid',
        currency,
        amountMinor: kept.providerNetMinor,
      })
      expect((await rig.gateway.listTransfers(booking.id)).map(({ amountMinor }) => amountMinor)).toEqual([
        kept.providerNetMinor,
      ])
      expect(await booksOf(rig, booking.id)).toMatchObject({
        escrow: 0n,
        provider_payable: 0n,
        commission_revenue: kept.commissionMinor,
        surcharge_revenue: kept.surchargeMinor,
      })
      await expectBalanced(rig)
    },
  )
})

describe('a price that Stripe does not charge', () => {
  test.each<[string, Currency, bigint]>([
    ['too little', 'HUF', 5_500n],
    ['between two steps', 'KWD', 5_637n],
    ['more digits than there are', 'UGX', 1_000_000n],
  ])(
    '(%s) is refused at checkout as often as it is asked, charges nothing, and the slot is given back',
    async (_, currency, baseMinor) => {
      const provider = await makeProvider(rig, null, currency)
      const booking = await makeBooking(rig, provider, { baseMinor, guest: false })
      for (let attempt = 0; attempt < 2; attempt += 1)
        await expect(checkOut(rig, booking)).rejects.toMatchObject({ code: 'payment.rejected' })
      expect(await paymentOf(rig, booking.id)).toMatchObject({ status: 'unpaid', checkoutUrl: null })
      expect(await closeCheckout(rig.ctx(), rig.gateway, booking.id)).toBe('closed')
    },
  )
})

const untilRefunded = (bookingId: BookingId, amountMinor: bigint) =>
  until(rig, async () => (await paymentOf(rig, bookingId)).refundedMinor, amountMinor)
