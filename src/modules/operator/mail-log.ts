import { sql } from 'drizzle-orm'
import type { Ctx } from '#src/platform/context.ts'
import { refuse } from '#src/platform/errors.ts'
import { requireOperator } from './access.ts'
import { iso, isoOrNull, limitOf, pageOf, positionOf, type Page, type PageInput } from './rows.ts'

export const MAIL_STATUSES = ['queued', 'sent', 'failed', 'suppressed'] as const
export type MailStatus = (typeof MAIL_STATUSES)[number]

export interface MailLine {
  readonly id: string
  readonly template: string
  readonly recipientKind: string
  readonly recipientEmail: string
  readonly subject: string | null
  readonly status: string
  readonly attempts: number
  readonly lastError: string | null
  readonly bookingId: string | null
  readonly createdAt: string
  readonly sentAt: string | null
}

export interface MailDetails extends MailLine {
  readonly html: string | null
  readonly text: string | null
}

interface Row extends Record<string, unknown> {
  id: string
  template: string
  recipient_kind: string
  recipient_email: string
  subject: string | null
  status: string
  attempts: number
  last_error: string | null
  booking_id: string | null
  created_at: string
  sent_at: string | null
}

export interface ListMails extends PageInput {
  readonly status?: MailStatus | undefined
  /** A recipient's address, in part. */
  readonly text?: string | undefined
}

const COLUMNS = sql`id, template, recipient_kind, recipient_email, subject, status, attempts, last_error, booking_id, created_at, sent_at`

/** Mails to everybody, newest first. */
export async function listMails(ctx: Ctx, input: ListMails = {}): Promise<Page<MailLine>> {
  requireOperator(ctx)
  const limit = limitOf(input)
  const after = positionOf(input)
  const { status, text } = input
  const { rows } = await ctx.db.execute<Row>(sql`
    select ${COLUMNS} from mails
    where true ${status ? sql`and status = ${status}` : sql``}
      ${text ? sql`and strpos(lower(recipient_email::text), lower(${text})) > 0` : sql``}
      ${after ? sql`and (created_at, id) < (${after.at}::timestamptz, ${after.id}::uuid)` : sql``}
    order by created_at desc, id desc limit ${limit + 1}`)
  return pageOf(rows, limit, viewOf, (item) => ({ at: item.createdAt, id: item.id }))
}

/** @throws request.not_found. */
export async function getMail(ctx: Ctx, id: string): Promise<MailDetails> {
  requireOperator(ctx)
  const { rows } = await ctx.db.execute<Row & { html: string | null; plain_text: string | null }>(sql`
    select ${COLUMNS}, html, plain_text from mails where id = ${id}::uuid`)
  const row = rows[0]
  if (!row) throw refuse('request.not_found')
  return { ...viewOf(row), html: row.html, text: row.plain_text }
}

function viewOf(row: Row): MailLine {
  return {
    id: row.id,
    template: row.template,
    recipientKind: row.recipient_kind,
    recipientEmail: row.recipient_email,
    subject: row.subject,
    status: row.status,
    attempts: row.attempts,
    lastError: row.last_error,
    bookingId: row.booking_id,
    createdAt: iso(row.created_at),
    // While queued it says since when a sender has it in hand.
    sentAt: row.status === 'sent' ? isoOrNull(row.sent_at) : null,
  }
}
