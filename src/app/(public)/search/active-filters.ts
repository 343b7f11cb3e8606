import { sayLongDay, sayLongDayOfYear } from '#src/ui/format.ts'
import { searchHref, type SearchQuery } from './search-query.ts'

/** A filter that is on, in words, and the same search without it. */
export interface ActiveFilter {
  readonly label: string
  readonly without: SearchQuery
  readonly href: string
}

export function activeFilters(
  query: SearchQuery,
  names: { category: string | null; priceMax: string | null; locale: string; thisYear: string },
): ActiveFilter[] {
  const filter = (
    label: string | false | undefined | null,
    ...parts: (keyof SearchQuery)[]
  ): ActiveFilter[] => {
    if (!label) return []
    const without: SearchQuery = { ...query, ...Object.fromEntries(parts.map((part) => [part, undefined])) }
    return [{ label, without, href: searchHref(without) }]
  }
  const { text, place, radiusKm, date, timeFrom, timeUntil, durationMinutes, ratingMin } = query
  const sort = query.sort === 'distance' ? (['sort'] as const) : []
  return [
    ...filter(text && `“${text}”`, 'text'),
    ...filter(query.categoryId && (names.category ?? query.categoryId), 'categoryId'),
    ...filter(
      place && (radiusKm ? `within ${radiusKm} km of ${place}` : `near ${place}`),
      'place',
      'radiusKm',
      ...sort,
    ),
    ...filter(date && dayInWords(date, names), 'date', 'timeFrom', 'timeUntil'),
    ...filter(timesInWords(timeFrom, timeUntil), 'timeFrom', 'timeUntil'),
    ...filter(durationMinutes && `about ${durationMinutes} min`, 'durationMinutes'),
    ...filter(query.priceMax && `up to ${names.priceMax ?? query.priceMax}`, 'priceMax'),
    ...filter(ratingMin && `rated ${ratingMin} or better`, 'ratingMin'),
    ...filter(query.instantOnly && 'instant booking', 'instantOnly'),
    ...filter(query.onlineOnly && 'online', 'onlineOnly'),
  ]
}

function dayInWords(date: string, { thisYear, locale }: { thisYear: string; locale: string }): string {
  const say = date.startsWith(thisYear) ? sayLongDay : sayLongDayOfYear
  return say(`${date}T12:00:00Z`, 'UTC', locale)
}

function timesInWords(from: string | undefined, until: string | undefined): string | null {
  if (from && until) return `between ${from} and ${until}`
  if (from) return `from ${from}`
  return until ? `until ${until}` : null
}
