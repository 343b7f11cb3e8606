export { adjustRating, recountRatings } from './adjust-rating.ts'
export { sayBankFailure } from './domain/bank-failure.ts'
export { isDisconnected } from './domain/payout-account.ts'
export { getBookableService, type BookableExtra, type BookableService } from './get-bookable-service.ts'
export type { OpenedPayoutAccount, OpenPayoutAccount, PayoutAccountWanted } from './open-payout-accounts.ts'
export { lockManagedProvider, providerIdsOf } from './queries.ts'
export {
  attachPayoutAccount,
  isAccountOfProvider,
  syncPayoutAccount,
  type PayoutAccountState,
} from './sync-payout-account.ts'
export type { MemberRole, ProviderStatus } from './tables.ts'
