import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import type { Mailer, MailMessage, SendOutcome } from '#src/integrations/mailer/port.ts'
import type { BookingId, MailId, UserId } from '#src/kernel/ids.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import { Temporal } from '#src/kernel/time.ts'
import { refundParts } from '#src/modules/bookings/index.ts'
import { readConfig } from '#src/platform/config.ts'
import type { Ctx } from '#src/platform/context.ts'
import { Trouble } from '#src/platform/errors.ts'
import { createLog } from '#src/platform/log.ts'
import { openTestDatabase } from '#tests/support/database.ts'
import { notificationsJobs } from './jobs.ts'
import { findMailboxMessage, listMailbox, listMailsOfBooking, listNotices } from './reads.ts'
import { sendMail } from './send-mail.ts'
import { sendReminders } from './send-reminders.ts'

const { db, owner, appUrl } = await openTestDatabase()
const config = readConfig({
  DATABASE_URL: appUrl,
  AUTH_SECRET: 'a'.repeat(32),
  LINK_SECRET: 'l'.repeat(32),
  STRIPE_SECRET_KEY: 'sk_test_1',
  STRIPE_WEBHOOK_SECRET: 'whsec_1',
  STRIPE_CONNECT_WEBHOOK_SECRET: 'whsec_2',
  NEXT_PUBLIC_APP_URL: 'https://ecosystem.test',
})
const NOW = Temporal.Instant.from('2026-11-20T10:00:00Z')
const log = createLog('test', 'silent')
const at = (now: Temporal.Instant): Ctx => ({
  db,
  config,
  now,
  actor: { kind: 'system', name: 'test' },
  requestId: 'test',
  log,
})

/** Keeps what it was given; fails as often as it is told to. */
class PostOffice implements Mailer {
  readonly messages: MailMessage[] = []
  failures = 0
  refusal: string | null = null
  send(message: MailMessage): Promise<SendOutcome> {
    if (this.failures > 0) {
      this.failures -= 1
      return Promise.reject(new Trouble('mail', 'the mail server is down'))
    }
    if (this.refusal) return Promise.resolve({ refused: this.refusal })
    this.messages.push(message)
    return Promise.resolve({ messageId: message.id })
  }
}

interface Made {
  readonly id: BookingId
  readonly startsAt: Temporal.Instant
  readonly ownerId: UserId
  readonly guestEmail: string
  readonly ownerEmail: string
}

/** A guest's confirmed booking with a provider of its own. */
async function makeBooking({ startsAt = NOW.add({ hours: 72 }) } = {}): Promise<Made> {
  const [id, providerId, ownerId, calendarId, serviceId] = Array.from({ length: 5 }, () => randomUUID())
  const ownerEmail = `owner-${id}@example.com`
  const guestEmail = `guest-${id}@example.com`
  const endsAt = startsAt.add({ minutes: 60 })
  await owner.transaction(async (tx) => {
    await tx.execute(sql`insert into users (id, name, email) values (${ownerId}, 'Ana', ${ownerEmail})`)
    await tx.execute(sql`
      insert into providers (id, slug, status, name, time_zone, currency, city, country, created_at, updated_at)
      values (${providerId}, ${`ana-${id}`}, 'live', 'Ana Moreira', 'America/New_York', 'USD', 'New York', 'US', now(), now())`)
    await tx.execute(sql`
      insert into provider_members (provider_id, user_id, role, created_at) values (${providerId}, ${ownerId}, 'owner', now())`)
    await tx.execute(
      sql`insert into calendars (id, provider_id, created_at) values (${calendarId}, ${providerId}, now())`,
    )
    await tx.execute(
      sql`insert into categories (id, name, path) values ('massage', 'Massage', '{massage}') on conflict do nothing`,
    )
    await tx.execute(sql`
      insert into services (id, provider_id, category_id, name, duration_minutes, booking_mode, cancellation_policy, price_minor, currency, created_at, updated_at)
      values (${serviceId}, ${providerId}, 'massage', 'Massage', 60, 'instant', 'moderate', 10000, 'USD', now(), now())`)
    await tx.execute(sql`
      insert into bookings (id, code, provider_id, service_id, calendar_id, state, guest_name, guest_email, is_guest, starts_at, ends_at,
        occupied, time_zone, local_start, session_id, service_name, duration_minutes, buffer_before_minutes, buffer_after_minutes,
        minimum_notice_minutes, location_kind, booking_mode, cancellation_policy, currency, base_minor, commission_minor, surcharge_minor,
        provider_net_minor, total_minor, platform_fee_basis_points, guest_fee_basis_points, hold_expires_at, created_at, updated_at)
      values (${id}, ${`C-${id?.slice(0, 8)}`}, ${providerId}, ${serviceId}, ${calendarId}, 'held', 'Jonas', ${guestEmail}, true,
        ${startsAt.toString()}, ${endsAt.toString()}, ${`[${startsAt.toString()},${endsAt.toString()})`}, 'America/New_York', '2026-11-23 05:00', ${id}, 'Massage', 60, 0, 0,
        120, 'on_site', 'instant', 'moderate', 'USD', 10000, 1000, 1000, 9000, 11000, 1000, 2000, ${NOW.toString()}, ${NOW.toString()}, ${NOW.toString()})`)
    await tx.execute(sql`
      insert into booking_events (booking_id, sequence, transition, to_state, actor_kind, at) values (${id}, 1, 'hold', 'held', 'guest', ${NOW.toString()})`)
    await tx.execute(sql`
      insert into booking_links (id, booking_id, expires_at, created_at)
      values (${randomUUID()}, ${id}, ${endsAt.add({ hours: 999 }).toString()}, ${NOW.toString()})`)
  })
  const made = { id: id as BookingId, startsAt, ownerId: ownerId as UserId, guestEmail, ownerEmail }
  await move(made, 'confirm', 'held', 'confirmed')
  return made
}

