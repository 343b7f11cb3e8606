import { and, eq, lte } from 'drizzle-orm'
import type { BookingId } from '#src/kernel/ids.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { classifyTrouble } from '#src/platform/errors.ts'
import { isStillUseful, type ReminderKind } from './domain/reminders.ts'
import type { Recipient } from './domain/who-gets-what.ts'
import { bookingFactsOf } from './facts.ts'
import { recordBookingMail } from './record-mails.ts'
import { reminders } from './tables.ts'

const BATCH_MAX = 50
/** Soon enough for one that is due two hours before the start. */
const RETRY_MINUTES = 10

const REMINDED: Readonly<Record<ReminderKind, readonly Recipient[]>> = {
  starts_in_24_hours: ['customer', 'provider'],
  starts_in_2_hours: ['customer', 'provider'],
  review_ask: ['customer'],
}

interface Reminder {
  readonly bookingId: BookingId
  readonly kind: ReminderKind
}

/** Turns reminders that are due into mails, each by itself: one that fails is put off and keeps nobody else's. Answers how many it looked at. */
export async function sendReminders(ctx: Ctx): Promise<number> {
  const due = await ctx.db
    .select({ bookingId: reminders.bookingId, kind: reminders.kind })
    .from(reminders)
    .where(lte(reminders.dueAt, ctx.now))
    .orderBy(reminders.dueAt)
    .limit(BATCH_MAX)
  for (const reminder of due) {
    try {
      await inTransaction(ctx, (tx) => sendReminder(tx, ctx, reminder))
    } catch (error) {
      if (classifyTrouble(error)) throw error
      ctx.log.error({ error, ...reminder }, 'a reminder could not be sent')
      const dueAt = ctx.now.add({ minutes: RETRY_MINUTES })
      await ctx.db.update(reminders).set({ dueAt }).where(isDue(ctx, reminder))
    }
  }
  return due.length
}

async function sendReminder(tx: Tx, ctx: Ctx, reminder: Reminder): Promise<void> {
  const { bookingId, kind } = reminder
  const still = await tx.select().from(reminders).where(isDue(ctx, reminder)).for('no key update')
  if (still.length === 0) return
  const facts = await bookingFactsOf(tx, bookingId)
  const useful = isStillUseful(kind, facts, ctx.now)
  if (useful) {
    const startsAt = facts.startsAt.toString()
    for (const to of REMINDED[kind]) {
      // The start is part of the name: a booking that was moved is reminded of again, one that was not never is.
      const event = { bookingId, startsAt, occurredAt: ctx.now.toString() }
      const fact = `booking:${bookingId}:${startsAt}`
      await recordBookingMail(tx, ctx, { fact, template: kind, to, event, facts })
    }
  }
  await tx
    .update(reminders)
    .set({ dueAt: null, ...(useful ? { sentAt: ctx.now } : {}) })
    .where(isDue(ctx, reminder))
}

function isDue({ now }: Ctx, { bookingId, kind }: Reminder) {
  return and(eq(reminders.bookingId, bookingId), eq(reminders.kind, kind), lte(reminders.dueAt, now))
}
