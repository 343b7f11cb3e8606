import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import type { BookingId } from '#src/kernel/ids.ts'
import { earlierOf } from '#src/kernel/time.ts'
import { findPaymentOfBooking, replayEvents, syncObject, syncPayment } from '#src/modules/payments/index.ts'
import type { Ctx } from '#src/platform/context.ts'
import { classifyTrouble } from '#src/platform/errors.ts'
import { isOfObject } from './domain/differences.ts'
import { noteRepair } from './record-differences.ts'
import type { Difference } from './tables.ts'

/** The oldest ones first; the rest has its turn with the next run. */
const REPAIRS_MAX = 200
/** A hundred events each. */
const EVENT_PAGES_MAX = 200
/** The event of a line may be a moment older than the line, and what led to it some minutes. */
const EVENTS_BEFORE_MINUTES = 60

/**
 * Hears again what Stripe said about the objects of differences: events that name them are fetched and acted on as if they
 * had just come. Nothing is written to the ledger here: the modules that own the money do that, as always, each effect once.
 * @returns how many are named by an event that we act on.
 * @throws {Trouble} when Stripe does not answer.
 */
export async function replayEventsOf(
  ctx: Ctx,
  gateway: PaymentGateway,
  open: readonly Difference[],
): Promise<number> {
  const missed = leastTried(open.filter(isHeardOfByEvents))
  if (missed.length === 0) return 0
  const bodies = await eventsNaming(gateway, missed)
  const named = missed.filter(({ objectId }) => bodies.has(objectId))
  await noteRepair(ctx, named, 'The events that name it were fetched from Stripe and acted on.')
  await replayEvents(ctx, gateway, [...new Set([...bodies.values()].flat())])
  return named.length
}

/**
 * Reads again what the objects of differences are to us: their events may be too old to be listed, or have told us nothing.
 * @returns how many were read.
 * @throws {Trouble} when Stripe does not answer.
 */
export async function readAgain(
  ctx: Ctx,
  gateway: PaymentGateway,
  open: readonly Difference[],
): Promise<number> {
  let count = 0
  for (const difference of leastTried(open.filter(isKnownByPayment))) {
    try {
      const known = await syncNamed(ctx, gateway, difference)
      if (known) count += 1
      await noteRepair(ctx, [difference], known ? 'What it is to us was read again from Stripe.' : null)
    } catch (error) {
      // One that cannot be applied is news of its own, and must not keep the others from their turn.
      if (classifyTrouble(error)) throw error
      ctx.log.error({ error, objectId: difference.objectId }, 'a difference could not be repaired')
      await noteRepair(ctx, [difference], null)
    }
  }
  return count
}

/** One run's share: those that were tried least come first, so that what cannot be repaired keeps nobody from their turn. */
function leastTried(differences: readonly Difference[]): Difference[] {
  return differences.toSorted((one, other) => one.repairCount - other.repairCount).slice(0, REPAIRS_MAX)
}

function isHeardOfByEvents({ kind }: Difference): boolean {
  return kind === 'missing_in_ledger' || kind === 'amount_differs'
}

function isKnownByPayment(difference: Difference): boolean {
  return isHeardOfByEvents(difference) || difference.kind === 'booking_differs'
}

/** @returns false when nothing of ours is known by that id. */
async function syncNamed(
  ctx: Ctx,
  gateway: PaymentGateway,
  { kind, objectId }: Difference,
): Promise<boolean> {
  if (isOfObject(kind)) return syncObject(ctx, gateway, objectId)
  const payment = await findPaymentOfBooking(ctx.db, objectId as BookingId)
  if (!payment) return false
  await syncPayment(ctx, gateway, payment.id)
  return true
}

/** The bytes of the events that mention an object and that we act on, by object, oldest first. */
async function eventsNaming(
  gateway: PaymentGateway,
  differences: readonly Difference[],
): Promise<Map<string, string[]>> {
  const wanted = new Set(differences.map(({ objectId }) => objectId))
  const since = differences
    .map((difference) => difference.since)
    .reduce((one, other) => earlierOf(one, other))
    .subtract({ minutes: EVENTS_BEFORE_MINUTES })
  const found = new Map<string, string[]>()
  let cursor: string | undefined
  for (let page = 0; page < EVENT_PAGES_MAX; page += 1) {
    const { bodies, nextCursor } = await gateway.listEvents(since, cursor)
    for (const body of bodies) {
      const named = [...idsIn(body)].filter((id) => wanted.has(id))
      if (named.length === 0 || gateway.parseEvent(body).subject.kind === 'none') continue
      for (const objectId of named) found.set(objectId, [body, ...(found.get(objectId) ?? [])])
    }
    if (nextCursor === null) break
    cursor = nextCursor
  }
  return found
}

function idsIn(body: string): Set<string> {
  return new Set([...body.matchAll(/"([a-z]{2,4}_\w+)"/g)].map((match) => match[1] ?? ''))
}