async function move({ id }: Made, transition: string, from: string, to: string): Promise<void> {
  await owner.transaction(async (tx) => {
    const endKind = to === 'cancelled' ? 'guest' : null
    await tx.execute(sql`
      update bookings set state = ${to}, event_count = event_count + 1, calendar_sequence = calendar_sequence + 1, end_kind = ${endKind} where id = ${id}`)
    await tx.execute(sql`
      insert into booking_events (booking_id, sequence, transition, from_state, to_state, actor_kind, at)
      select id, event_count, ${transition}, ${from}, ${to}, 'system', ${NOW.toString()} from bookings where id = ${id}`)
  })
}

const { jobs, subscriptions, sweeps } = notificationsJobs({ mailer: new PostOffice() })

/** Hands an event to its subscribers, as the outbox would. */
async function hear(
  type: string,
  booking: Made,
  payload: JsonObject = {},
  eventId = randomUUID(),
  now = NOW,
): Promise<void> {
  const event = {
    bookingId: booking.id,
    ...payload,
    eventId,
    subjectId: booking.id,
    occurredAt: now.toString(),
  }
  for (const task of subscriptions[type] ?? []) await jobs[task]?.(at(now), event)
}

async function waiting(booking: Made): Promise<MailId[]> {
  const mails = await listMailsOfBooking(db, booking.id)
  return mails.filter(({ status }) => status === 'queued').map(({ id }) => id as MailId)
}

async function templates(booking: Made): Promise<string[]> {
  return (await listMailsOfBooking(db, booking.id))
    .map(({ template, recipientKind }) => `${template} ${recipientKind}`)
    .toSorted()
}

async function jobsOf(mailId: MailId): Promise<number> {
  const { rows } = await owner.execute<{ n: number }>(
    sql`select count(*)::int as n from graphile_worker.jobs where key = ${`mail:${mailId}`}`,
  )
  return rows[0]?.n ?? 0
}

/** As the worker runs the sweep: again at once while it says that there was something. */
async function requeueAll(now: Temporal.Instant): Promise<void> {
  const sweep = sweeps.find(({ name }) => name === 'notifications.requeue-waiting-mails')
  for (let round = 0; round < 10 && (await sweep?.run(at(now))) !== 0; round += 1);
}

async function sendAll(booking: Made, office: PostOffice, now = NOW): Promise<void> {
  for (const id of await waiting(booking)) await sendMail(at(now), office, id)
}

