import { sql, type SQL } from 'drizzle-orm'
import type { ProviderId, ServiceId } from '#src/kernel/ids.ts'
import type { Money } from '#src/kernel/money.ts'
import type { Temporal } from '#src/kernel/time.ts'
import { firstQuarterSql } from '#src/modules/scheduling/index.ts'
import type { Queryable } from '#src/platform/db/database.ts'
import { boxesAround, EARTH_RADIUS_KM } from './domain/geo-box.ts'
import type { Place } from './find-place.ts'
import { ratingSql, relevanceSql } from './ranking.ts'
import type { Sort } from './search-input.ts'

/** On the provider's clock: the service starts on the date, not before `timeFrom`, and ends not after `timeUntil`. */
export interface WantedTime {
  readonly date: string
  readonly timeFrom: string | null
  readonly timeUntil: string | null
}

/** When a start is looked for, at this moment: at a wanted time, or at any until an instant. */
export type SearchedTime = { readonly now: Temporal.Instant } & (
  { readonly wanted: WantedTime } | { readonly until: Temporal.Instant }
)

/** The filters that the database decides. Of the time it says who cannot have it; the slot engine judges the others. */
export interface CandidateFilters {
  readonly words: readonly string[]
  /** Forgive typos: asked for only where the words as written find nobody. */
  readonly fuzzy: boolean
  readonly categoryId: string | null
  readonly around: (Place & { radiusKm: number }) | null
  /** Of the price that is stored. Services in another currency do not pass. */
  readonly priceMax: Money | null
  readonly ratingMin: number | null
  readonly instantOnly: boolean
  readonly onlineOnly: boolean
  readonly duration: { least: number; most: number } | null
  readonly bookableOnly: boolean
  /** Null: whenever. */
  readonly time: SearchedTime | null
}

/** Where a page ends: rows are ordered by (key, id), both rising. */
export type Position = { readonly key: number; readonly id: string }

/** Where the next candidates begin: behind a position, or at whoever stands there. */
export interface From {
  readonly position: Position
  readonly itself: boolean
}

export interface Candidate {
  readonly providerId: ProviderId
  /** The matching services, the one to show first. */
  readonly serviceIds: readonly ServiceId[]
  /** Their prices, in the same order. */
  readonly pricesMinor: readonly number[]
  readonly distanceKm: number | null
  /** Where a time is asked for it is the least that it can be: of the price and of the time the engine has the last word. */
  readonly key: number
}

interface Row extends Record<string, unknown> {
  page: Candidate[] | null
  total: number
  categories: CategoryCount[] | null
}

/** Word similarity from which a word counts as misspelt rather than another. */
const TYPO_SIMILARITY_MIN = 0.5

export interface CategoryCount {
  id: string
  name: string
  count: number
}

export interface Candidates {
  readonly candidates: readonly Candidate[]
  /** Of all pages. */
  readonly total: number
  /** How many each category would leave, all other filters applied. Empty unless asked for. */
  readonly categories: readonly CategoryCount[]
}

/**
 * One page of providers that pass the filters, in the order of `sort`. The categories are counted in the same statement,
 * so that all filters but the category are applied once.
 */
export async function findCandidates(
  db: Queryable,
  filters: CandidateFilters,
  page: {
    sort: Sort
    from: From | null
    limit: number
    withCategories: boolean
  },
): Promise<Candidates> {
  const inCategory =
    filters.categoryId === null ? sql`true` : sql`m.path @> array[${filters.categoryId}]::text[]`
  const order = serviceOrderSql(page.sort, filters)
  const { rows } = await db.execute<Row>(sql`
    with ${matchedSql(page.withCategories ? { ...filters, categoryId: null } : filters)},
    found as (
      select m.provider_id, ${keySql(page.sort, filters)} as key, min(m.distance_km) as distance_km,
        array_agg(m.service_id order by ${order}) as service_ids, array_agg(m.price_minor order by ${order}) as prices
      from matched m where ${inCategory} group by m.provider_id),
    page as (
      select f.* from found f
      ${page.from ? beginsAtSql(page.from) : sql``}
      order by f.key, f.provider_id
      limit ${page.limit})
    select
      (select json_agg(json_build_object('providerId', p.provider_id, 'serviceIds', p.service_ids, 'pricesMinor', p.prices,
                                         'distanceKm', p.distance_km, 'key', p.key) order by p.key, p.provider_id) from page p) as page,
      (select count(*)::int from found) as total,
      ${page.withCategories ? CATEGORY_COUNTS_SQL : sql`null`} as categories`)
  const [row] = rows
  return { candidates: row?.page ?? [], total: row?.total ?? 0, categories: row?.categories ?? [] }
}

