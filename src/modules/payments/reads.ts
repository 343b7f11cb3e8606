// What pages may ask of payments. The fee calculation is here too, because a price is shown with its consequences while it
// is being typed; it is pure and runs in browsers.
export { quotePrice, type PriceFigures } from './domain/fees.ts'
export { PAYMENT_STATUSES } from './domain/payment-status.ts'
