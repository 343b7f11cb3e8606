// Our own balance at Stripe does not suffice for what providers are owed. A transfer that names its charge is not refused by
// the sandbox for that; so somebody stands between, who has a purse and answers as Stripe does when it is empty.
import { eq, sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { getOperatorHome } from '#src/modules/operator/reads.ts'
import { schedulePayout } from '#src/modules/payouts/schedule-payout.ts'
import { payouts } from '#src/modules/payouts/tables.ts'
import {
  booksOf,
  expectBalanced,
  makeProvider,
  moneyRig,
  moveTo,
  openReadyAccount,
  paidBooking,
  type MadeBooking,
} from '#tests/support/money.ts'

let purseMinor = 0
const refused: string[] = []

async function purse(stripeUrl: string): Promise<string> {
  const server = http.createServer((request, response) => void answer(stripeUrl, request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  afterAll(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function answer(
  stripeUrl: string,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const body = Buffer.concat(parts)
  if (request.method === 'POST' && request.url === '/v1/transfers') {
    const fields = new URLSearchParams(body.toString())
    const amountMinor = Number(fields.get('amount'))
    if (amountMinor > purseMinor) {
      refused.push(fields.get('transfer_group') ?? '')
      const message = 'You have insufficient available funds in your Stripe account.'
      const error = { type: 'invalid_request_error', code: 'balance_insufficient', message }
      response.writeHead(400, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error }))
      return
    }
    purseMinor -= amountMinor
  }
  const headers = new Headers()
  for (const name of [
    'authorization',
    'content-type',
    'idempotency-key',
    'stripe-version',
    'stripe-account',
  ]) {
    const value = request.headers[name]
    if (typeof value === 'string') headers.set(name, value)
  }
  const passed = await fetch(`${stripeUrl}${request.url ?? ''}`, {
    method: request.method ?? 'GET',
    headers,
    ...(body.length > 0 && { body }),
  })
  response.writeHead(passed.status, { 'content-type': 'application/json' })
  response.end(await passed.text())
}

const rig = await moneyRig({ through: purse })
const { db } = rig.database
const home = () => getOperatorHome({ ...rig.ctx(), actor: { kind: 'system', name: 'test' } })

async function completed(): Promise<MadeBooking> {
  const providerId = randomUUID()
  const accountId = await openReadyAccount(rig, providerId)
  const booking = await paidBooking(rig, await makeProvider(rig, { id: accountId, ready: true }))
  await moveTo(rig, booking.id, 'confirm', 'start', 'complete')
  await schedulePayout(rig.ctx(), booking.id)
  return booking
}

async function work(): Promise<void> {
  while ((await rig.sweep('payouts.due')) > 0) await rig.runJobs()
}

const payoutOf = async ({ id }: MadeBooking) =>
  (await db.select().from(payouts).where(eq(payouts.bookingId, id)))[0]

test('F42 what our balance does not suffice for stays due as long as it takes, and is paid after a top-up: who is owed longest first', async () => {
  const bookings: MadeBooking[] = []
  for (let count = 0; count < 4; count += 1) bookings.push(await completed()) // each ends two hours after the one before
  const [first, second, third, last] = bookings as [MadeBooking, MadeBooking, MadeBooking, MadeBooking]
  await rig.pass(third.endsAt.add({ hours: 7 * 24, minutes: 1 }).since(rig.ctx().now))
  await work()
  expect(new Set(refused)).toEqual(new Set([first.id, second.id, third.id]))
  const overdueBefore = (await home()).bookings.payout_overdue

  // More often than anything else is tried before it is left to an operator.
  for (let time = 0; time < 6; time += 1) {
    await rig.pass({ hours: 6, minutes: 1 })
    await work()
  }
  for (const booking of bookings)
    expect(await payoutOf(booking)).toMatchObject({ status: 'scheduled', waitsFor: 'platform_balance' })
  expect((await payoutOf(first))?.attempts).toBeGreaterThan(4)
  expect(overdueBefore).toBeGreaterThan(0)
  expect((await home()).bookings.payout_overdue).toBe(4)
  expect((await home()).bookings.payout_failed).toBe(0)
  expect(await booksOf(rig, first.id)).toMatchObject({ escrow: 11_000n })

  for (const paid of [1, 2, 4]) {
    purseMinor += 9_000 * (paid === 4 ? 2 : 1)
    await rig.pass({ hours: 6, minutes: 1 })
    await work()
    const statuses = await Promise.all(bookings.map(async (booking) => (await payoutOf(booking))?.status))
    expect(statuses).toEqual(bookings.map((_, index) => (index < paid ? 'paid' : 'scheduled')))
  }
  const { rows } = await db.execute<{ count: number }>(
    sql`select count(*)::int as count from payout_movements where status = 'done'`,
  )
  expect(rows).toEqual([{ count: 4 }])
  expect((await home()).bookings.payout_overdue).toBe(0)
  expect(last.id).not.toBe(first.id)
  await expectBalanced(rig)
})
