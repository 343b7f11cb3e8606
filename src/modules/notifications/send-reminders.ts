import { and, eq, lte } from 'drizzle-orm'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { isStillUseful, type ReminderKind } from './domain/reminders.ts'
import type { Recipient } from './domain/who-gets-what.ts'
import { bookingFactsOf } from './facts.ts'
import { recordBookingMail } from './record-mails.ts'
import { reminders } from './tables.ts'

const BATCH_MAX = 50

const REMINDED: Readonly<Record<ReminderKind, readonly Recipient[]>> = {
  starts_in_24_hours: ['customer', 'provider'],
  starts_in_2_hours: ['customer', 'provider'],
  review_ask: ['customer'],
}

/** Turns reminders that are due into mails. Answers how many it looked at. */
export async function sendReminders(ctx: Ctx): Promise<number> {
  return inTransaction(ctx, async (tx) => {
    const due = await tx
      .select()
      .from(reminders)
      .where(lte(reminders.dueAt, ctx.now))
      .orderBy(reminders.dueAt)
      .limit(BATCH_MAX)
      .for('no key update', { skipLocked: true })
    for (const { bookingId, kind } of due) {
      const facts = await bookingFactsOf(tx, bookingId)
      const useful = isStillUseful(kind, facts, ctx.now)
      if (useful) {
        const startsAt = facts.startsAt.toString()
        for (const to of REMINDED[kind]) {
          // The start is part of the name: a booking that was moved is reminded of again, one that was not never is.
          const event = { bookingId, startsAt, occurredAt: ctx.now.toString() }
          await recordBookingMail(tx, ctx, {
            fact: `booking:${bookingId}:${startsAt}`,
            template: kind,
            to,
            event,
            facts,
          })
        }
      }
      await tx
        .update(reminders)
        .set({ dueAt: null, ...(useful ? { sentAt: ctx.now } : {}) })
        .where(and(eq(reminders.bookingId, bookingId), eq(reminders.kind, kind)))
    }
    return due.length
  })
}
