/** What Stripe last said of a payment, in our words. */
export const PAYMENT_STATUSES = [
  'unpaid',
  'authorized',
  'captured',
  'voided',
  'partially_refunded',
  'refunded',
  'disputed',
  'dispute_lost',
] as const
