import type { Mailer } from '#src/integrations/mailer/port.ts'
import type { MailId } from '#src/kernel/ids.ts'
import type { JobHandler, ModuleJobs } from '#src/platform/jobs/run.ts'
import { saidIn } from './domain/event.ts'
import { PROVIDER_MAILS, BOOKING_MAILS, PAYOUT_MAILS } from './domain/who-gets-what.ts'
import { recordProviderMails, recordBookingMails, recordPayoutMails, SEND_TASK } from './record-mails.ts'
import { requeueWaitingMails, sendMail } from './send-mail.ts'
import { sendReminders } from './send-reminders.ts'
import { REMINDER_EVENTS } from './sync-reminders.ts'

const REMINDERS_EVERY_MS = 2_000 // demo time jumps, and people watch
const REQUEUE_EVERY_MS = 6 * 3_600_000

export function notificationsJobs({ mailer }: { mailer: Mailer }): ModuleJobs {
  const bookingEvents = [...new Set([...Object.keys(BOOKING_MAILS), ...REMINDER_EVENTS])]
  const payoutEvents = Object.keys(PAYOUT_MAILS)
  // A job does not learn the type of its event, so each type has a task of its own.
  const listeners: [string, JobHandler][] = [
    ...bookingEvents.map((type): [string, JobHandler] => [
      type,
      (ctx, event) => recordBookingMails(ctx, type, event),
    ]),
    ...payoutEvents.map((type): [string, JobHandler] => [
      type,
      (ctx, event) => recordPayoutMails(ctx, type, event),
    ]),
    ...Object.keys(PROVIDER_MAILS).map((type): [string, JobHandler] => [
      type,
      (ctx, event) => recordProviderMails(ctx, type, event),
    ]),
  ]
  return {
    jobs: {
      ...Object.fromEntries(listeners.map(([type, handle]) => [taskFor(type), handle])),
      [SEND_TASK]: (ctx, job) => sendMail(ctx, mailer, saidIn(job, 'mailId') as MailId),
    },
    sweeps: [
      { name: 'notifications.send-reminders', everyMs: REMINDERS_EVERY_MS, run: sendReminders },
      {
        name: 'notifications.requeue-waiting-mails',
        everyMs: REQUEUE_EVERY_MS,
        run: requeueWaitingMails,
      },
    ],
    subscriptions: Object.fromEntries(listeners.map(([type]) => [type, [taskFor(type)]])),
  }
}

/** 'booking.confirmed' → 'notifications.on-booking-confirmed' */
function taskFor(type: string): string {
  return `notifications.on-${type.replaceAll(/[._]/g, '-')}`
}
