export { SLIP_SENTENCES, WAIT_SENTENCES, type SlipCode, type WaitCode } from './domain/payout-rules.ts'
export { slipReason } from './domain/slip.ts'
