export { seedCategories } from './seed-categories.ts'
export type { ServiceExtraId } from './tables.ts'
export { SERVICE_DEFAULTS, writeServices, type NewExtra, type NewService } from './write-services.ts'
export { priceProblemOf, sayPriceProblem } from './price-problem.ts'
