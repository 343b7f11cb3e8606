export { WAIT_SENTENCES, type WaitCode } from './domain/payout-rules.ts'
