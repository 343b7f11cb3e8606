import Form from 'next/form'
import Link from 'next/link'
import { redirect } from 'next/navigation'
import type { Metadata } from 'next'
import { pageContext } from '#src/boot/web.ts'
import { money, formatMoney, fromDecimalString } from '#src/kernel/money.ts'
import {
  listCategories,
  searchProviders,
  type CategoryView,
  type SearchResult,
} from '#src/modules/catalog/reads.ts'
import { Button, ButtonLink } from '#src/ui/button.tsx'
import { classes } from '#src/ui/classes.ts'
import { EmptyState } from '#src/ui/empty-state.tsx'
import { Field } from '#src/ui/field.tsx'
import { count, localDateOf } from '#src/ui/format.ts'
import { CloseIcon, SearchIcon } from '#src/ui/icons.tsx'
import { Notice } from '#src/ui/notice.tsx'
import { Pagination } from '#src/ui/navigation.tsx'
import { ProviderCard } from '#src/ui/provider-card.tsx'
import { Column } from '#src/ui/shell.tsx'
import { TidyQuery } from '#src/ui/tidy-query.tsx'
import { refusalCode } from '../../or-not-found.ts'
import { pageLocale } from '../../page-locale.ts'
import { one, type Query } from '../query.ts'
import { QuickBook } from '../quick-book.tsx'
import { activeFilters, type ActiveFilter } from './active-filters.ts'
import { Filters } from './filters.tsx'
import { askedSearch, readSearchQuery, searchHref, toSearchInput, type SearchQuery } from './search-query.ts'

/** Where a day is over last: before that, nobody's today is called past. */
const LAST_ZONE = 'Etc/GMT+12'
const FIELD_WORDS = {
  date: 'When',
  timeFrom: 'From',
  timeUntil: 'Until',
  priceMax: 'Price',
  categoryId: 'Category',
} as const
const PER_PAGE = 20
/** Each relaxation costs one search. */
const RELAXATIONS_MAX = 4

interface PageProps {
  searchParams: Promise<Query>
}

export async function generateMetadata({ searchParams }: PageProps): Promise<Metadata> {
  const params = await searchParams
  const query = readSearchQuery(params)
  const { text, categoryId, place } = query
  const title = `${text ?? 'Services'}${place ? ` near ${place}` : ''}`
  // What somebody looks for and where may be found in a search engine; the many ways to narrow it down may not.
  const plain = searchHref({ text, categoryId, place })
  const narrowed = searchHref(query) !== plain || one(params, 'cursor') !== undefined
  return {
    title: title.charAt(0).toUpperCase() + title.slice(1),
    alternates: { canonical: plain },
    ...(narrowed && { robots: { index: false, follow: true } }),
  }
}

export default async function SearchPage({ searchParams }: PageProps) {
  const params = await searchParams
  const cursor = one(params, 'cursor')
  const { db, config, now, actor } = await pageContext()
  const categories = await listCategories(db)
  const { query, problems } = askedSearch(params, {
    today: localDateOf(now.toString(), LAST_ZONE),
    isCategory: (id) => nameOf(categories, id) !== null,
  })
  const signedIn = actor.kind === 'user'
  const run = (filters: SearchQuery, limit: number, from?: string) =>
    searchProviders(
      db,
      config,
      toSearchInput(filters, { cursor: from, limit, signedIn, currency: config.CURRENCY }),
      now,
    )

  const [found, locale] = await Promise.all([
    run(query, PER_PAGE, cursor).catch((error: unknown) => {
      // The cursor belongs to another search: a link that was edited. The search itself is still good.
      if (cursor && refusalCode(error) === 'request.invalid') redirect(searchHref(query))
      throw error
    }),
    pageLocale(),
  ])
  const currency = config.CURRENCY
  const priceMax = query.priceMax ? fromDecimalString(query.priceMax, currency) : null
  const filters = activeFilters(query, {
    category: nameOf(categories, query.categoryId),
    priceMax: priceMax && formatMoney(money(priceMax.amountMinor, currency), locale.tag),
    locale: locale.tag,
    thisYear: now.toString().slice(0, 4),
  })
  const totals = Object.fromEntries(
    found.items.map(({ service }) => [service.id, signedIn ? service.price : service.guestTotal]),
  )

  return (
    <Column className="pt-6 sm:pt-10">
      <Form action="/search" id="search" data-own-search>
        <TidyQuery />
        <SearchBar query={query} date={one(params, 'date')} problem={problems.date} />
        <div className="mt-8 grid gap-x-10 gap-y-6 lg:grid-cols-[16rem_1fr]">
          <Filters
            query={query}
            categories={categories}
            facets={found.facets.categories}
            currency={currency}
            locale={locale.tag}
            typed={{
              timeFrom: one(params, 'timeFrom'),
              timeUntil: one(params, 'timeUntil'),
              priceMax: one(params, 'priceMax'),
            }}
            problems={problems}
            active={filters.length}
          />
          <section aria-labelledby="results" className="min-w-0">
            {Object.keys(problems).length > 0 && (
              <div className="mb-5">
                <Notice tone="warning" title="Something you asked for was left out">
                  <ul>
                    {Object.entries(problems).map(([field, message]) => (
                      <li key={field}>
                        {FIELD_WORDS[field as keyof typeof problems]}: {message}
                      </li>
                    ))}
                  </ul>
                </Notice>
              </div>
            )}
            <Summary query={query} found={found} filters={filters} locale={locale.tag} />
            {found.items.length === 0 ? (
              <NothingFound
                query={query}
                found={found}
                filters={filters}
                run={(filters) => run(filters, 1)}
              />
            ) : (
              <QuickBook totals={totals}>
                <ul className="flex flex-col gap-4">
                  {found.items.map((provider, index) => (
                    <li key={provider.id}>
                      <ProviderCard
                        provider={provider}
                        signedIn={signedIn}
                        now={now.toString()}
                        locale={locale.tag}
                        eager={index === 0}
                      />
                    </li>
                  ))}
                </ul>
              </QuickBook>
            )}
            <div className="mt-8">
              <Pagination
                label="Pages of results"
                nextHref={found.nextCursor && searchHref(query, { cursor: found.nextCursor })}
                firstHref={cursor ? searchHref(query) : null}
              />
            </div>
          </section>
        </div>
      </Form>
    </Column>
  )
}

