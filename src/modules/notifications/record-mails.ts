import { sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import type { BookingId, MailId, ProviderId, UserId } from '#src/kernel/ids.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import { isoText } from '#src/kernel/time.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { prepared } from '#src/platform/db/prepared.ts'
import { addJob, enqueue, JOB_PRIORITY } from '#src/platform/jobs/enqueue.ts'
import { hasLiveJob } from '#src/platform/jobs/live-job.ts'
import { saidIn } from './domain/event.ts'
import type { Addressee, BookingFacts } from './domain/facts.ts'
import {
  PROVIDER_MAILS,
  bookingMails,
  PAYOUT_MAILS,
  type AccountTemplate,
  type BookingTemplate,
  type Recipient,
  type Template,
} from './domain/who-gets-what.ts'
import { bookingFactsOf, findPayoutAccountFacts, findPayoutFacts } from './facts.ts'
import { syncReminders } from './sync-reminders.ts'
import {
  composeAccountMail,
  composeBookingMail,
  composePayoutMail,
  composeProviderMail,
} from './templates/compose.ts'

export const SEND_TASK = 'notifications.send-mail'

/**
 * An event about a booking happened: whoever is promised a mail by it gets a row, and each row a job. Hearing the event
 * again finds the rows and writes nothing.
 */
export async function recordBookingMails(ctx: Ctx, type: string, event: JsonObject): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const facts = await bookingFactsOf(tx, saidIn(event, 'bookingId'))
    await syncReminders(tx, type, event, facts)
    for (const { template, to, oncePerBooking } of bookingMails(type, event, facts)) {
      const fact = oncePerBooking ? `booking:${facts.bookingId}` : saidIn(event, 'eventId')
      await recordBookingMail(tx, ctx, { fact, template, to, event, facts })
    }
  })
}

interface BookingMail {
  /** What promises it; with template and recipient the name of this one mail. */
  readonly fact: string
  readonly template: BookingTemplate
  readonly to: Recipient
  readonly event: JsonObject
  readonly facts: BookingFacts
}

export async function recordBookingMail(
  tx: Tx,
  ctx: Ctx,
  { fact, template, to, event, facts }: BookingMail,
): Promise<void> {
  const audience = to === 'provider' ? 'provider' : facts.customer.kind
  // Only the subject is needed yet, for the notice; it has no links.
  const { subject } = composeBookingMail(template, {
    facts,
    audience,
    event,
    manageUrl: '',
    payUrl: '',
    guestKey: null,
    appUrl: '',
    now: ctx.now,
  })
  for (const addressee of addresseesOf(to, facts)) {
    await insertMail(tx, ctx, addressee, {
      fact,
      template,
      recipientKind: audience,
      bookingId: facts.bookingId as BookingId,
      providerId: facts.provider.id as ProviderId,
      facts: event,
      subject,
    })
  }
}

function addresseesOf(to: Recipient, { customer, provider }: BookingFacts): readonly Addressee[] {
  if (to === 'provider') return provider.addressees
  return customer.email === null ? [] : [{ email: customer.email, userId: customer.userId }]
}

/** A payout was made or failed: its provider is told. */
export async function recordPayoutMails(ctx: Ctx, type: string, event: JsonObject): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const payout = await findPayoutFacts(tx, saidIn(event, 'payoutId'))
    const bookingId = payout?.bookings[0]?.bookingId
    if (!payout || !bookingId) return
    const { provider } = await bookingFactsOf(tx, bookingId)
    for (const { template } of PAYOUT_MAILS[type] ?? []) {
      const { subject } = composePayoutMail(template, { payout, event, appUrl: '' })
      for (const addressee of provider.addressees) {
        await insertMail(tx, ctx, addressee, {
          fact: saidIn(event, 'eventId'),
          template,
          recipientKind: 'provider',
          bookingId: bookingId as BookingId,
          providerId: provider.id as ProviderId,
          facts: event,
          subject,
        })
      }
    }
  })
}