describe('a fact is told once', () => {
  test('each recipient gets one row and one job, however often and at once the event is heard', async () => {
    const booking = await makeBooking()
    const eventId = randomUUID()
    await Promise.all(Array.from({ length: 6 }, () => hear('booking.confirmed', booking, {}, eventId)))
    expect(await templates(booking)).toEqual(['booking_confirmed guest', 'booking_confirmed provider'])
    for (const id of await waiting(booking)) expect(await jobsOf(id)).toBe(1)
  })

  test('somebody who books with the address of the provider is told in both capacities', async () => {
    const booking = await makeBooking()
    await owner.execute(sql`update bookings set guest_email = ${booking.ownerEmail} where id = ${booking.id}`)
    await hear('booking.confirmed', booking)
    expect(await templates(booking)).toEqual(['booking_confirmed guest', 'booking_confirmed provider'])
  })

  test('eight senders of one mail send it once', async () => {
    const booking = await makeBooking()
    await hear('booking.confirmed', booking)
    const office = new PostOffice()
    const [id] = await waiting(booking)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => sendMail(at(NOW), office, id as MailId)),
    )
    expect(office.messages).toHaveLength(1)
    const reasons = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
    )
    expect(reasons.filter((reason) => !(reason instanceof Trouble))).toEqual([])
    await sendMail(at(NOW), office, id as MailId)
    expect(office.messages).toHaveLength(1)
  })

  test('a failed payment is told once for the booking', async () => {
    const booking = await makeBooking()
    await hear('payment.failed', booking, { reason: 'declined' })
    await hear('payment.failed', booking, { reason: 'declined again' })
    expect(await templates(booking)).toEqual(['payment_failed guest'])
  })
})

