import { and, eq, isNull, lt, not, or, sql } from 'drizzle-orm'
import type { Mailer, MailMessage } from '#src/integrations/mailer/port.ts'
import { assert } from '#src/kernel/assert.ts'
import type { MailId } from '#src/kernel/ids.ts'
import { isoText, type Temporal } from '#src/kernel/time.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { placeholders, prepared, preparedSelect } from '#src/platform/db/prepared.ts'
import type { Queryable, Tx } from '#src/platform/db/database.ts'
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
import { enqueueSend, HAS_LIVE_JOB } from './record-mails.ts'
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
  const forgotten = forgottenOf(mail.template)
  if (!message) return finish(ctx.db, mailId, { status: 'suppressed', sentAt: null, ...forgotten })
  try {
    const outcome = await mailer.send(message)
    if ('refused' in outcome)
      return finish(ctx.db, mailId, {
        status: 'failed',
        lastError: outcome.refused,
        sentAt: null,
        ...forgotten,
      })
    await finish(ctx.db, mailId, {
      status: 'sent',
      sentAt: ctx.now,
      lastError: null,
      providerMessageId: outcome.messageId,
      subject: message.subject,
      html: message.html,
      plainText: message.text,
      calendar: message.calendar?.content ?? null,
      ...forgotten,
    })
  } catch (error) {
    await finish(ctx.db, mailId, {
      sentAt: null,
      lastError: error instanceof Error ? error.message : String(error),
    })
    throw error
  }
}

async function takeInHand(ctx: Ctx, mailId: MailId): Promise<Mail | null> {
  const lapsed = ctx.now.subtract({ seconds: IN_HAND_SECONDS_MAX })
  const [taken] = await updateTaken(ctx.db, { mailId, lapsed, now: isoText(ctx.now) })
  if (taken) return taken
  const [waiting] = await ctx.db
    .select({ id: mails.id })
    .from(mails)
    .where(and(eq(mails.id, mailId), eq(mails.status, 'queued')))
  // Not done, only not ours: this job stays, in case the other sender is dying.
  if (waiting) throw new Trouble('mail', 'another sender has this mail in hand')
  return null
}

const $ = sql.placeholder
const updateTaken = preparedSelect<{ mailId: MailId; lapsed: Temporal.Instant; now: string }, Mail>((db) =>
  db
    .update(mails)
    .set({ attempts: sql`${mails.attempts} + 1`, sentAt: sql`${$('now')}` })
    .where(
      and(
        eq(mails.id, $('mailId')),
        eq(mails.status, 'queued'),
        or(isNull(mails.sentAt), lt(mails.sentAt, $('lapsed'))),
      ),
    )
    .returning(),
)

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

/** A link that opens an account is nobody's to read here, neither waiting for nothing nor once it has gone out. */
function forgottenOf(template: Template): Partial<Mail> {
  return isAccountTemplate(template) ? { facts: {}, html: null, plainText: null } : {}
}

async function finish(db: Queryable, mailId: MailId, set: Partial<Mail>): Promise<void> {
  const names = Object.keys(set) as (keyof Mail)[]
  const update = updates.get(names.join()) ?? updateOf(names)
  updates.set(names.join(), update)
  await update(db, { mailId, ...set })
}

/** By the columns that are set, of which there are as many kinds as ends. */
const updates = new Map<string, ReturnType<typeof updateOf>>()

function updateOf(names: readonly (keyof Mail)[]) {
  return prepared<{ mailId: MailId } & Partial<Mail>>((db) =>
    db
      .update(mails)
      .set(placeholders<Partial<Mail>>(names))
      .where(and(eq(mails.id, $('mailId')), eq(mails.status, 'queued')))
      .getSQL(),
  )
}

const WAITED_HOURS = 24 // about when the queue stops trying by itself
const ATTEMPTS_MAX = 60
const BATCH_MAX = 100

/**
 * Mail that has outlived its job, because the mail server was down for days, is given a new one; after
 * {@link ATTEMPTS_MAX} tries it has failed. Answers how many it looked at: none of them is found again.
 */
export async function requeueWaitingMails(ctx: Ctx): Promise<number> {
  return inTransaction(ctx, async (tx) => {
    const before = ctx.now.subtract({ hours: WAITED_HOURS })
    const waiting = await tx
      .select()
      .from(mails)
      .where(and(eq(mails.status, 'queued'), lt(mails.createdAt, before), not(HAS_LIVE_JOB)))
      .orderBy(mails.createdAt)
      .limit(BATCH_MAX)
      .for('no key update', { skipLocked: true })
    for (const mail of waiting) {
      if (mail.attempts < ATTEMPTS_MAX) await enqueueSend(tx, mail.id)
      else await giveUp(tx, ctx, mail)
    }
    return waiting.length
  })
}

async function giveUp(tx: Tx, ctx: Ctx, { id, template, attempts, lastError }: Mail): Promise<void> {
  const reason = `given up after ${attempts} tries: ${lastError ?? 'no sender came back'}`
  await finish(tx, id, { status: 'failed', lastError: reason, sentAt: null, ...forgottenOf(template) })
  ctx.log.error({ mailId: id, template, lastError }, 'a mail was given up')
}
