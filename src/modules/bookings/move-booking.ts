import { eq, getTableColumns, sql } from 'drizzle-orm'
import type { PgUpdateSetSource } from 'drizzle-orm/pg-core'
import type { Party } from '#src/kernel/actor.ts'
import { assert } from '#src/kernel/assert.ts'
import type { BookingId } from '#src/kernel/ids.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import type { Role } from '#src/kernel/rights.ts'
import { laterOf } from '#src/kernel/time.ts'
import type { Ctx } from '#src/platform/context.ts'
import type { Queryable, Tx } from '#src/platform/db/database.ts'
import { placeholders, prepared, preparedSelect } from '#src/platform/db/prepared.ts'
import { refuse } from '#src/platform/errors.ts'
import { findTransition, type TransitionName } from './domain/lifecycle.ts'
import { partyAs, roleIn } from './domain/party.ts'
import { bookingEvents, bookings, type Booking } from './tables.ts'

/** Locks the booking for this transaction, as somebody who may see it. @throws refusal booking.not_found, also for what is not theirs. */
export async function lockBookingVisibleTo(
  tx: Tx,
  ctx: Ctx,
  id: BookingId,
): Promise<{ booking: Booking; role: Role; party: Party }> {
  const [booking] = await selectLocked(tx, { id })
  const role = booking ? roleIn(booking, ctx.actor) : null
  if (!booking || !role) throw refuse('booking.not_found')
  return { booking, role, party: partyAs(role) }
}

const selectLocked = preparedSelect<{ id: BookingId }, Booking>((db) =>
  db
    .select()
    .from(bookings)
    .where(eq(bookings.id, sql.placeholder('id')))
    .for('no key update'),
)

export async function findBooking(db: Queryable, id: BookingId): Promise<Booking | null> {
  const [booking] = await db.select().from(bookings).where(eq(bookings.id, id))
  return booking ?? null
}

export interface Move {
  readonly transition: TransitionName
  readonly party: Party
  /** Columns that change with it. */
  readonly set?: Omit<PgUpdateSetSource<typeof bookings>, 'id' | 'state' | 'eventCount' | 'updatedAt'>
  readonly reason?: string | undefined
  readonly facts?: JsonObject
  /** Whether people's calendars have to be told. */
  readonly changesCalendar?: boolean
}

/**
 * The one way a booking changes state: by a listed transition, with its row in the history, in the caller's transaction.
 * The booking must be locked. @throws refusal booking.wrong_state when the table has no such transition for this party.
 */
export async function moveBooking(tx: Tx, ctx: Ctx, booking: Booking, move: Move): Promise<Booking> {
  const transition = findTransition(move.transition, booking.state, move.party)
  if (!transition) throw refuse('booking.wrong_state', { state: booking.state })
  // The call may have read its clock before it waited for the lock; the history goes on from where it is.
  const at = laterOf(ctx.now, booking.updatedAt)
  const values: MoveValues = {
    id: booking.id,
    state: transition.to,
    eventCount: booking.eventCount + 1,
    calendarSequence: booking.calendarSequence + (move.changesCalendar ? 1 : 0),
    updatedAt: at,
  }
  const [moved] = await (move.set ? updateMoved(tx, values, move.set) : updateStateAlone(tx, values))
  assert(moved, 'a locked booking is still there')
  await insertEvent(tx, {
    bookingId: booking.id,
    sequence: moved.eventCount,
    transition: move.transition,
    fromState: booking.state,
    toState: transition.to,
    actorKind: move.party,
    actorId:
      ctx.actor.kind === 'user' ? ctx.actor.userId : ctx.actor.kind === 'system' ? ctx.actor.name : null,
    reason: move.reason ?? null,
    facts: move.facts ?? {},
    at,
  })
  return moved
}

type MoveValues = Pick<Booking, 'id' | 'state' | 'eventCount' | 'calendarSequence' | 'updatedAt'>

function updateMoved(db: Queryable, { id, ...values }: MoveValues, set: Move['set']) {
  return db
    .update(bookings)
    .set({ ...set, ...values })
    .where(eq(bookings.id, id))
    .returning()
}

const updateStateAlone = preparedSelect<MoveValues, Booking>((db) =>
  updateMoved(
    db,
    placeholders<MoveValues>(['id', 'state', 'eventCount', 'calendarSequence', 'updatedAt']),
    {},
  ),
)

type NewEvent = typeof bookingEvents.$inferInsert
const EVENT_COLUMNS = Object.keys(getTableColumns(bookingEvents)) as (keyof NewEvent)[]
const insertEvent = prepared<NewEvent>((db) =>
  db.insert(bookingEvents).values(placeholders<NewEvent>(EVENT_COLUMNS)).getSQL(),
)
