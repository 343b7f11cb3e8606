export { DIFFERENCES, objectWord, whatHappensNext, type DifferenceKind } from './domain/differences.ts'
export { requestReconciliation } from './request-reconciliation.ts'