describe('sending', () => {
  test('keeps what was sent, with the guest link and the calendar file', async () => {
    const booking = await makeBooking()
    await hear('booking.confirmed', booking)
    const office = new PostOffice()
    await sendAll(booking, office)
    const toGuest = office.messages.find(({ to }) => to === booking.guestEmail)
    expect(toGuest?.subject).toBe('Confirmed: Mon, Nov 23, 5:00 AM with Ana Moreira')
    expect(toGuest?.text).toMatch(/https:\/\/ecosystem\.test\/manage\/[\w-]+\.[\w-]+/)
    expect(toGuest?.calendar?.method).toBe('REQUEST')
    expect(toGuest?.calendar?.content).toContain(`UID:${booking.id}@ecosystem.test`)
    const toProvider = office.messages.find(({ to }) => to === booking.ownerEmail)
    expect(toProvider?.text).not.toContain('/manage/')
    const { rows } = await db.execute(
      sql`select status, subject, html, plain_text, calendar, provider_message_id from mails where id = ${toGuest?.id}`,
    )
    expect(rows).toEqual([
      {
        status: 'sent',
        subject: toGuest?.subject,
        html: toGuest?.html,
        plain_text: toGuest?.text,
        calendar: toGuest?.calendar?.content,
        provider_message_id: toGuest?.id,
      },
    ])
  })

  test('names the refund that a cancellation gives, to the step of its currency', async () => {
    const booking = await makeBooking()
    await owner.execute(sql`
      update bookings set currency = 'KWD', base_minor = 10010, surcharge_minor = 2010, commission_minor = 1010,
        provider_net_minor = 9000, total_minor = 12020 where id = ${booking.id}`)
    const refund = refundParts(
      {
        ...{ currency: 'KWD', baseMinor: 10_010n, surchargeMinor: 2_010n },
        refunded: { baseRefundedMinor: 0n, surchargeRefundedMinor: 0n },
      },
      50,
    )
    expect(refund).toEqual({ baseRefundMinor: 5_010n, surchargeRefundMinor: 1_010n })
    await hear('booking.confirmed', booking)
    const office = new PostOffice()
    await sendAll(booking, office)
    expect(office.messages).toHaveLength(2)
    for (const { text } of office.messages)
      expect(text.replaceAll('\u00a0', ' ')).toContain('50% refund (KWD 6.020)')
  })

  test('a mail server that is down is tried again, and the mail goes out once', async () => {
    const booking = await makeBooking()
    await hear('booking.confirmed', booking)
    const office = new PostOffice()
    office.failures = 2
    const [id] = await waiting(booking)
    await expect(sendMail(at(NOW), office, id as MailId)).rejects.toBeInstanceOf(Trouble)
    await expect(sendMail(at(NOW), office, id as MailId)).rejects.toBeInstanceOf(Trouble)
    await sendMail(at(NOW), office, id as MailId)
    await sendMail(at(NOW), office, id as MailId)
    expect(office.messages.map((message) => message.id)).toEqual([id])
    expect(await listMailsOfBooking(db, booking.id)).toContainEqual(
      expect.objectContaining({ id, status: 'sent', attempts: 3, lastError: null }),
    )
  })

  test('a sender that died with the mail in hand is followed by another, after a while', async () => {
    const booking = await makeBooking()
    await hear('booking.confirmed', booking)
    const [id] = await waiting(booking)
    await db.execute(sql`update mails set attempts = 1, sent_at = ${NOW.toString()} where id = ${id}`)
    const office = new PostOffice()
    await expect(sendMail(at(NOW.add({ seconds: 60 })), office, id as MailId)).rejects.toBeInstanceOf(Trouble)
    expect(office.messages).toEqual([])
    await sendMail(at(NOW.add({ seconds: 120 })), office, id as MailId)
    expect(office.messages).toHaveLength(1)
  })

  test('an address that is refused for good is not tried again', async () => {
    const booking = await makeBooking()
    await hear('booking.confirmed', booking)
    const office = new PostOffice()
    office.refusal = '550 no such mailbox'
    await sendAll(booking, office)
    expect(await listMailsOfBooking(db, booking.id)).toMatchObject([
      { status: 'failed', lastError: '550 no such mailbox', sentAt: null },
      { status: 'failed', lastError: '550 no such mailbox', sentAt: null },
    ])
  })

  test('a confirmation that waited while the booking was cancelled is not sent; the cancellation is', async () => {
    const booking = await makeBooking()
    await hear('booking.confirmed', booking)
    await move(booking, 'cancel', 'confirmed', 'cancelled')
    await hear('booking.cancelled', booking, { by: 'guest', reason: '', refundId: null, refundMinor: 11_000 })
    const office = new PostOffice()
    await sendAll(booking, office)
    expect(office.messages.map(({ subject }) => subject).toSorted()).toEqual([
      'Cancelled: Mon, Nov 23, 5:00 AM with Ana Moreira, $110.00 refunded',
      'Cancelled: Mon, Nov 23, 5:00 AM with Jonas',
    ])
    expect(office.messages.map(({ calendar }) => calendar?.method)).toEqual(['CANCEL', 'CANCEL'])
  })

  test('mail that has outlived its job gets a new one', async () => {
    const booking = await makeBooking()
    await hear('booking.confirmed', booking)
    const [id] = await waiting(booking)
    await owner.execute(sql`select graphile_worker.remove_job(${`mail:${id}`})`)
    await requeueAll(NOW.add({ hours: 20 }))
    expect(await jobsOf(id as MailId)).toBe(0)
    await requeueAll(NOW.add({ hours: 25 }))
    expect(await jobsOf(id as MailId)).toBe(1)
  })

  test('after an outage of days all mail gets a new job, and one that has a job keeps it', async () => {
    const booking = await makeBooking()
    await hear('booking.confirmed', booking)
    const [busy] = await waiting(booking)
    const { rows: lost } = await owner.execute<{ id: MailId }>(sql`
      insert into mails (id, dedupe_key, template, recipient_kind, recipient_email, facts, created_at)
      select gen_random_uuid(), gen_random_uuid(), template, recipient_kind, recipient_email, facts, created_at
      from mails, generate_series(1, 250) where id = ${busy} returning id`)
    const jobKey = `mail:${lost[0]?.id}`
    await owner.execute(
      sql`select graphile_worker.add_job('notifications.send-mail', job_key => ${jobKey}::text, max_attempts => 1)`,
    )
    await owner.execute(sql`update graphile_worker._private_jobs set attempts = 1 where key = ${jobKey}`)
    const jobOf = async (id: MailId | undefined) =>
      (await owner.execute(sql`select id, revision from graphile_worker.jobs where key = ${`mail:${id}`}`))
        .rows
    const before = await jobOf(busy)
    await requeueAll(NOW.add({ hours: 25 }))
    expect(await jobOf(busy)).toEqual(before)
    const { rows } = await owner.execute<{ n: number }>(sql`
      select count(*)::int as n from graphile_worker.jobs
      where attempts < max_attempts and key in ${lost.map(({ id }) => `mail:${id}`)}`)
    expect(rows).toEqual([{ n: 250 }])
  })

  test('mail that was tried too often has failed, and what opened an account is forgotten', async () => {
    const id = randomUUID() as MailId
    await owner.execute(sql`
      insert into mails (id, dedupe_key, template, recipient_kind, recipient_email, facts, attempts, last_error, created_at)
      values (${id}, ${id}, 'password_reset', 'customer', 'jo@example.com', '{"name":"Jo","token":"secret"}', 60,
        'the mail server is down', ${NOW.toString()})`)
    await requeueAll(NOW.add({ hours: 25 }))
    const { rows } = await owner.execute(sql`select status, last_error, facts from mails where id = ${id}`)
    expect(rows).toEqual([
      { status: 'failed', last_error: 'given up after 60 tries: the mail server is down', facts: {} },
    ])
    expect(await jobsOf(id)).toBe(0)
  })
})

