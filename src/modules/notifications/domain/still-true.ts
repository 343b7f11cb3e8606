import { isLive } from '#src/kernel/booking-states.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import { Temporal } from '#src/kernel/time.ts'
import type { BookingFacts, PayoutAccountFacts } from './facts.ts'
import { isStillUseful } from './reminders.ts'
import type { ProviderTemplate, BookingTemplate } from './who-gets-what.ts'

/**
 * Mail can wait while the mail server is down. Whether it is still worth sending when its turn comes: what has since been
 * overtaken by another mail would arrive after it and contradict it.
 */
export function isStillTrue(
  template: BookingTemplate,
  event: JsonObject,
  facts: BookingFacts,
  now: Temporal.Instant,
): boolean {
  switch (template) {
    case 'booking_confirmed':
    case 'booking_accepted':
      return facts.state !== 'cancelled' && facts.state !== 'no_show'
    case 'request_received':
      return facts.state === 'awaiting_provider'
    case 'payment_failed':
      return facts.state === 'held' && facts.payment.status === 'unpaid'
    case 'booking_rescheduled':
      return isLive(facts.state) && isSameInstant(event['toStartsAt'], facts.startsAt)
    case 'starts_in_24_hours':
    case 'starts_in_2_hours':
      return isSameInstant(event['startsAt'], facts.startsAt) && isStillUseful(template, facts, now)
    case 'review_ask':
      return isStillUseful(template, facts, now)
    case 'booking_declined':
    case 'hold_expired':
    case 'late_payment_refunded':
    case 'booking_cancelled':
    case 'no_show':
    case 'booking_refunded':
    case 'refund_failed':
    case 'payment_disputed':
    case 'dispute_closed':
      return true
  }
}

/** An account is often in order again within minutes. */
export function isStillTrueOfProvider(template: ProviderTemplate, account: PayoutAccountFacts): boolean {
  return template === 'payouts_not_ready' ? !account.ready : account.bankFailure !== null
}

function isSameInstant(stated: unknown, at: Temporal.Instant): boolean {
  return typeof stated !== 'string' || Temporal.Instant.from(stated).equals(at)
}
