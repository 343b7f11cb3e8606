import { and, asc, desc, eq, lt, ne, or, sql, type SQL } from 'drizzle-orm'
import { z } from 'zod'
import type { BookingId, UserId } from '#src/kernel/ids.ts'
import { Temporal } from '#src/kernel/time.ts'
import type { Database } from '#src/platform/db/database.ts'
import { readCursor, writeCursor } from '#src/platform/http/cursor.ts'
import type { Template } from './domain/who-gets-what.ts'
import { mailboxMessages, mails, type MailStatus } from './tables.ts'

export { previewMails, type MailPreview } from './preview-mails.ts'

const MAILS_OF_BOOKING_MAX = 200
const PAGE_MAX = 50

export interface MailView {
  readonly id: string
  readonly template: Template
  readonly recipientKind: 'customer' | 'guest' | 'provider' | 'operator'
  readonly recipientEmail: string
  readonly subject: string
  readonly status: MailStatus
  readonly attempts: number
  readonly lastError: string | null
  readonly createdAt: string
  readonly sentAt: string | null
}

/** All mails about a booking, oldest first, for the operator's timeline. */
export async function listMailsOfBooking(db: Database, bookingId: BookingId): Promise<MailView[]> {
  const rows = await db
    .select()
    .from(mails)
    .where(eq(mails.bookingId, bookingId))
    .orderBy(asc(mails.createdAt), asc(mails.id))
    .limit(MAILS_OF_BOOKING_MAX)
  return rows.map((row) => ({
    id: row.id,
    template: row.template,
    recipientKind: row.recipientKind,
    recipientEmail: row.recipientEmail,
    subject: row.subject ?? '',
    status: row.status,
    attempts: row.attempts,
    lastError: row.lastError,
    createdAt: row.createdAt.toString(),
    sentAt: row.status === 'sent' ? (row.sentAt?.toString() ?? null) : null,
  }))
}

export interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextCursor: string | null
}

export interface PageInput {
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
}

export interface NoticeView {
  readonly id: string
  readonly template: Template
  readonly subject: string
  readonly bookingId: string | null
  /** In which capacity: the same person may be customer here and provider there. */
  readonly recipientKind: 'customer' | 'guest' | 'provider' | 'operator'
  readonly createdAt: string
}

/** What a signed-in person has been told, newest first: the mails' own rows, there whether or not the mail has gone out yet. */
export async function listNotices(
  db: Database,
  userId: UserId,
  input: PageInput = {},
): Promise<Page<NoticeView>> {
  const limit = pageSize(input)
  const rows = await db
    .select()
    .from(mails)
    .where(
      and(
        eq(mails.recipientUserId, userId),
        ne(mails.status, 'suppressed'),
        after(mails.createdAt, mails.id, input.cursor),
      ),
    )
    .orderBy(desc(mails.createdAt), desc(mails.id))
    .limit(limit + 1)
  return page(
    rows,
    limit,
    (row) => ({ at: row.createdAt.toString(), id: row.id }),
    (row) => ({
      id: row.id,
      template: row.template,
      subject: row.subject ?? '',
      bookingId: row.bookingId,
      recipientKind: row.recipientKind,
      createdAt: row.createdAt.toString(),
    }),
  )
}

export interface MailboxItem {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly subject: string
  readonly deliveredAt: string
  readonly hasCalendar: boolean
}

export interface MailboxMessage extends MailboxItem {
  readonly html: string
  readonly text: string
  readonly calendar: string | null
}

/** The embedded mailer's mailbox, newest first; of one recipient, or of everybody. */
export async function listMailbox(
  db: Database,
  input: PageInput & { readonly recipient?: string | undefined } = {},
): Promise<Page<MailboxItem>> {
  const limit = pageSize(input)
  const { html: _html, plainText: _plainText, ...listed } = columnsOfMailbox
  const rows = await db
    .select(listed)
    .from(mailboxMessages)
    .where(
      and(
        input.recipient === undefined ? undefined : eq(mailboxMessages.recipient, input.recipient),
        after(mailboxMessages.deliveredAt, mailboxMessages.id, input.cursor),
      ),
    )
    .orderBy(desc(mailboxMessages.deliveredAt), desc(mailboxMessages.id))
    .limit(limit + 1)
  return page(rows, limit, (row) => ({ at: row.deliveredAt.toString(), id: row.id }), mailboxItem)
}

export async function findMailboxMessage(db: Database, id: string): Promise<MailboxMessage | null> {
  const [row] = await db.select(columnsOfMailbox).from(mailboxMessages).where(eq(mailboxMessages.id, id))
  return row ? { ...mailboxItem(row), html: row.html, text: row.plainText, calendar: row.calendar } : null
}

const columnsOfMailbox = {
  id: mailboxMessages.id,
  sender: mailboxMessages.sender,
  recipient: mailboxMessages.recipient,
  subject: mailboxMessages.subject,
  html: mailboxMessages.html,
  plainText: mailboxMessages.plainText,
  calendar: mailboxMessages.calendar,
  deliveredAt: mailboxMessages.deliveredAt,
}

type ListedMessage = Omit<typeof mailboxMessages.$inferSelect, 'html' | 'plainText'>

function mailboxItem(row: ListedMessage): MailboxItem {
  return {
    id: row.id,
    from: row.sender,
    to: row.recipient,
    subject: row.subject,
    deliveredAt: row.deliveredAt.toString(),
    hasCalendar: row.calendar !== null,
  }
}

const position = z.object({ at: z.iso.datetime(), id: z.uuid() })

function after(
  at: typeof mails.createdAt | typeof mailboxMessages.deliveredAt,
  id: typeof mails.id | typeof mailboxMessages.id,
  cursor?: string,
): SQL | undefined {
  if (cursor === undefined) return undefined
  const last = readCursor(cursor, position)
  const lastAt = Temporal.Instant.from(last.at)
  return or(lt(at, lastAt), and(eq(at, lastAt), sql`${id} < ${last.id}::uuid`))
}

function pageSize({ limit = 20 }: PageInput): number {
  return Math.min(Math.max(1, limit), PAGE_MAX)
}

function page<Row, Item>(
  rows: readonly Row[],
  limit: number,
  place: (row: Row) => { at: string; id: string },
  view: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { items: shown.map(view), nextCursor: rows.length > limit && last ? writeCursor(place(last)) : null }
}
