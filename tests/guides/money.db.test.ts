// The worked examples of docs/guides/money.md, held against what the product really writes.
import fs from 'node:fs'
import Stripe from 'stripe'
import { describe, expect, test } from 'vitest'
import type { BookingId } from '#src/kernel/ids.ts'
import { toDecimalString } from '#src/kernel/money.ts'
import { CHART } from '#src/modules/ledger/domain/accounts.ts'
import { listTransfersOfSubject, type TransferView } from '#src/modules/ledger/reads.ts'
import { requestRefund } from '#src/modules/payments/index.ts'
import { inTransaction } from '#src/platform/context.ts'
import { emit } from '#src/platform/outbox/emit.ts'
import { stableId } from '#src/platform/stable-id.ts'
import {
  CARDS,
  makeProvider,
  moneyRig,
  moveTo,
  openReadyAccount,
  paidBooking,
  paymentOf,
  type BookedProvider,
  type MadeBooking,
} from '#tests/support/money.ts'

const GUIDE = fs.readFileSync('docs/guides/money.md', 'utf8')

const rig = await moneyRig()
const { db } = rig.database
const accountId = await openReadyAccount(rig, crypto.randomUUID())
const provider = await makeProvider(rig, { id: accountId, ready: true })
const debtorAccountId = await openReadyAccount(rig, crypto.randomUUID())
const debtor = {
  ...(await makeProvider(rig, { id: debtorAccountId, ready: true })),
  accountId: debtorAccountId,
}

type Line = [kind: string, debit: string, credit: string, amount: string]