describe('reminders', () => {
  const sweep = async (now: Temporal.Instant) => {
    for (;;) if ((await sendReminders(at(now))) === 0) return
  }
  const reminded = async (booking: Made) =>
    (await templates(booking)).filter((name) => !name.startsWith('booking_'))

  test('24 and 2 hours before, once each, to both; a review is asked for a day after the end', async () => {
    const booking = await makeBooking()
    await hear('booking.confirmed', booking)
    await sweep(booking.startsAt.subtract({ hours: 24, minutes: 1 }))
    expect(await reminded(booking)).toEqual([])
    await Promise.all([1, 2, 3].map(() => sweep(booking.startsAt.subtract({ hours: 24 }))))
    expect(await reminded(booking)).toEqual(['starts_in_24_hours guest', 'starts_in_24_hours provider'])
    await sweep(booking.startsAt.subtract({ hours: 2 }))
    await sweep(booking.startsAt.subtract({ hours: 1 }))
    expect(await reminded(booking)).toHaveLength(4)
    await move(booking, 'start', 'confirmed', 'in_progress')
    await move(booking, 'complete', 'in_progress', 'completed')
    await hear('booking.completed', booking, {}, randomUUID(), booking.startsAt.add({ hours: 1 }))
    await sweep(booking.startsAt.add({ hours: 24 }))
    expect(await reminded(booking)).toHaveLength(4)
    await sweep(booking.startsAt.add({ hours: 25 }))
    await sweep(booking.startsAt.add({ hours: 26 }))
    expect(await reminded(booking)).toEqual([
      'review_ask guest',
      'starts_in_24_hours guest',
      'starts_in_24_hours provider',
      'starts_in_2_hours guest',
      'starts_in_2_hours provider',
    ])
  })

  test('never for a dead booking, also when its cancellation has not been heard of', async () => {
    const booking = await makeBooking()
    await hear('booking.confirmed', booking)
    await move(booking, 'cancel', 'confirmed', 'cancelled')
    await sweep(booking.startsAt.subtract({ hours: 24 }))
    expect(await reminded(booking)).toEqual([])
  })

  test('cancelled between the sweep and the sending: not sent', async () => {
    const booking = await makeBooking()
    await hear('booking.confirmed', booking)
    await sweep(booking.startsAt.subtract({ hours: 24 }))
    await move(booking, 'cancel', 'confirmed', 'cancelled')
    const office = new PostOffice()
    await sendAll(booking, office, booking.startsAt.subtract({ hours: 24 }))
    expect(office.messages).toEqual([])
    expect((await listMailsOfBooking(db, booking.id)).map(({ status }) => status)).toEqual(
      Array(4).fill('suppressed'),
    )
  })

  test('not for what the confirmation has just said', async () => {
    const booking = await makeBooking({ startsAt: NOW.add({ hours: 5 }) })
    await hear('booking.confirmed', booking)
    await sweep(NOW)
    expect(await reminded(booking)).toEqual([])
    await sweep(booking.startsAt.subtract({ hours: 2 }))
    expect(await reminded(booking)).toEqual(['starts_in_2_hours guest', 'starts_in_2_hours provider'])
  })

  test('they move with the booking, and come again for its new time', async () => {
    const booking = await makeBooking()
    await hear('booking.confirmed', booking)
    await sweep(booking.startsAt.subtract({ hours: 24 }))
    const later = booking.startsAt.add({ hours: 48 })
    await owner.execute(sql`
      update bookings set starts_at = ${later.toString()}, ends_at = ${later.add({ hours: 1 }).toString()},
        occupied = ${`[${later.toString()},${later.add({ hours: 1 }).toString()})`} where id = ${booking.id}`)
    const movedAt = booking.startsAt.subtract({ hours: 23 })
    const payload = { fromStartsAt: booking.startsAt.toString(), toStartsAt: later.toString(), by: 'guest' }
    await hear('booking.rescheduled', booking, payload, randomUUID(), movedAt)
    await sweep(booking.startsAt.subtract({ hours: 2 }))
    expect(await reminded(booking)).toHaveLength(2)
    await sweep(later.subtract({ hours: 24 }))
    expect(await reminded(booking)).toHaveLength(4)
  })

  test('a jump of time past both brings only the one that helps', async () => {
    const booking = await makeBooking()
    await hear('booking.confirmed', booking)
    await sweep(booking.startsAt.subtract({ hours: 1 }))
    expect(await reminded(booking)).toEqual(['starts_in_2_hours guest', 'starts_in_2_hours provider'])
  })
})

