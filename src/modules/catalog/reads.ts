// What pages and GET routes may ask of the catalog.
export { getProviderPage } from './get-provider-page.ts'
export { listCategories } from './list-categories.ts'
export { listPublicSlugs } from './list-public-slugs.ts'
export { listOwnServices, type OwnServiceView } from './list-own-services.ts'
export { searchProviders } from './search-providers.ts'
export { SORTS, searchQuerySchema, type SearchInput, type Sort } from './search-input.ts'
export type {
  CategoryView,
  OpeningDay,
  ProviderCard,
  ProviderPage,
  SearchResult,
  ServiceExtraView,
  ServiceView,
} from './views.ts'
export {
  listSlotsOfService,
  nextSlotsOfService,
  type SlotList,
  type SlotView,
} from '#src/modules/scheduling/index.ts'