function beginsAtSql({ position: { key, id }, itself }: From): SQL {
  return sql`where (f.key, f.provider_id) ${sql.raw(itself ? '>=' : '>')} (${key}::bigint, ${id}::uuid)`
}

const CATEGORY_COUNTS_SQL = sql`(
  select json_agg(json_build_object('id', k.id, 'name', k.name, 'count', n.count) order by cardinality(k.path), n.count desc, k.position, k.id)
  from (select t.id, count(*) as count
        from (select distinct m.provider_id, branch.id from matched m cross join lateral unnest(m.path) as branch(id)) t
        group by t.id) n
  join categories k on k.id = n.id)`

/** `matched`: one row for each service that passes, with what ranking needs. */
function matchedSql(filters: CandidateFilters): SQL {
  const conditions = [sql`p.status = 'live'`, sql`s.active`]
  if (filters.bookableOnly) conditions.push(sql`p.payout_account_ready`)
  if (filters.categoryId !== null) conditions.push(sql`k.path @> array[${filters.categoryId}]::text[]`)
  if (filters.priceMax !== null) {
    const { amountMinor, currency } = filters.priceMax
    conditions.push(sql`s.price_minor <= ${amountMinor.toString()}::bigint and s.currency = ${currency}`)
  }
  if (filters.ratingMin !== null) {
    conditions.push(
      sql`p.rating_count > 0 and p.rating_sum >= ${filters.ratingMin}::numeric * p.rating_count`,
    )
  }
  if (filters.instantOnly) conditions.push(sql`s.booking_mode = 'instant'`)
  if (filters.onlineOnly) conditions.push(sql`s.location_kind = 'online'`)
  if (filters.duration) {
    conditions.push(
      sql`s.duration_minutes between ${filters.duration.least}::int and ${filters.duration.most}::int`,
    )
  }
  for (const word of filters.words) {
    conditions.push(
      filters.fuzzy
        ? sql`word_similarity(unaccent(${word}), t.document) >= ${TYPO_SIMILARITY_MIN}::real`
        : sql`t.document like ${likePattern(word)}`,
    )
  }
  let distance = sql`null::double precision`
  if (filters.around) {
    distance = haversineSql(filters.around)
    // Somebody online is near everybody.
    if (!filters.onlineOnly) {
      const boxes = boxesAround(
        filters.around.latitude,
        filters.around.longitude,
        filters.around.radiusKm,
      ).map(
        ({ south, west, north, east }) =>
          sql`point(p.longitude, p.latitude) <@ box(point(${west}::float8, ${south}::float8), point(${east}::float8, ${north}::float8))`,
      )
      conditions.push(
        sql`(${sql.join(boxes, sql` or `)})`,
        sql`${distance} <= ${filters.around.radiusKm}::float8`,
      )
    }
  }
  const document =
    filters.words.length === 0
      ? sql``
      : sql`cross join lateral (select unaccent(lower(concat_ws(' ', p.name, p.headline, s.name, k.words, p.city))) as document) t`
  return sql`kinds as materialized (
      select k.id, k.path, (select string_agg(a.name, ' ') from categories a where a.id = any(k.path)) as words from categories k),
    fits as materialized (
      select p.id as provider_id, s.id as service_id, s.position, s.price_minor, s.duration_minutes, k.path,
        p.payout_account_ready as bookable, p.rating_sum, p.rating_count, ${distance} as distance_km,
        ${textFitSql(filters)} as text_fit, ${filters.time ? firstQuarterThenSql(filters.time) : sql`null::bigint`} as first_quarter
      from providers p join services s on s.provider_id = p.id join kinds k on k.id = s.category_id ${document}
      where ${sql.join(conditions, sql` and `)}),
    matched as (select * from fits ${filters.time ? sql`where first_quarter is not null` : sql``})`
}

const secondsSql = (seconds: number) => sql`${seconds}::bigint`