function SearchBar(props: { query: SearchQuery; date: string | undefined; problem: string | undefined }) {
  const { query, date, problem } = props
  return (
    <div className="grid grid-cols-2 items-start gap-3 lg:grid-cols-[1.4fr_1fr_0.8fr_auto]">
      <Field
        className="max-lg:col-span-2"
        name="text"
        label="What"
        type="search"
        optional="unsaid"
        defaultValue={query.text}
        placeholder="Massage, piano…"
      />
      <Field
        name="place"
        label="Where"
        optional="unsaid"
        defaultValue={query.place}
        placeholder="City or postcode"
        autoComplete="address-level2"
      />
      <Field name="date" label="When" type="date" optional="unsaid" defaultValue={date} error={problem} />
      <Button type="submit" className="max-lg:col-span-2 lg:mt-[2.0625rem]">
        <SearchIcon /> Search
      </Button>
    </div>
  )
}

const SORT_WORDS = {
  relevance: 'Best match',
  soonest: 'Soonest',
  price: 'Price',
  rating: 'Rating',
  distance: 'Distance',
} as const

function Summary({
  query,
  found,
  filters,
  locale,
}: {
  query: SearchQuery
  found: SearchResult
  filters: ActiveFilter[]
  locale: string
}) {
  const near = found.place ? ` near ${found.place.label}` : ''
  const exactly = found.totalIsExact ? '' : 'up to '
  const sorts = (Object.keys(SORT_WORDS) as (keyof typeof SORT_WORDS)[]).filter(
    (sort) => sort !== 'distance' || query.place,
  )
  return (
    <div className="mb-5 flex flex-col gap-3">
      <h1 id="results" className="text-xl">
        {found.items.length === 0
          ? 'Nothing found'
          : `${exactly}${count(found.total, 'provider', 'providers', locale)}${near}`}
      </h1>
      {filters.length > 0 && (
        <ul aria-label="Filters that are on" className="flex flex-wrap gap-2">
          {filters.map(({ label, href }) => (
            <li key={label}>
              <Link
                href={href}
                className="inline-flex min-h-9 items-center gap-1.5 rounded-full border border-line-strong bg-surface px-3 text-sm hover:bg-sunken"
              >
                <span className="sr-only">Remove </span>
                {label}
                <CloseIcon className="size-4" />
              </Link>
            </li>
          ))}
        </ul>
      )}
      {found.items.length > 1 && (
        <nav aria-label="Order of results" className="flex flex-wrap items-center gap-x-1 text-sm">
          <span className="text-ink-soft">Order:</span>
          {sorts.map((sort) => {
            const current = sort === (query.sort ?? 'relevance')
            return (
              <Link
                key={sort}
                href={searchHref(query, { sort: sort === 'relevance' ? null : sort })}
                {...(current ? { 'aria-current': 'true' as const } : {})}
                className={classes(
                  'inline-flex min-h-11 items-center px-2',
                  current ? 'font-semibold' : 'text-link hover:underline',
                )}
              >
                {SORT_WORDS[sort]}
              </Link>
            )
          })}
        </nav>
      )}
    </div>
  )
}

/** Which filter costs most is found by leaving each out once. */
async function NothingFound(props: {
  query: SearchQuery
  found: SearchResult
  filters: ActiveFilter[]
  run: (query: SearchQuery) => Promise<SearchResult>
}) {
  const { query, found, filters, run } = props
  const relaxed = await Promise.all(
    filters
      .slice(-RELAXATIONS_MAX)
      .map(async (filter) => ({ ...filter, total: (await run(filter.without)).total })),
  )
  const helpful = relaxed.filter(({ total }) => total > 0).sort((one, other) => other.total - one.total)
  const unknownPlace = query.place && !found.place
  return (
    <EmptyState
      title={unknownPlace ? `Nobody here is near “${query.place}” yet` : 'Nobody fits all of this'}
      actions={
        <>
          {helpful.map(({ label, href, total }) => (
            <ButtonLink key={label} href={href} look="secondary" size="small">
              Without {label}: {count(total, 'provider')}
            </ButtonLink>
          ))}
          <ButtonLink href="/search" look="quiet" size="small">
            Start over
          </ButtonLink>
        </>
      }
    >
      <p>
        {helpful[0]
          ? `The filter that leaves out most is ${helpful[0].label}.`
          : unknownPlace
            ? 'Check the spelling, or try the nearest larger town.'
            : 'Try another word, a wider area or another day.'}
      </p>
    </EmptyState>
  )
}

function nameOf(categories: readonly CategoryView[], id: string | undefined): string | null {
  for (const category of categories) {
    if (category.id === id) return category.name
    const below = nameOf(category.children, id)
    if (below) return below
  }
  return null
}
