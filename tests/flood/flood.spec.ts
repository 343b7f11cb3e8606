// A flood of webhooks against whole processes. FLOOD_WEBHOOKS=100000 for a long one, FLOOD_SEED=… for the same disorder again.
import { randomInt } from 'node:crypto'
import { afterAll, expect, it } from 'vitest'
import { Temporal } from '#src/kernel/time.ts'
import { findDrift, findViolations } from '#tests/invariants/check.ts'
import { gatewayOf, openOwner, startMarketplace } from '#tests/support/marketplace.ts'
import { eventually } from '#tests/support/people.ts'
import { FLOODED, floodWithWebhooks } from '#tests/support/webhook-flood.ts'

const WEBHOOKS = Number(process.env['FLOOD_WEBHOOKS'] ?? 2_000)
const SEED = Number(process.env['FLOOD_SEED'] ?? randomInt(1_000_000_000))
const REST_SECONDS_MAX = 600
const LONG_MS = 60 * 60_000

const market = await startMarketplace(FLOODED)
const owner = openOwner(market, 'flood')
const gateway = gatewayOf(market)
afterAll(async () => {
  await owner.$client.end()
  await market.stop()
})

it(
  `of ${WEBHOOKS} webhooks, each five times, a third late and some never, none is lost and none counts twice: seed ${SEED}`,
  async () => {
    const flood = await floodWithWebhooks(market, owner, WEBHOOKS, SEED)
    expect(flood.intake.failures).toBe(0)
    expect(flood.deliveries).toBeGreaterThanOrEqual(WEBHOOKS)
    for (const read of Object.values(flood.reading)) expect(read.failures).toBe(0)
    const { rows } = await owner.$client.query<{ what: string; count: number }>(`
      select 'events kept' as what, count(*)::int as count from webhook_events
      union all select 'bookings confirmed', count(*)::int from bookings where state = 'confirmed'
      union all select 'confirmations', count(*)::int from booking_events where transition = 'confirm'
      union all select 'payments captured', count(*)::int from payments where status = 'captured'`)
    expect(Object.fromEntries(rows.map(({ what, count }) => [what, count]))).toEqual({
      'events kept': flood.events,
      'bookings confirmed': flood.bookings,
      confirmations: flood.bookings,
      'payments captured': flood.bookings,
    })
    let wrong: unknown[] = []
    await eventually('rest', REST_SECONDS_MAX, async () => {
      wrong = await findViolations(owner, { now: Temporal.Now.instant(), settled: true })
      return wrong.length === 0
    }).catch(() => null)
    expect([...wrong, ...(await findDrift(owner, gateway))]).toEqual([])
  },
  LONG_MS,
)
