import Link from 'next/link'
import type { CategoryView, SearchResult } from '#src/modules/catalog/reads.ts'
import { Button } from '#src/ui/button.tsx'
import { Checkbox, Field, Select } from '#src/ui/field.tsx'
import { sayNumber } from '#src/ui/format.ts'
import { FilterIcon } from '#src/ui/icons.tsx'
import {
  DURATIONS_MINUTES,
  RADII_KM,
  RATINGS,
  searchHref,
  type SearchProblems,
  type SearchQuery,
} from './search-query.ts'

export interface FiltersProps {
  query: SearchQuery
  categories: readonly CategoryView[]
  facets: SearchResult['facets']['categories']
  currency: string
  locale: string
  /** As it was typed, where that makes no sense. */
  typed: Readonly<Record<'timeFrom' | 'timeUntil' | 'priceMax', string | undefined>>
  problems: SearchProblems
  /** How many filters are on. */
  active: number
}

/** Everything that narrows a search. Beside the results on wide screens; folded away above them on a phone. */
export function Filters(props: FiltersProps) {
  const { query, categories, facets, currency, locale, typed, problems, active } = props
  return (
    // Open where something inside has to be put right.
    <details
      className="filters"
      open={Boolean(problems.timeFrom || problems.timeUntil || problems.priceMax || problems.categoryId)}
    >
      <summary className="flex min-h-12 items-center gap-2 rounded-control border border-line-strong bg-surface px-4 font-semibold">
        <FilterIcon /> Filters{active > 0 && ` (${active} on)`}
      </summary>
      <div className="flex flex-col gap-6 max-lg:mt-4 max-lg:rounded-card max-lg:border max-lg:border-line max-lg:bg-surface max-lg:p-4">
        {problems.categoryId && <p className="text-sm font-medium text-danger">{problems.categoryId}</p>}
        <CategoryLinks query={query} categories={categories} facets={facets} locale={locale} />
        {query.categoryId && <input type="hidden" name="categoryId" value={query.categoryId} />}
        {query.sort && <input type="hidden" name="sort" value={query.sort} />}
        <fieldset className="grid grid-cols-2 gap-3">
          <legend className="mb-1 font-semibold">Time of day</legend>
          <Field
            name="timeFrom"
            label="From"
            type="time"
            step={900}
            optional="unsaid"
            defaultValue={typed.timeFrom}
            error={problems.timeFrom}
          />
          <Field
            name="timeUntil"
            label="Until"
            type="time"
            step={900}
            optional="unsaid"
            defaultValue={typed.timeUntil}
            error={problems.timeUntil}
          />
          {!query.date && <p className="col-span-2 text-sm text-ink-soft">Counts once a day is chosen.</p>}
        </fieldset>
        <Select
          name="durationMinutes"
          label="Length"
          optional="unsaid"
          defaultValue={query.durationMinutes ?? ''}
        >
          <option value="">Any</option>
          {DURATIONS_MINUTES.map((minutes) => (
            <option key={minutes} value={minutes}>
              About {minutes} min
            </option>
          ))}
        </Select>
        <Select name="radiusKm" label="Distance" optional="unsaid" defaultValue={query.radiusKm ?? ''}>
          <option value="">Usual (25 km)</option>
          {RADII_KM.map((radius) => (
            <option key={radius} value={radius}>
              Within {radius} km
            </option>
          ))}
        </Select>
        <Field
          name="priceMax"
          label={`Price up to, in ${currency}`}
          optional="unsaid"
          inputMode="decimal"
          pattern="[0-9]+([.][0-9]+)?"
          defaultValue={typed.priceMax}
          error={problems.priceMax}
        />
        <Select name="ratingMin" label="Rating" optional="unsaid" defaultValue={query.ratingMin ?? ''}>
          <option value="">Any</option>
          {RATINGS.map((rating) => (
            <option key={rating} value={rating}>
              {rating} or better
            </option>
          ))}
        </Select>
        <div>
          <Checkbox
            name="instantOnly"
            value="1"
            label="Confirmed at once"
            defaultChecked={query.instantOnly === '1'}
          />
          <Checkbox name="onlineOnly" value="1" label="Online" defaultChecked={query.onlineOnly === '1'} />
        </div>
        <Button type="submit" look="secondary">
          Show results
        </Button>
      </div>
    </details>
  )
}

function CategoryLinks({
  query,
  categories,
  facets,
  locale,
}: Pick<FiltersProps, 'query' | 'categories' | 'facets' | 'locale'>) {
  const path = pathTo(categories, query.categoryId)
  // One level at a time: what is inside of the chosen category, or the top.
  const counts = new Map(facets.map(({ id, count }) => [id, count]))
  const inside = (path.at(-1)?.children ?? categories).flatMap(({ id, name }) => {
    const count = counts.get(id)
    return count ? [{ id, name, count }] : []
  })
  if (path.length === 0 && inside.length === 0) return null
  return (
    <nav aria-label="Categories">
      <h2 className="mb-1 text-base font-semibold tracking-normal">Category</h2>
      <ul>
        {path.length > 0 && (
          <li>
            <Link
              href={searchHref(query, { categoryId: null })}
              className="inline-flex min-h-9 items-center text-link hover:underline"
            >
              All categories
            </Link>
          </li>
        )}
        {path.map(({ id, name }, index) => (
          <li key={id}>
            {index === path.length - 1 ? (
              <span aria-current="true" className="inline-flex min-h-9 items-center font-semibold">
                {name}
              </span>
            ) : (
              <Link
                href={searchHref(query, { categoryId: id })}
                className="inline-flex min-h-9 items-center text-link hover:underline"
              >
                {name}
              </Link>
            )}
          </li>
        ))}
        {inside.map(({ id, name, count }) => (
          <li key={id}>
            <Link
              href={searchHref(query, { categoryId: id })}
              className="flex min-h-9 items-center justify-between gap-3 text-link hover:underline"
            >
              {name} <span className="tabular text-sm text-ink-soft">{sayNumber(count, locale)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function pathTo(categories: readonly CategoryView[], id: string | undefined): CategoryView[] {
  for (const category of categories) {
    if (category.id === id) return [category]
    const below = pathTo(category.children, id)
    if (below.length > 0) return [category, ...below]
  }
  return []
}
