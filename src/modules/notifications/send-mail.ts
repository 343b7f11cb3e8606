import { and, eq, isNull, lt, or, sql } from 'drizzle-orm'
import type { Mailer, MailMessage } from '#src/integrations/mailer/port.ts'
import { assert } from '#src/kernel/assert.ts'
import type { MailId } from '#src/kernel/ids.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { Trouble } from '#src/platform/errors.ts'
import { calendarFile } from './calendar-file.ts'
import { isStillUsable } from './domain/account-links.ts'
import { saidIn } from './domain/event.ts'
import type { Audience } from './domain/facts.ts'
import { accountUrl } from './domain/links.ts'
import { isStillTrue, isStillTrueOfProvider } from './domain/still-true.ts'
import {
  ACCOUNT_TEMPLATES,
  PAYOUT_TEMPLATES,
  PROVIDER_TEMPLATES,
  type AccountTemplate,
  type ProviderTemplate,
  type BookingTemplate,
  type PayoutTemplate,
  type Template,
} from './domain/who-gets-what.ts'
import { bookingFactsOf, findPayoutAccountFacts, findPayoutFacts } from './facts.ts'
import { bookingView } from './mail-view.ts'
import { enqueueSend } from './record-mails.ts'
import { renderMail } from './render-mail.ts'
import { mails } from './tables.ts'
import {
  composeAccountMail,
  composeBookingMail,
  composePayoutMail,
  composeProviderMail,
} from './templates/compose.ts'

type Mail = typeof mails.$inferSelect

/** A sender that has not come back after this long has died; longer than all timeouts of the mailer together. */
const IN_HAND_SECONDS_MAX = 90

/**
 * Sends one mail. The row is taken in hand by one statement, so that of two senders one goes away; the message goes out outside
 * of any transaction, with the row's id as its key; then what was sent is kept.
 *
 * At least once, and once as long as nobody dies: where this process, or the answer of the mail server, is lost between the
 * server taking the message and the row saying so, nobody can know, and it goes out again after {@link IN_HAND_SECONDS_MAX},
 * or at the next try. SMTP has no key that would forbid it; the copy has the same Message-ID, by which most readers show one.
 * @throws Trouble('mail') when the mail server cannot take it now: the job is run again later.
 */
export async function sendMail(ctx: Ctx, mailer: Mailer, mailId: MailId): Promise<void> {
  const mail = await takeInHand(ctx, mailId)
  if (!mail) return
  const message = await writeMessage(ctx, mail)
  // A link that opens an account is nobody's to read here, neither waiting for nothing nor once it has gone out.
  const secret = isAccountTemplate(mail.template)
  const forgotten = secret ? { facts: {} } : {}
  if (!message) return finish(ctx, mailId, { status: 'suppressed', sentAt: null, ...forgotten })
  try {
    const outcome = await mailer.send(message)
    if ('refused' in outcome)
      return finish(ctx, mailId, {
        status: 'failed',
        lastError: outcome.refused,
        sentAt: null,
        ...forgotten,
      })
    await finish(ctx, mailId, {
      status: 'sent',
      sentAt: ctx.now,
      lastError: null,
      providerMessageId: outcome.messageId,
      subject: message.subject,
      html: secret ? null : message.html,
      plainText: secret ? null : message.text,
      calendar: message.calendar?.content ?? null,
      ...forgotten,
    })
  } catch (error) {
    await finish(ctx, mailId, {
      sentAt: null,
      lastError: error instanceof Error ? error.message : String(error),
    })
    throw error
  }
}

async function takeInHand(ctx: Ctx, mailId: MailId): Promise<Mail | null> {
  const lapsed = ctx.now.subtract({ seconds: IN_HAND_SECONDS_MAX })
  const queued = and(eq(mails.id, mailId), eq(mails.status, 'queued'))
  const [taken] = await ctx.db
    .update(mails)
    .set({ attempts: sql`${mails.attempts} + 1`, sentAt: ctx.now })
    .where(and(queued, or(isNull(mails.sentAt), lt(mails.sentAt, lapsed))))
    .returning()
  if (taken) return taken
  const [waiting] = await ctx.db.select({ id: mails.id }).from(mails).where(queued)
  // Not done, only not ours: this job stays, in case the other sender is dying.
  if (waiting) throw new Trouble('mail', 'another sender has this mail in hand')
  return null
}

