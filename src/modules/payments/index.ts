export { closeCheckout, isCheckoutClosed } from './close-checkout.ts'
export {
  quotePrice,
  settlementOf,
  type PriceFigures,
  type RefundedParts,
  type Settlement,
} from './domain/fees.ts'
export { PAYMENT_STATUSES } from './domain/payment-status.ts'
export {
  callOperation,
  findOperation,
  finishOperation,
  intendOperation,
  type Operation,
} from './operations.ts'
export {
  countOpenFailedRefunds,
  findPaymentOfBooking,
  findRefund,
  givenBackSql,
  isOpenFailure,
  lockPaymentOfBooking,
  readGivenBack,
  readWaitingWebhooks,
} from './queries.ts'
export { isWithBank } from './refunds-with-bank.ts'
export { replayEvents } from './replay-events.ts'
export { replayWebhook } from './replay-webhook.ts'
export { requestCapture } from './request-capture.ts'
export { requestFullRefund, requestRefund, type RequestRefund } from './request-refund.ts'
export { requestVoid } from './request-void.ts'
export { intendCheckout, startCheckout, type StartedCheckout } from './start-checkout.ts'
export { submitEvidence } from './submit-evidence.ts'
export { syncObject } from './sync-object.ts'
export { syncPayment } from './sync-payment.ts'
export type { Payment, Refund } from './tables.ts'