describe('what cannot be told of one booking', () => {
  const remindedOf = async (booking: Made) =>
    (await templates(booking)).filter((name) => name.startsWith('starts_in_'))

  test('a time zone of the customer that nobody knows stops no mail and no reminder', async () => {
    const booking = await makeBooking()
    const customerId = randomUUID()
    await owner.execute(sql`
      with customer as (
        insert into users (id, name, email, time_zone) values (${customerId}, 'Jo', ${`jo-${customerId}@example.com`}, 'Mars/Olympus'))
      update bookings set customer_id = ${customerId}, guest_name = null, guest_email = null where id = ${booking.id}`)
    await hear('booking.confirmed', booking)
    await sendReminders(at(booking.startsAt.subtract({ hours: 24 })))
    const office = new PostOffice()
    await sendAll(booking, office, booking.startsAt.subtract({ hours: 24 }))
    expect(office.messages).toHaveLength(4)
    for (const { text } of office.messages) expect(text).not.toContain('On your clock')
  })

  test('a reminder that fails is put off, and all others go out', async () => {
    const [broken, fine] = [await makeBooking(), await makeBooking()]
    for (const booking of [broken, fine]) await hear('booking.confirmed', booking)
    const name = sql.identifier(`broken_${randomUUID()}`)
    await owner.execute(sql`
      alter table mails add constraint ${name} check (booking_id <> ${sql.raw(`'${broken.id}'`)} or template not like 'starts_in_%') not valid`)
    const dueAt = broken.startsAt.subtract({ hours: 24 })
    await sendReminders(at(dueAt))
    expect(await remindedOf(fine)).toHaveLength(2)
    expect(await remindedOf(broken)).toEqual([])
    await owner.execute(sql`alter table mails drop constraint ${name}`)
    await sendReminders(at(dueAt))
    expect(await remindedOf(broken)).toEqual([])
    await sendReminders(at(dueAt.add({ minutes: 10 })))
    expect(await remindedOf(broken)).toHaveLength(2)
  })
})

describe('what pages read', () => {
  test('a person sees what they were told, newest first, page by page, and nothing of others', async () => {
    const booking = await makeBooking()
    const other = await makeBooking()
    await hear('booking.confirmed', booking)
    await hear('booking.confirmed', other)
    await hear(
      'booking.rescheduled',
      booking,
      { by: 'guest', fromStartsAt: NOW.toString(), toStartsAt: booking.startsAt.toString() },
      randomUUID(),
      NOW.add({ minutes: 1 }),
    )
    const first = await listNotices(db, booking.ownerId, { limit: 1 })
    expect(first.items).toMatchObject([
      { subject: 'Moved: now Mon, Nov 23, 5:00 AM with Jonas', bookingId: booking.id },
    ])
    const second = await listNotices(db, booking.ownerId, { limit: 1, cursor: first.nextCursor ?? undefined })
    expect(second.items).toMatchObject([
      { subject: 'Confirmed: Mon, Nov 23, 5:00 AM with Jonas', bookingId: booking.id },
    ])
    expect(second.nextCursor).toBeNull()
  })

  test('the mailbox lists newest first, of one recipient or of all, and shows one message whole', async () => {
    const to = `${randomUUID()}@example.com`
    for (const minute of [1, 2, 3]) {
      await db.execute(sql`
        insert into mailbox_messages (id, sender, recipient, subject, html, plain_text, calendar, delivered_at)
        values (${randomUUID()}, 'a@b.test', ${to}, ${`Nr ${minute}`}, '<p>h</p>', 't', ${minute === 2 ? 'ICS' : null}, ${NOW.add({ minutes: minute }).toString()})`)
    }
    const first = await listMailbox(db, { recipient: to, limit: 2 })
    expect(first.items.map(({ subject, hasCalendar }) => [subject, hasCalendar])).toEqual([
      ['Nr 3', false],
      ['Nr 2', true],
    ])
    const rest = await listMailbox(db, { recipient: to, limit: 2, cursor: first.nextCursor ?? undefined })
    expect(rest.items.map(({ subject }) => subject)).toEqual(['Nr 1'])
    expect(await findMailboxMessage(db, first.items[1]?.id ?? '')).toMatchObject({
      subject: 'Nr 2',
      html: '<p>h</p>',
      text: 't',
      calendar: 'ICS',
    })
    expect(await findMailboxMessage(db, randomUUID())).toBeNull()
  })
})

