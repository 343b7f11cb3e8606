// The worked examples of docs/guides/money.md, held against what the product really writes.
import fs from 'node:fs'
import Stripe from 'stripe'
import { describe, expect, test } from 'vitest'
import { toDecimalString } from '#src/kernel/money.ts'
import { CHART } from '#src/modules/ledger/domain/accounts.ts'
import { listTransfersOfSubject, type TransferView } from '#src/modules/ledger/reads.ts'
import { stableId } from '#src/platform/stable-id.ts'
import { CARDS, moneyRig, moveTo, paidBooking, type MadeBooking } from '#tests/support/money.ts'
import {
  dispute,
  makePayableProvider,
  paidOutBooking,
  passTo,
  refund,
  tell,
  until,
} from '#tests/support/payouts.ts'

const GUIDE = fs.readFileSync('docs/guides/money.md', 'utf8')

const rig = await moneyRig()
const { db } = rig.database
const provider = await makePayableProvider(rig)
const debtor = await makePayableProvider(rig)

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

/** Until the ledger's last line is of this kind. */
const untilLast = (booking: MadeBooking, kind: string) =>
  until(rig, async () => (await linesOf(booking.id)).at(-1)?.[0], kind)

async function decided(verdict: 'win' | 'lose', lastLine: string): Promise<Line[]> {
  const booking = await paidBooking(rig, provider)
  await rig.byHand(await dispute(rig, booking), verdict)
  await untilLast(booking, lastLine)
  return afterPaying(booking)
}

/** The lines that came after the payout's. */
async function afterPayout(booking: MadeBooking): Promise<Line[]> {
  return (await afterPaying(booking)).slice(tableOf('Escrow ends and the provider is paid').length)
}

/** Each heading of the guide, and what has to happen for its table. A new way is a new heading and a line here. */
const WAYS: Readonly<Record<string, () => Promise<Line[]>>> = {
  'A customer pays': async () => linesOf((await paidBooking(rig, provider)).id),
  'Escrow ends and the provider is paid': async () => afterPaying(await paidOutBooking(rig, provider)),
  'Everything is given back': async () => {
    const booking = await paidBooking(rig, provider)
    await refund(rig, booking, 10_000n, 1_000n)
    return afterPaying(booking)
  },
  'A part is given back': async () => {
    const booking = await paidBooking(rig, provider)
    await moveTo(rig, booking.id, 'confirm', 'cancel')
    await refund(rig, booking, 5_000n, 500n)
    await tell(rig, 'booking.cancelled', booking.id)
    await passTo(rig, booking.endsAt.add({ hours: 7 * 24 }))
    return afterPaying(booking)
  },
  'A refund does not arrive': async () => {
    const booking = await paidBooking(rig, provider, CARDS.refundFails)
    await refund(rig, booking, 5_000n, 500n)
    await rig.pass({ seconds: 10 })
    await untilLast(booking, 'refund_failed')
    return afterPaying(booking)
  },
  'A refund after the provider was paid': async () => {
    const booking = await paidOutBooking(rig, provider)
    await refund(rig, booking, 5_000n, 500n)
    return afterPayout(booking)
  },
  'The provider does not have it any more': async () => {
    const booking = await paidOutBooking(rig, debtor)
    await rig.byHand(debtor.accountId, 'pay-out')
    await refund(rig, booking, 10_000n, 1_000n)
    return afterPayout(booking)
  },
  'The next payout of a provider who owes': async () => afterPaying(await paidOutBooking(rig, debtor)),
  'A dispute is won': () => decided('win', 'dispute_reinstatement'),
  'A dispute is lost': () => decided('lose', 'dispute_loss'),
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