/** The message as it is true now; null when it no longer is. */
async function writeMessage(ctx: Ctx, mail: Mail): Promise<MailMessage | null> {
  const base = { id: mail.id, from: ctx.config.MAIL_FROM, to: mail.recipientEmail }
  if (isPayoutTemplate(mail.template)) {
    const payout = await findPayoutFacts(ctx.db, saidIn(mail.facts, 'payoutId'))
    if (!payout) return null
    const content = composePayoutMail(mail.template, {
      payout,
      event: mail.facts,
      appUrl: ctx.config.NEXT_PUBLIC_APP_URL,
    })
    return { ...base, ...(await renderMail(content)) }
  }
  if (isAccountTemplate(mail.template)) {
    if (!isStillUsable(mail.template, mail.createdAt, ctx.now)) return null
    const url = accountUrl(ctx.config.NEXT_PUBLIC_APP_URL, mail.template, saidIn(mail.facts, 'token'))
    const content = composeAccountMail(mail.template, { name: saidIn(mail.facts, 'name'), url })
    return { ...base, ...(await renderMail(content)) }
  }
  if (isProviderTemplate(mail.template)) {
    const account = await findPayoutAccountFacts(ctx.db, saidIn(mail.facts, 'providerId'))
    if (!account || !isStillTrueOfProvider(mail.template, account)) return null
    const content = composeProviderMail(mail.template, { account, appUrl: ctx.config.NEXT_PUBLIC_APP_URL })
    return { ...base, ...(await renderMail(content)) }
  }
  assert(mail.bookingId, 'a mail about a booking names it')
  const facts = await bookingFactsOf(ctx.db, mail.bookingId)
  if (!isStillTrue(mail.template, mail.facts, facts, ctx.now)) return null
  const audience = mail.recipientKind as Audience
  const view = await bookingView(ctx, facts, audience, mail.facts)
  const rendered = await renderMail(composeBookingMail(mail.template, view))
  const method = CALENDAR_METHOD[mail.template]
  if (!method || (mail.template === 'booking_rescheduled' && facts.state !== 'confirmed'))
    return { ...base, ...rendered }
  const content = calendarFile(facts, method, ctx.config.NEXT_PUBLIC_APP_URL, {
    audience,
    attendeeEmail: mail.recipientEmail,
    organizer: ctx.config.MAIL_FROM,
    manageUrl: view.manageUrl,
  })
  return { ...base, ...rendered, calendar: { content, method } }
}

const CALENDAR_METHOD: Partial<Record<BookingTemplate, 'REQUEST' | 'CANCEL'>> = {
  booking_confirmed: 'REQUEST',
  booking_accepted: 'REQUEST',
  booking_rescheduled: 'REQUEST',
  booking_cancelled: 'CANCEL',
}

function isPayoutTemplate(template: Template): template is PayoutTemplate {
  return (PAYOUT_TEMPLATES as readonly string[]).includes(template)
}

function isAccountTemplate(template: Template): template is AccountTemplate {
  return (ACCOUNT_TEMPLATES as readonly string[]).includes(template)
}

function isProviderTemplate(template: Template): template is ProviderTemplate {
  return (PROVIDER_TEMPLATES as readonly string[]).includes(template)
}

async function finish(ctx: Ctx, mailId: MailId, set: Partial<Mail>): Promise<void> {
  await ctx.db
    .update(mails)
    .set(set)
    .where(and(eq(mails.id, mailId), eq(mails.status, 'queued')))
}

const WAITED_HOURS = 24 // about when the queue stops trying by itself
const ATTEMPTS_MAX = 60
const BATCH_MAX = 100

/** Mail that has outlived its job, because the mail server was down for days, is given a new one. */
export async function requeueWaitingMails(ctx: Ctx): Promise<void> {
  await inTransaction(ctx, async (tx: Tx) => {
    const before = ctx.now.subtract({ hours: WAITED_HOURS })
    const waiting = await tx
      .select({ id: mails.id })
      .from(mails)
      .where(and(eq(mails.status, 'queued'), lt(mails.createdAt, before), lt(mails.attempts, ATTEMPTS_MAX)))
      .orderBy(mails.createdAt)
      .limit(BATCH_MAX)
    for (const { id } of waiting) await enqueueSend(tx, id)
  })
}
