import { sql } from 'drizzle-orm'
import type { Queryable } from '#src/platform/db/database.ts'

/** Everything that a booking's payment brings about, a line each, so that what is missing or there twice is seen. */
export async function effectsOf(db: Queryable, { id }: { id: string }): Promise<string[]> {
  const { rows } = await db.execute<{ what: string }>(sql`
    select concat_ws(' ', 'booking', state) as what from bookings where id = ${id}
    union all select concat_ws(' ', 'payment', status, captured_minor) from payments where booking_id = ${id}
    union all select concat_ws(' ', 'ledger', kind, amount_minor) from ledger_transfers where subject_id = ${id}
    union all select concat_ws(' ', 'told', type) from domain_events where subject_id = ${id} and type in ('payment.captured', 'booking.confirmed')
    union all select concat_ws(' ', 'mail', template, recipient_kind) from mails where booking_id = ${id} and template not like 'starts_in%'
    union all select concat_ws(' ', 'document', kind, total_minor) from documents where booking_id = ${id}
    order by what`)
  return rows.map(({ what }) => what)
}

/** Of 110.00, a guest's. */
export const CONFIRMED_ONCE = [
  'booking confirmed',
  'document receipt 11000',
  'ledger capture 11000',
  'ledger processing_fee 349',
  'mail booking_confirmed guest',
  'mail booking_confirmed provider',
  'payment captured 11000',
  'told booking.confirmed',
  'told payment.captured',
]
