export { postTransfers } from './post-transfers.ts'
export { balanceOf } from './reads.ts'
export type { Account, AccountCode } from './domain/accounts.ts'
export type { Transfer, TransferFacts, TransferKind } from './domain/transfers.ts'
