import { isCurrency, money, toDecimalString, type MoneyJson } from '#src/kernel/money.ts'
import { assert } from '#src/kernel/assert.ts'
import { listBookings, type BookingListItem, type ListBookings } from '#src/modules/bookings/index.ts'
import type { Ctx } from '#src/platform/context.ts'
import { csvRow } from '#src/platform/csv.ts'
import { requireOperator } from './access.ts'

/** More than a month of a busy marketplace; a file that a spreadsheet opens at once. */
const ROWS_MAX = 2_000
const PAGE = 50

type ExportQuery = Pick<ListBookings, 'states' | 'paymentStatus' | 'text'>

/** The list of bookings as a table, newest start first: the same filters, the same rows. @throws request.not_found. */
export async function exportBookings(ctx: Ctx, query: ExportQuery): Promise<string> {
  requireOperator(ctx)
  const rows: string[][] = []
  let cursor: string | undefined
  do {
    const page = await listBookings(ctx, { ...query, as: 'operator', cursor, limit: PAGE })
    rows.push(...page.items.map(rowOf))
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined && rows.length < ROWS_MAX)
  return [HEADER, ...rows].map(csvRow).join('')
}

const HEADER = [
  ...['code', 'id', 'state', 'payment', 'starts_at', 'ends_at', 'time_zone', 'service', 'provider'],
  ...['customer', 'customer_email', 'guest', 'currency', 'price', 'guest_fee', 'total', 'refunded'],
  ...['provider_receives', 'commission'],
]

function rowOf(item: BookingListItem): string[] {
  const { customer, figures, earnings } = item
  return [
    ...[item.code, item.id, item.state, item.payment.status, item.startsAt, item.endsAt, item.timeZone],
    ...[item.service.name, item.provider.name, customer?.name ?? '', customer?.email ?? ''],
    ...[item.isGuest ? 'yes' : 'no', figures.total.currency],
    ...[figures.base, figures.guestFee, figures.total, item.payment.refunded].map(decimal),
    ...[earnings?.net, earnings?.commission].map((amount) => (amount ? decimal(amount) : '')),
  ]
}

function decimal({ amountMinor, currency }: MoneyJson): string {
  assert(isCurrency(currency), 'an amount has a known currency')
  return toDecimalString(money(amountMinor, currency))
}
