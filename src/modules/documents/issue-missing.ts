import { sql } from 'drizzle-orm'
import type { BookingId, RefundId } from '#src/kernel/ids.ts'
import type { Ctx } from '#src/platform/context.ts'
import { classifyTrouble } from '#src/platform/errors.ts'
import { issueCreditNote, issueReceipt } from './issue-document.ts'
import type { Document } from './tables.ts'

const BATCH = 100

/** Receipts of bookings that were paid before there were any. Every other one comes with its event. */
export async function issueMissingReceipts(ctx: Ctx): Promise<number> {
  const { rows } = await ctx.db.execute<{ booking_id: BookingId }>(sql`
    select p.booking_id from payments p
    where p.captured_minor > 0 and not exists (
      select from documents d where d.booking_id = p.booking_id and d.kind = 'receipt')
    order by p.captured_at, p.id limit ${BATCH}`)
  return countIssued(ctx, rows, (row) => issueReceipt(ctx, row.booking_id))
}

/** Credit notes of what was given back before there were any. */
export async function issueMissingCreditNotes(ctx: Ctx): Promise<number> {
  // Where a receipt has been credited in full there is nothing left to say, whatever was tried again.
  const { rows } = await ctx.db.execute<{ id: RefundId }>(sql`
    with recursive given as (
      select r.id as refund_id, r.id, r.replaces_id from refunds r
      where (r.status = 'succeeded' or r.settled_outside_at is not null)
        and not exists (select from documents d where d.refund_id = r.id)
      union select g.refund_id, r.id, r.replaces_id from refunds r join given g on r.id = g.replaces_id)
    select r.id from refunds r
    where r.id in (select refund_id from given)
      and not exists (select from given g join documents d on d.refund_id = g.id where g.refund_id = r.id)
      and coalesce((select sum(d.total_minor) from documents d where d.booking_id = r.booking_id and d.kind = 'credit_note'), 0)
        < (select p.captured_minor from payments p where p.id = r.payment_id)
    order by r.settled_at, r.id limit ${BATCH}`)
  return countIssued(ctx, rows, ({ id }) => issueCreditNote(ctx, id))
}

/** One after the other, in the order of the numbers they get. One that cannot be issued is left to the next round, and to whoever reads of it. */
async function countIssued<Row>(
  ctx: Ctx,
  rows: readonly Row[],
  issue: (row: Row) => Promise<Document | null>,
): Promise<number> {
  let count = 0
  for (const row of rows) {
    try {
      if (await issue(row)) count += 1
    } catch (error) {
      if (classifyTrouble(error)) throw error
      ctx.log.error({ error, row }, 'a missing document could not be issued')
    }
  }
  return count
}