/** The rows of the table below a heading. */
function tableOf(heading: string): string[][] {
  const section = GUIDE.split(/^#+ /m).find((text) => text.startsWith(`${heading}\n`))
  expect(section, `the guide has a section "${heading}"`).toBeDefined()
  return [...(section ?? '').matchAll(/^\| `(.*) \|$/gm)].map(([, row = '']) =>
    `\`${row}`.split('|').map((cell) => cell.trim().replaceAll('`', '')),
  )
}

async function linesOf(subjectId: string): Promise<Line[]> {
  return (await listTransfersOfSubject(db, subjectId)).map(lineOf)
}

function lineOf({ kind, debitCode, creditCode, amountMinor, currency }: TransferView): Line {
  return [kind, debitCode, creditCode, toDecimalString({ amountMinor, currency })]
}

/** What every example begins with. */
const PAID = tableOf('A customer pays')

async function tell(type: string, bookingId: BookingId): Promise<void> {
  await inTransaction(rig.ctx(), (tx) =>
    emit(tx, { type, subjectId: bookingId, payload: { bookingId }, occurredAt: rig.ctx().now }),
  )
  await rig.runJobs()
}

async function refund({ id }: MadeBooking, baseMinor: bigint, surchargeMinor: bigint): Promise<void> {
  await inTransaction(rig.ctx(), (tx) =>
    requestRefund(tx, rig.ctx(), { bookingId: id, baseMinor, surchargeMinor, cause: 'cancellation' }),
  )
  await rig.runJobs()
}

async function payOut({ endsAt }: MadeBooking): Promise<void> {
  const ahead = endsAt.add({ hours: 7 * 24 }).since(rig.ctx().now)
  if (ahead.sign > 0) await rig.pass(ahead)
  await work()
}

async function work(): Promise<void> {
  while ((await rig.sweep('payouts.due')) > 0) await rig.runJobs()
}

async function paidOutBooking(of: BookedProvider): Promise<MadeBooking> {
  const booking = await paidBooking(rig, of)
  await moveTo(rig, booking.id, 'confirm', 'start', 'complete')
  await tell('booking.completed', booking.id)
  await payOut(booking)
  return booking
}

async function dispute({ id }: MadeBooking, verdict: 'win' | 'lose', lastLine: string): Promise<void> {
  const until = async (kind: string) => {
    await expect
      .poll(async () => {
        await rig.runJobs()
        return (await linesOf(id)).at(-1)?.[0]
      })
      .toBe(kind)
  }
  await rig.byHand((await paymentOf(rig, id)).chargeId ?? '', 'dispute')
  await until('dispute_fee')
  const [opened] = await rig.gateway.listDisputes((await paymentOf(rig, id)).paymentIntentId ?? '')
  await rig.byHand(opened?.id ?? '', verdict)
  await until(lastLine)
}

/** The lines that came after the payout's. */
async function afterPayout(booking: MadeBooking): Promise<Line[]> {
  return (await afterPaying(booking)).slice(tableOf('Escrow ends and the provider is paid').length)
}

/** Each heading of the guide, and what has to happen for its table. A new way is a new heading and a line here. */
const WAYS: Readonly<Record<string, () => Promise<Line[]>>> = {
  'A customer pays': async () => linesOf((await paidBooking(rig, provider)).id),
  'Escrow ends and the provider is paid': async () => {
    const booking = await paidBooking(rig, provider)
    await moveTo(rig, booking.id, 'confirm', 'start', 'complete')
    await tell('booking.completed', booking.id)
    await payOut(booking)
    return afterPaying(booking)
  },
  'Everything is given back': async () => {
    const booking = await paidBooking(rig, provider)
    await refund(booking, 10_000n, 1_000n)
    return afterPaying(booking)
  },
  'A part is given back': async () => {
    const booking = await paidBooking(rig, provider)
    await moveTo(rig, booking.id, 'confirm', 'cancel')
    await refund(booking, 5_000n, 500n)
    await tell('booking.cancelled', booking.id)
    await payOut(booking)
    return afterPaying(booking)
  },
  'A refund does not arrive': async () => {
    const booking = await paidBooking(rig, provider, CARDS.refundFails)
    await refund(booking, 5_000n, 500n)
    await rig.pass({ seconds: 10 })
    await expect
      .poll(async () => {
        await rig.runJobs()
        return (await linesOf(booking.id)).at(-1)?.[0]
      })
      .toBe('refund_failed')
    return afterPaying(booking)
  },
  'A refund after the provider was paid': async () => {
    const booking = await paidOutBooking(provider)
    await refund(booking, 5_000n, 500n)
    await work()
    return afterPayout(booking)
  },
  'The provider does not have it any more': async () => {
    const booking = await paidOutBooking(debtor)
    await rig.byHand(debtor.accountId, 'pay-out')
    await refund(booking, 10_000n, 1_000n)
    await work()
    return afterPayout(booking)
  },
  'The next payout of a provider who owes': async () => afterPaying(await paidOutBooking(debtor)),
  'A dispute is won': async () => {
    const booking = await paidBooking(rig, provider)
    await dispute(booking, 'win', 'dispute_reinstatement')
    return afterPaying(booking)
  },
  'A dispute is lost': async () => {
    const booking = await paidBooking(rig, provider)
    await dispute(booking, 'lose', 'dispute_loss')
    return afterPaying(booking)
  },
  'Stripe pays out to our bank': async () => {
    await rig.pass({ hours: 72 })
    const stripe = new Stripe('sk_test_money', {
      host: '127.0.0.1',
      port: new URL(rig.stripeUrl).port,
      protocol: 'http',
    })
    const { id } = await stripe.payouts.create({ amount: 1_234, currency: 'usd' })
    await rig.sweep('reconciliation.daily')
    await rig.runJobs()
    return linesOf(stableId('own_movement', id))
  },
}

/** The lines that came after those of the payment, which are always the same. */
async function afterPaying({ id }: MadeBooking): Promise<Line[]> {
  const lines = await linesOf(id)
  expect(lines.slice(0, PAID.length)).toEqual(PAID)
  return lines.slice(PAID.length)
}

describe('the worked example of the guide', () => {
  test.each(Object.entries(WAYS))('"%s" is what is written', async (heading, happen) => {
    expect(await happen()).toEqual(tableOf(heading))
  })
})

test('every example of the guide is checked', () => {
  const [, ways = ''] = GUIDE.split(/^## The ways money takes$/m)
  const headings = [...(ways.split(/^## /m)[0] ?? '').matchAll(/^### (.+)$/gm)].map(([, heading]) => heading)
  expect(headings).toEqual(Object.keys(WAYS))
})

test('the chart of accounts in the guide is the chart', () => {
  const chart = Object.entries(CHART).map(([code, { side, perProvider, holds }]) => [
    ...[code, side, perProvider ? 'yes' : '', holds],
  ])
  expect(tableOf('The accounts')).toEqual(chart)
})
