import { inArray } from 'drizzle-orm'
import type { GatewayEvent, PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import { isBefore } from '#src/kernel/time.ts'
import type { Ctx } from '#src/platform/context.ts'
import { storeEvent } from './receive-webhook.ts'
import { webhookEvents } from './tables.ts'

/** Looked at by several rounds, so that one that failed leaves no gap. */
const WINDOW_MINUTES = 20
/** A younger one may be on its way; the gateway tries again within minutes of a 5xx. */
const ON_ITS_WAY_MINUTES = 3
/** A hundred events each: more than 20 minutes of a busy day. What is beyond waits for the daily comparison. */
const PAGES_MAX = 50

/**
 * Events of the last minutes that the gateway lists and that never came: they are stored as if they had, with the job that
 * acts on them. Hearing of a refund or a dispute only by the daily comparison would be too late for a payout.
 * @returns 0: what is stored is not found again.
 */
export async function fetchMissedEvents(ctx: Ctx, gateway: PaymentGateway): Promise<number> {
  const missed: { event: GatewayEvent; body: string }[] = []
  let cursor: string | undefined
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const since = ctx.now.subtract({ minutes: WINDOW_MINUTES })
    const { bodies, nextCursor } = await gateway.listEvents(since, cursor)
    missed.push(...(await thatNeverCame(ctx, gateway, bodies)))
    if (nextCursor === null) break
    cursor = nextCursor
  }
  // Listed newest first; acted on as they happened.
  for (const { event, body } of missed.reverse())
    await storeEvent(ctx.db, ctx.now, 'platform', body, event, true)
  if (missed.length > 0)
    ctx.log.error({ count: missed.length }, 'events of the payment gateway never arrived and were fetched')
  return 0
}

async function thatNeverCame(ctx: Ctx, gateway: PaymentGateway, bodies: readonly string[]) {
  const before = ctx.now.subtract({ minutes: ON_ITS_WAY_MINUTES })
  const due = bodies
    .map((body) => ({ event: gateway.parseEvent(body), body }))
    .filter(({ event: { createdAt, livemode, subject } }) => {
      return subject.kind !== 'none' && livemode === gateway.livemode && isBefore(createdAt, before)
    })
  if (due.length === 0) return []
  const known = await ctx.db
    .select({ id: webhookEvents.id })
    .from(webhookEvents)
    .where(
      inArray(
        webhookEvents.id,
        due.map(({ event }) => event.id),
      ),
    )
  const knownIds = new Set(known.map(({ id }) => id))
  return due.filter(({ event }) => !knownIds.has(event.id))
}
