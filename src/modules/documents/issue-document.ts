import { sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import { assert } from '#src/kernel/assert.ts'
import type { BookingId, DocumentId, RefundId } from '#src/kernel/ids.ts'
import { isoText } from '#src/kernel/time.ts'
import { getBookingFacts, type BookingFacts } from '#src/modules/bookings/index.ts'
import { findRefund, lockPaymentOfBooking, type Payment, type Refund } from '#src/modules/payments/index.ts'
import type { Config } from '#src/platform/config.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { prepared } from '#src/platform/db/prepared.ts'
import {
  addressLines,
  creditNoteOf,
  receiptOf,
  type DocumentContent,
  type NamedParty,
} from './domain/content.ts'
import { findReceipt, isCredited, listDocumentsOf } from './queries.ts'
import type { Document, DocumentKind } from './tables.ts'

/**
 * Issues the receipt of a booking whose money was taken; once, however often it is asked for.
 * @returns null when nothing was taken.
 */
export async function issueReceipt(ctx: Ctx, bookingId: BookingId): Promise<Document | null> {
  return inTransaction(ctx, async (tx) => {
    const payment = await lockPaymentOfBooking(tx, bookingId)
    return payment && payment.capturedMinor > 0n ? receiptFor(tx, ctx, payment) : null
  })
}

/**
 * Issues the credit note of a refund that arrived or was given in another way; once, however often it is asked for, and
 * however many tries the refund took. The receipt comes first, even where its own event is still on the way.
 * @returns null when there is nothing to credit, or nothing any more.
 */
export async function issueCreditNote(ctx: Ctx, refundId: RefundId): Promise<Document | null> {
  return inTransaction(ctx, async (tx) => {
    const named = await findRefund(tx, refundId)
    const payment = named && (await lockPaymentOfBooking(tx, named.bookingId))
    if (!payment || payment.capturedMinor === 0n) return null
    const refund = await findRefund(tx, refundId)
    if (!refund || !isGivenBack(refund) || (await isCredited(tx, refundId))) return null
    const receipt = await receiptFor(tx, ctx, payment)
    const earlier = (await listDocumentsOf(tx, payment.bookingId)).filter(({ kind }) => kind !== 'receipt')
    const content = creditNoteOf(
      receipt.content,
      receipt.number,
      earlier.map((note) => note.content),
      { ...refund, refundedAt: (refund.settledOutsideAt ?? refund.settledAt ?? ctx.now).toString() },
    )
    return content && insert(tx, ctx, 'credit_note', payment, content, { refundId, receiptId: receipt.id })
  })
}

function isGivenBack({ status, settledOutsideAt }: Refund): boolean {
  return status === 'succeeded' || settledOutsideAt !== null
}

/** Under the lock on the payment, so that one booking's documents are issued one after the other. */
async function receiptFor(tx: Tx, ctx: Ctx, payment: Payment): Promise<Document> {
  const known = await findReceipt(tx, payment.bookingId)
  if (known) return known
  const facts = await getBookingFacts(tx, payment.bookingId)
  const content = receiptOf(saleOf(facts, payment, ctx))
  assert(BigInt(content.totalMinor) === payment.capturedMinor, 'a receipt is for what was taken')
  return insert(tx, ctx, 'receipt', payment, content, { refundId: null, receiptId: null })
}

function saleOf({ booking, provider, customer }: BookingFacts, { capturedAt }: Payment, ctx: Ctx) {
  assert(customer, 'somebody has paid')
  const { code, serviceName, startsAt, timeZone, baseMinor, surchargeMinor, extras } = booking
  return {
    booking: { code, serviceName, startsAt: startsAt.toString(), timeZone },
    provider: {
      name: provider.name,
      lines: addressLines(provider),
      taxNumber: null,
    },
    platform: platformOf(ctx.config),
    customer: { name: customer.name, lines: [customer.email], taxNumber: null },
    paidAt: (capturedAt ?? ctx.now).toString(),
    baseMinor,
    surchargeMinor,
    extras: extras.map(({ name, priceMinor }) => ({ name, priceMinor: BigInt(priceMinor) })),
  }
}

export function platformOf({ PLATFORM_NAME, PLATFORM_ADDRESS, PLATFORM_TAX_NUMBER }: Config): NamedParty {
  const lines = PLATFORM_ADDRESS.split(',').map((line) => line.trim())
  return { name: PLATFORM_NAME, lines: lines.filter(Boolean), taxNumber: PLATFORM_TAX_NUMBER ?? null }
}

async function insert(
  tx: Tx,
  ctx: Ctx,
  kind: DocumentKind,
  { bookingId, currency }: Payment,
  content: DocumentContent,
  of: Pick<Document, 'refundId' | 'receiptId'>,
): Promise<Document> {
  const known = {
    id: randomUUID() as DocumentId,
    kind,
    year: ctx.now.toZonedDateTimeISO('UTC').year,
    bookingId,
    ...of,
    issuedAt: ctx.now,
    currency,
    totalMinor: BigInt(content.totalMinor),
    content,
  }
  const { rows } = await insertNumbered(tx, {
    ...known,
    issuedAt: isoText(ctx.now),
    content: JSON.stringify(content),
  })
  const [numbered] = rows
  assert(numbered, 'an inserted document is returned')
  return { ...known, ...numbered }
}

const $ = sql.placeholder
/** The number is taken last, and with the document: everybody who issues waits for its row until this transaction has ended. */
const insertNumbered = prepared<Record<string, unknown>, Pick<Document, 'sequence' | 'number'>>(
  () => sql`
    with taken as (
      insert into document_series as s (kind, year, next_number) values (${$('kind')}, ${$('year')}, 2)
      on conflict (kind, year) do update set next_number = s.next_number + 1
      returning next_number - 1 as number)
    insert into documents (id, kind, year, sequence, booking_id, refund_id, receipt_id, issued_at, currency, total_minor, content)
    select ${$('id')}::uuid, ${$('kind')}, ${$('year')}::int, taken.number, ${$('bookingId')}::uuid, ${$('refundId')}::uuid,
      ${$('receiptId')}::uuid, ${$('issuedAt')}::timestamptz, ${$('currency')}, ${$('totalMinor')}::bigint, ${$('content')}::jsonb
    from taken returning sequence, number`,
)
