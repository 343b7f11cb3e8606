import { sql } from 'drizzle-orm'
import type { Ctx } from '#src/platform/context.ts'
import { requireOperator } from './access.ts'

const STRIPE_ID = /^(?:pi|ch|py|cs_test|cs_live|re|tr|evt|acct)_\w+$/
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Where one exact id leads: a Stripe id, a code or our own id of anything. Null: no such thing, or not an id. */
export async function findById(
  ctx: Ctx,
  text: string,
): Promise<{ kind: 'booking' | 'provider' | 'webhook' | 'mail'; id: string } | null> {
  requireOperator(ctx)
  const { rows } = await ctx.db.execute<{ kind: 'booking' | 'provider' | 'webhook' | 'mail'; id: string }>(
    query(text),
  )
  return rows[0] ?? null
}

function query(text: string) {
  if (UUID.test(text)) {
    return sql`
      select 'booking' as kind, id::text from bookings where id = ${text}::uuid
      union all select 'provider', id::text from providers where id = ${text}::uuid
      union all select 'booking', booking_id::text from payments where id = ${text}::uuid
      union all select 'booking', booking_id::text from refunds where id = ${text}::uuid
      union all select 'booking', booking_id::text from payouts where id = ${text}::uuid
      union all select 'mail', id::text from mails where id = ${text}::uuid limit 1`
  }
  if (STRIPE_ID.test(text)) {
    return sql`
      select 'webhook' as kind, id from webhook_events where id = ${text}
      union all select 'booking', booking_id::text from payments where ${text} in (payment_intent_id, charge_id, checkout_session_id)
      union all select 'booking', booking_id::text from refunds where stripe_refund_id = ${text}
      union all select 'booking', booking_id::text from payouts where stripe_transfer_id = ${text}
      union all select 'provider', id::text from providers where payout_account_id = ${text} limit 1`
  }
  return sql`select 'booking' as kind, id::text from bookings where code = ${text.toUpperCase()}`
}
