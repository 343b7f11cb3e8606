declare const idOf: unique symbol

/** A UUID that cannot be passed where the id of something else is wanted. */
export type Id<Name extends string> = string & { readonly [idOf]: Name }

export type UserId = Id<'user'>
export type ProviderId = Id<'provider'>
export type ServiceId = Id<'service'>
export type CalendarId = Id<'calendar'>
export type BookingId = Id<'booking'>
export type PaymentId = Id<'payment'>
export type RefundId = Id<'refund'>
export type DisputeId = Id<'dispute'>
export type PayoutId = Id<'payout'>
export type ReviewId = Id<'review'>
export type DocumentId = Id<'document'>
export type MailId = Id<'mail'>

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

export function isId(value: string): boolean {
  return UUID.test(value)
}
