export { DIFFERENCES, objectWord, whatHappensNext, type DifferenceKind } from './domain/differences.ts'
export { readDrift, readLastComparedAt, readOpenByKind } from './read-open.ts'
export { requestReconciliation } from './request-reconciliation.ts'