export interface AccountMail {
  readonly template: AccountTemplate
  readonly userId: UserId
  readonly email: string
  readonly name: string
  /** What the link carries. It leaves our tables when the mail has gone out. */
  readonly token: string
}

/** Somebody signed up, or asked for a new password: the answer goes to their mailbox, and nowhere else. */
export async function recordAccountMail(ctx: Ctx, mail: AccountMail): Promise<void> {
  const { template, userId, email, name, token } = mail
  await inTransaction(ctx, async (tx) => {
    await insertMail(
      tx,
      ctx,
      { email, userId },
      {
        fact: randomUUID(), // each time it is asked for
        template,
        recipientKind: 'customer',
        bookingId: null,
        providerId: null,
        facts: { name, token },
        subject: composeAccountMail(template, { name, url: '' }).subject,
      },
    )
  })
}

/** A provider's payout account takes no money, or their bank none from it: they are told. */
export async function recordProviderMails(ctx: Ctx, type: string, event: JsonObject): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const account = await findPayoutAccountFacts(tx, saidIn(event, 'providerId'))
    if (!account) return
    for (const { template } of PROVIDER_MAILS[type] ?? []) {
      const { subject } = composeProviderMail(template, { account, appUrl: '' })
      for (const addressee of account.provider.addressees) {
        await insertMail(tx, ctx, addressee, {
          fact: saidIn(event, 'eventId'),
          template,
          recipientKind: 'provider',
          bookingId: null,
          providerId: account.provider.id as ProviderId,
          facts: event,
          subject,
        })
      }
    }
  })
}

interface NewMail {
  readonly fact: string
  readonly template: Template
  readonly recipientKind: 'customer' | 'guest' | 'provider'
  readonly bookingId: BookingId | null
  readonly providerId: ProviderId | null
  readonly facts: JsonObject
  readonly subject: string
}

async function insertMail(tx: Tx, ctx: Ctx, addressee: Addressee, { fact, ...mail }: NewMail): Promise<void> {
  await insertWithJob(tx, {
    ...mail,
    id: randomUUID(),
    dedupeKey: `${fact}:${mail.template}:${mail.recipientKind}:${addressee.email.toLowerCase()}`,
    recipientEmail: addressee.email,
    recipientUserId: addressee.userId,
    facts: JSON.stringify(mail.facts),
    now: isoText(ctx.now),
  })
}

const JOB_KEY_PREFIX = 'mail:'

const $ = sql.placeholder
/** The mail and the job that sends it; neither, where the mail is there. */
const insertWithJob = prepared<Record<string, string | null>>(
  () => sql`
    with mail as (
      insert into mails (id, dedupe_key, template, recipient_kind, booking_id, provider_id, recipient_email, recipient_user_id,
        facts, subject, created_at)
      values (${$('id')}, ${$('dedupeKey')}, ${$('template')}, ${$('recipientKind')}, ${$('bookingId')}, ${$('providerId')},
        ${$('recipientEmail')}, ${$('recipientUserId')}, ${$('facts')}, ${$('subject')}, ${$('now')})
      on conflict (dedupe_key) do nothing returning id)
    select ${addJob({
      task: SEND_TASK,
      payload: sql`json_build_object('mailId', id)`,
      key: sql`${JOB_KEY_PREFIX}::text || id`,
      priority: JOB_PRIORITY.mail,
    })} from mail`,
)

export async function enqueueSend(tx: Tx, id: MailId): Promise<void> {
  await enqueue(
    tx,
    SEND_TASK,
    { mailId: id },
    { jobKey: `${JOB_KEY_PREFIX}${id}`, priority: JOB_PRIORITY.mail },
  )
}

/** Of a row of mails: its job is being done, or will be. */
export const HAS_LIVE_JOB = hasLiveJob(sql`${JOB_KEY_PREFIX}::text || mails.id::text`)
