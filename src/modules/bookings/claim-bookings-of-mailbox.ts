import { and, asc, eq, isNull, notInArray, sql, type SQL } from 'drizzle-orm'
import type { Actor } from '#src/kernel/actor.ts'
import type { BookingId } from '#src/kernel/ids.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import type { Queryable } from '#src/platform/db/database.ts'
import { refuse } from '#src/platform/errors.ts'
import { revokeGuestLinks } from './guest-links.ts'
import { bookings } from './tables.ts'

/** Taken over at once; whoever has made more presses again. */
const BOOKINGS_MAX = 100

/**
 * Somebody who has proven that they read a mailbox takes what was booked with its address as a guest into their account. The
 * figures stay as they were paid; the guest's links end. A time that is still being paid is not among them: the guest's
 * key, in the hands of whoever is paying, takes it over.
 * @throws refusals auth.required, auth.mailbox_unproven.
 */
export async function claimBookingsOfMailbox(ctx: Ctx, provenEmail: string | null): Promise<BookingId[]> {
  const { actor } = ctx
  if (actor.kind !== 'user') throw refuse('auth.required')
  if (!provenEmail) throw refuse('auth.mailbox_unproven')
  return inTransaction(ctx, async (tx) => {
    const found = await tx
      .select({ id: bookings.id })
      .from(bookings)
      .where(unclaimed(actor, provenEmail))
      .orderBy(asc(bookings.id))
      .limit(BOOKINGS_MAX)
      .for('no key update')
    for (const { id } of found) {
      await tx
        .update(bookings)
        .set({ customerId: actor.userId, updatedAt: ctx.now })
        .where(eq(bookings.id, id))
      await revokeGuestLinks(tx, ctx, id)
      await recordAudit(tx, ctx, { action: 'booking.claim', subjectKind: 'booking', subjectId: id })
    }
    return found.map(({ id }) => id)
  })
}

/** How many there are to be taken over. */
export async function countUnclaimed(db: Queryable, actor: Actor, provenEmail: string): Promise<number> {
  if (actor.kind !== 'user') return 0
  const [row] = await db
    .select({ count: sql<number>`count(*)::int` })
    .from(bookings)
    .where(unclaimed(actor, provenEmail))
  return row?.count ?? 0
}

function unclaimed(actor: Extract<Actor, { kind: 'user' }>, email: string): SQL | undefined {
  return and(
    isNull(bookings.customerId),
    eq(bookings.guestEmail, email),
    notInArray(bookings.state, ['held', 'expired']),
    // Nobody is the customer of their own service.
    actor.providerIds.length > 0 ? notInArray(bookings.providerId, [...actor.providerIds]) : undefined,
  )
}