/** Of `services s join providers p`. */
function firstQuarterThenSql(time: SearchedTime): SQL {
  const nowSeconds = secondsSql(Math.floor(time.now.epochMilliseconds / 1000))
  const [fromSeconds, lastSeconds] =
    'until' in time
      ? [nowSeconds, secondsSql(Math.ceil(time.until.epochMilliseconds / 1000) - 1)]
      : [earliestSql(time.wanted), latestStartSql(time.wanted)]
  const [minimumNoticeMinutes, horizonDays] = [sql`s.minimum_notice_minutes`, sql`s.horizon_days`]
  return firstQuarterSql({
    serviceId: sql`s.id`,
    minimumNoticeMinutes,
    horizonDays,
    fromSeconds,
    lastSeconds,
    nowSeconds,
  })
}

function earliestSql({ date, timeFrom }: WantedTime): SQL {
  return sql`extract(epoch from least(${clockReadings(sql`${date}::date + ${timeFrom ?? '00:00'}::time`)}))::bigint`
}

/** Without an end it may start as late as the date lasts, and otherwise so that it ends in time. */
function latestStartSql({ date, timeUntil }: WantedTime): SQL {
  const ends = sql`${date}::date + ${timeUntil ?? '24:00'}::interval`
  const latest = sql`extract(epoch from greatest(${clockReadings(ends)}))::bigint`
  return timeUntil === null ? sql`${latest} - 1` : sql`${latest} - 60 * s.duration_minutes`
}

/** The instants at which the provider's clock may read this: by its offset then, the day before and the day after. Where it jumps they differ. */
function clockReadings(wall: SQL): SQL {
  const at = (days: number) =>
    sql`((${wall}) + ${days} * interval '1 day') at time zone p.time_zone - ${days} * interval '24 hours'`
  return sql.join([at(0), at(-1), at(1)], sql`, `)
}

/** Where the words stand: 1 in the provider's name, 0.8 in a service, 0.6 in its category, 0.3 elsewhere or misspelt. */
function textFitSql(filters: CandidateFilters): SQL {
  if (filters.words.length === 0) return sql`1.0`
  if (filters.fuzzy) return sql`0.3 * word_similarity(unaccent(${filters.words.join(' ')}), t.document)`
  const allIn = (text: SQL) =>
    sql.join(
      filters.words.map((word) => sql`unaccent(lower(${text})) like ${likePattern(word)}`),
      sql` and `,
    )
  return sql`case when ${allIn(sql`p.name`)} then 1.0 when ${allIn(sql`s.name`)} then 0.8
    when ${allIn(sql`k.words`)} then 0.6 else 0.3 end`
}

/** Rising whole numbers, whichever way the sort goes; `m` is one provider's group of matches. */
function keySql(sort: Sort, filters: CandidateFilters): SQL {
  const ratingSum = sql`min(m.rating_sum)`
  const ratingCount = sql`min(m.rating_count)`
  switch (sort) {
    case 'relevance': {
      const closeness = filters.around
        ? sql`greatest(0, 1 - min(m.distance_km) / ${filters.around.radiusKm}::float8)`
        : null
      return sql`(-${relevanceSql({ textFit: sql`max(m.text_fit)`, bookable: sql`bool_or(m.bookable)`, ratingSum, ratingCount, closeness })})::bigint`
    }
    case 'rating':
      return sql`(-${ratingSql({ ratingSum, ratingCount })})::bigint`
    case 'price':
      return sql`min(m.price_minor)`
    case 'soonest':
      return sql`min(m.first_quarter)`
    case 'distance':
      return sql`coalesce(round(min(m.distance_km) * 1000), ${FAR_AWAY}::float8)::bigint`
  }
}

/** Metres: behind everybody whose place is known. */
const FAR_AWAY = 1e9

/** Which of a provider's matching services is shown. */
function serviceOrderSql(sort: Sort, filters: CandidateFilters): SQL {
  const order: SQL[] = []
  if (sort === 'price') order.push(sql`m.price_minor`)
  if (filters.words.length > 0) order.push(sql`m.text_fit desc`)
  if (filters.duration) order.push(sql`m.duration_minutes`)
  order.push(sql`m.position`, sql`m.service_id`)
  return sql.join(order, sql`, `)
}

function haversineSql({ latitude, longitude }: Place): SQL {
  return sql`(${2 * EARTH_RADIUS_KM}::float8 * asin(least(1, sqrt(
    power(sin(radians(p.latitude - ${latitude}::float8) / 2), 2)
    + cos(radians(${latitude}::float8)) * cos(radians(p.latitude)) * power(sin(radians(p.longitude - ${longitude}::float8) / 2), 2)))))`
}

function likePattern(word: string): SQL {
  return sql`'%' || unaccent(${word.replace(/[\\%_]/g, '\\$&')}::text) || '%'`
}
