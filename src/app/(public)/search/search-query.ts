import { exponentOf, fromDecimalString, type Currency } from '#src/kernel/money.ts'
import { SORTS, type SearchInput, type Sort } from '#src/modules/catalog/reads.ts'
import { isDate, one, queryString, type Query } from '../query.ts'

/** The search as its page keeps it in the URL. Words and numbers as people type them; what makes no sense is left out. */
export interface SearchQuery {
  text?: string | undefined
  categoryId?: string | undefined
  place?: string | undefined
  radiusKm?: string | undefined
  priceMax?: string | undefined
  ratingMin?: string | undefined
  instantOnly?: string | undefined
  onlineOnly?: string | undefined
  date?: string | undefined
  timeFrom?: string | undefined
  timeUntil?: string | undefined
  durationMinutes?: string | undefined
  sort?: string | undefined
}

export const RADII_KM = [5, 10, 25, 50, 100]
export const RATINGS = [4.5, 4, 3.5]
export const DURATIONS_MINUTES = [30, 45, 60, 90, 120]

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/

export function readSearchQuery(query: Query): SearchQuery {
  const oneOf = (name: string, allowed: readonly (string | number)[]) => {
    const value = one(query, name)
    return allowed.map(String).includes(value ?? '') ? value : undefined
  }
  const like = (name: string, pattern: RegExp) => {
    const value = one(query, name)
    return value && pattern.test(value) ? value : undefined
  }
  const place = one(query, 'place')?.slice(0, 120)
  const day = one(query, 'date')
  const date = day && isDate(day) ? day : undefined
  const timeFrom = date && like('timeFrom', TIME)
  const timeUntil = date && like('timeUntil', TIME)
  const sort = oneOf('sort', SORTS)
  return {
    text: one(query, 'text')?.slice(0, 200),
    categoryId: like('categoryId', /^[a-z0-9-]{1,60}$/),
    place,
    radiusKm: place && oneOf('radiusKm', RADII_KM),
    priceMax: like('priceMax', /^\d{1,7}([.]\d{1,3})?$/),
    ratingMin: oneOf('ratingMin', RATINGS),
    instantOnly: oneOf('instantOnly', ['1']),
    onlineOnly: oneOf('onlineOnly', ['1']),
    date,
    timeFrom,
    timeUntil: timeUntil && (!timeFrom || timeFrom < timeUntil) ? timeUntil : undefined,
    durationMinutes: oneOf('durationMinutes', DURATIONS_MINUTES),
    sort: sort === 'distance' && !place ? undefined : sort,
  }
}

/** What was asked for and left out, because it makes no sense: said beside its field, or it would look like an answer. */
export type SearchProblems = Readonly<
  Partial<Record<'date' | 'timeFrom' | 'timeUntil' | 'priceMax' | 'categoryId', string>>
>

export interface AskedSearch {
  readonly query: SearchQuery
  readonly problems: SearchProblems
}

/** The search that can be run, and what is wrong with the rest. `today` is the earliest date that it still is somewhere. */
export function askedSearch(
  given: Query,
  known: { today: string; isCategory: (id: string) => boolean },
): AskedSearch {
  const query = readSearchQuery(given)
  const [day, price, category] = [one(given, 'date'), one(given, 'priceMax'), one(given, 'categoryId')]
  const [from, until] = [one(given, 'timeFrom'), one(given, 'timeUntil')]
  const past = query.date !== undefined && query.date < known.today
  const unknown = category !== undefined && !known.isCategory(category)
  const problems: Record<string, string | false | undefined> = {
    date: past
      ? 'This day has passed. Choose today or a later one.'
      : day !== undefined && query.date === undefined && 'Choose a day of the calendar.',
    timeFrom: from !== undefined && !TIME.test(from) && 'Give a time like 09:00.',
    timeUntil:
      until !== undefined &&
      (TIME.test(until)
        ? from !== undefined && TIME.test(from) && from >= until && 'Choose a time later than “From”.'
        : 'Give a time like 18:00.'),
    priceMax:
      price !== undefined && query.priceMax === undefined && 'Give the price as a number, like 80 or 79.50.',
    categoryId: unknown && 'There is no such category any more. Choose one below.',
  }
  return {
    query: {
      ...query,
      ...(past ? { date: undefined, timeFrom: undefined, timeUntil: undefined } : {}),
      ...(unknown ? { categoryId: undefined } : {}),
    },
    problems: Object.fromEntries(Object.entries(problems).filter(([, message]) => message)),
  }
}

export function toSearchInput(
  query: SearchQuery,
  page: { cursor: string | undefined; limit: number; signedIn: boolean; currency: Currency },
): SearchInput {
  return {
    text: query.text,
    categoryId: query.categoryId,
    place: query.place,
    radiusKm: query.radiusKm ? Number(query.radiusKm) : undefined,
    priceMaxMinor: query.priceMax ? minorOf(query.priceMax, page.currency) : undefined,
    ratingMin: query.ratingMin ? Number(query.ratingMin) : undefined,
    instantOnly: query.instantOnly === '1' || undefined,
    onlineOnly: query.onlineOnly === '1' || undefined,
    date: query.date,
    timeFrom: query.timeFrom,
    timeUntil: query.timeUntil,
    durationMinutes: query.durationMinutes ? Number(query.durationMinutes) : undefined,
    sort: (query.sort ?? 'relevance') as Sort,
    cursor: page.cursor,
    limit: page.limit,
    signedIn: page.signedIn,
  }
}

function minorOf(text: string, currency: Currency): number | undefined {
  const [units = '', decimals = ''] = text.split('.')
  const amount = fromDecimalString(
    `${units}.${decimals.slice(0, exponentOf(currency)) || '0'}`.replace(/\.0$/, ''),
    currency,
  )
  return amount ? Number(amount.amountMinor) : undefined
}

/** The address of a search; what is given in `changes` replaces what was there, null takes it away. */
export function searchHref(
  query: SearchQuery,
  changes: { [Name in keyof SearchQuery | 'cursor']?: string | null } = {},
): string {
  return `/search${queryString({ ...query, ...changes })}`
}
