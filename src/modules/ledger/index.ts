export { postTransfers } from './post-transfers.ts'
export { balanceOf } from './reads.ts'
export type { Account, AccountCode } from './domain/accounts.ts'
export type { Transfer, TransferKind } from './domain/transfers.ts'
