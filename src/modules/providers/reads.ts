// What pages and GET routes may ask of providers; the public page is the catalog's.
export { sayBankFailure } from './domain/bank-failure.ts'
export type { OnboardingStep, OpenPoint } from './domain/onboarding.ts'
export { getOwnProvider, listMemberships, type Membership, type OwnProviderView } from './get-own-provider.ts'
export { PICTURE_KINDS, picturesOf } from './domain/pictures.ts'