describe('payouts', () => {
  test('the provider is told once of each payout, with amount, booking and date', async () => {
    const booking = await makeBooking()
    const payoutId = randomUUID()
    await owner.execute(sql`
      insert into payouts (id, booking_id, provider_id, status, amount_minor, currency, due_at, paid_at, created_at, updated_at)
      select ${payoutId}, id, provider_id, 'paid', 9000, 'USD', ${NOW.toString()}, ${NOW.toString()}, ${NOW.toString()}, ${NOW.toString()}
      from bookings where id = ${booking.id}`)
    const eventId = randomUUID()
    await hear('payout.paid', booking, { payoutId }, eventId)
    await hear('payout.paid', booking, { payoutId }, eventId)
    const office = new PostOffice()
    await sendAll(booking, office)
    expect(office.messages.map(({ to, subject }) => [to, subject])).toEqual([
      [booking.ownerEmail, 'Payout sent: $90.00 on Fri, Nov 20, 2026'],
    ])
    expect(office.messages[0]?.text).toContain(`C-${booking.id.slice(0, 8)}: Massage, Mon, Nov 23, 5:00 AM`)
  })
})

describe('a payout account', () => {
  const troubled = async (set: string) => {
    const booking = await makeBooking()
    const { rows } = await owner.execute<{ id: string }>(
      sql`update providers p set ${sql.raw(set)} from bookings b where b.id = ${booking.id} and p.id = b.provider_id returning p.id`,
    )
    return { booking, providerId: rows[0]?.id ?? '' }
  }
  const tellAndSend = async (type: string, { booking, providerId }: Awaited<ReturnType<typeof troubled>>) => {
    const eventId = randomUUID()
    await hear(type, booking, { providerId }, eventId)
    await hear(type, booking, { providerId }, eventId)
    const office = new PostOffice()
    const { rows } = await db.execute<{ id: MailId }>(
      sql`select id from mails where provider_id = ${providerId} and booking_id is null`,
    )
    for (const { id } of rows) await sendMail(at(NOW), office, id)
    return office.messages
  }

  test('F40 that takes no money any more: its provider is told once, with what to do', async () => {
    const where = await troubled("payout_account_requirements = '{disconnected}'")
    const messages = await tellAndSend('provider.payouts_not_ready', where)
    expect(messages.map(({ to, subject }) => [to, subject])).toEqual([
      [where.booking.ownerEmail, 'Your payout account needs attention: Ana Moreira'],
    ])
    expect(messages[0]?.text).toContain('Connect it again')
  })

  test('F40 whose bank sends payouts back: its provider is told once, with the reason', async () => {
    const where = await troubled("bank_payout_failure = 'account_closed', bank_payout_failed_at = now()")
    const messages = await tellAndSend('provider.bank_payout_failed', where)
    expect(messages.map(({ to, subject }) => [to, subject])).toEqual([
      [where.booking.ownerEmail, 'Your bank sent a payout back: Ana Moreira'],
    ])
    expect(messages[0]?.text).toContain('The bank says that the account is closed.')
  })

  test('that is in order again by the time of sending is not mentioned', async () => {
    const where = await troubled('payout_account_ready = true')
    expect(await tellAndSend('provider.payouts_not_ready', where)).toEqual([])
    expect(await tellAndSend('provider.bank_payout_failed', where)).toEqual([])
  })
})
