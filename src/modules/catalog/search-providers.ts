import { sql } from 'drizzle-orm'
import { hash } from 'node:crypto'
import { z } from 'zod'
import { chargeStepOf } from '#src/kernel/charges.ts'
import type { ProviderId, ServiceId } from '#src/kernel/ids.ts'
import { money, type Money } from '#src/kernel/money.ts'
import type { Temporal } from '#src/kernel/time.ts'
import { nextSlotsOfServices, type SlotView } from '#src/modules/scheduling/index.ts'
import type { Config } from '#src/platform/config.ts'
import type { Queryable } from '#src/platform/db/database.ts'
import { readCursor, writeCursor } from '#src/platform/http/cursor.ts'
import { invalid } from '#src/platform/http/define.ts'
import { baseMaxFor } from './domain/price-limit.ts'
import {
  findCandidates,
  type Candidate,
  type CandidateFilters,
  type CategoryCount,
  type Position,
  type WantedTime,
} from './find-candidates.ts'
import { findPlace, type Place } from './find-place.ts'
import { judgeByTime, type FreeCandidate, type JudgedEnd } from './judge-by-time.ts'
import { PER_PAGE_MAX, RADIUS_KM, type SearchInput } from './search-input.ts'
import {
  guestTotalMinor,
  SERVICE_JSON_SQL,
  toServiceView,
  type Fees,
  type ServiceJson,
} from './service-view.ts'
import type { ProviderCard, SearchResult } from './views.ts'

/** Words beyond these would only make the query slower. */
const WORDS_MAX = 6
/** "For 60 minutes" takes services of 60 to 90. */
export const DURATION_SLACK_MINUTES = 30
const SLOTS_ON_CARD = 3

const positionSchema = z.object({ key: z.number().int(), id: z.uuid() })
const cursorSchema = positionSchema.extend({
  /** Where the candidates of the next page begin, where a time is asked for. */
  from: positionSchema.optional(),
  /** Of the filters: a cursor continues the search it came from and no other. */
  of: z.string(),
  fuzzy: z.boolean(),
})

/** A limit on the price is one in CURRENCY: amounts of other currencies are not compared with it. */
export type SearchSettings = Fees & Pick<Config, 'CURRENCY'>

/**
 * Finds providers. The database decides about everything but time; where a time is asked for, or the soonest first, the
 * slot engine judges, so that what is found can be booked. Pages follow a total order, (sort key, id).
 */
export async function searchProviders(
  db: Queryable,
  settings: SearchSettings,
  input: SearchInput,
  now: Temporal.Instant,
): Promise<SearchResult> {
  const place = await placeOf(db, input)
  const fingerprint = fingerprintOf(input)
  const cursor = input.cursor === undefined ? null : readCursor(input.cursor, cursorSchema)
  if (cursor && cursor.of !== fingerprint) throw invalid('cursor', 'belongs to another search')
  if (place === 'unknown') {
    return {
      items: [],
      nextCursor: null,
      place: null,
      total: 0,
      totalIsExact: true,
      facets: { categories: [] },
    }
  }

  const search = { input, now, limit: Math.min(input.limit, PER_PAGE_MAX), after: cursor }
  let filters = filtersOf(settings, input, place, cursor?.fuzzy ?? false)
  let found = await findPage(db, filters, search)
  // Only where the words themselves find nobody: a full day is not a typo.
  if (found.total === 0 && filters.words.length > 0 && !cursor && !(await hasCandidates(db, filters))) {
    filters = { ...filters, fuzzy: true }
    found = await findPage(db, filters, search)
  }
  const items = await toCards(db, settings, found.page, now)
  const { end } = found
  return {
    items,
    nextCursor: end ? writeCursor({ ...end, of: fingerprint, fuzzy: filters.fuzzy }) : null,
    place: place && { label: place.label, latitude: place.latitude, longitude: place.longitude },
    total: found.total,
    totalIsExact: found.totalIsExact,
    facets: { categories: [...found.categories] },
  }
}

interface Page {
  page: FreeCandidate[]
  /** Null when nothing follows. */
  end: Position | JudgedEnd | null
  total: number
  totalIsExact: boolean
  categories: readonly CategoryCount[]
}

interface PageWanted {
  input: SearchInput
  now: Temporal.Instant
  limit: number
  after: (Position & { readonly from?: Position | undefined }) | null
}

async function findPage(
  db: Queryable,
  filters: CandidateFilters,
  { input, now, limit, after }: PageWanted,
): Promise<Page> {
  const wanted = wantedTimeOf(input)
  if (wanted || input.sort === 'soonest') {
    return judgeByTime(db, filters, {
      sort: input.sort,
      wanted,
      now,
      limit,
      after: after && { ...after, from: after.from ?? after },
      slotsPerProvider: SLOTS_ON_CARD,
    })
  }
  const { candidates, total, categories } = await findCandidates(db, filters, {
    sort: input.sort,
    from: after && { position: after, itself: false },
    limit: limit + 1,
    withCategories: true,
  })
  const page = candidates.slice(0, limit)
  const last = page.at(-1)
  return {
    page: page.map((candidate) => ({ ...candidate, serviceId: firstOf(candidate), slots: null })),
    end: candidates.length > limit && last ? { key: last.key, id: last.providerId } : null,
    total,
    totalIsExact: true,
    categories,
  }
}

/** At whatever time. */
async function hasCandidates(db: Queryable, filters: CandidateFilters): Promise<boolean> {
  const anybody = { sort: 'relevance', from: null, limit: 1, withCategories: false } as const
  return (await findCandidates(db, { ...filters, time: null }, anybody)).total > 0
}

function firstOf(candidate: Candidate): ServiceId {
  const [first] = candidate.serviceIds
  if (!first) throw new RangeError('a candidate has at least one matching service')
  return first
}

function wantedTimeOf(input: SearchInput): WantedTime | null {
  if (input.date === undefined) return null
  return { date: input.date, timeFrom: input.timeFrom ?? null, timeUntil: input.timeUntil ?? null }
}

async function placeOf(db: Queryable, input: SearchInput): Promise<Place | 'unknown' | null> {
  const { latitude, longitude, place } = input
  if (latitude !== undefined && longitude !== undefined)
    return { label: place || 'Near you', latitude, longitude }
  if (!place) return null
  return (await findPlace(db, place)) ?? 'unknown'
}

function filtersOf(
  settings: SearchSettings,
  input: SearchInput,
  place: Place | null,
  fuzzy: boolean,
): CandidateFilters {
  const { durationMinutes } = input
  return {
    words: wordsOf(input.text ?? ''),
    fuzzy,
    categoryId: input.categoryId || null,
    around: place && { ...place, radiusKm: input.radiusKm ?? RADIUS_KM },
    priceMax: input.priceMaxMinor === undefined ? null : priceMaxOf(settings, input, input.priceMaxMinor),
    ratingMin: input.ratingMin ?? null,
    instantOnly: input.instantOnly ?? false,
    onlineOnly: input.onlineOnly ?? false,
    duration:
      durationMinutes === undefined
        ? null
        : { least: durationMinutes, most: durationMinutes + DURATION_SLACK_MINUTES },
    bookableOnly: input.date !== undefined || input.sort === 'soonest',
    time: null,
  }
}

/** The limit as one on the price that is stored. */
function priceMaxOf(settings: SearchSettings, { signedIn }: SearchInput, totalMaxMinor: number): Money {
  const currency = settings.CURRENCY
  const totalOf = (baseMinor: bigint) =>
    signedIn ? baseMinor : guestTotalMinor(settings, currency, baseMinor)
  return money(baseMaxFor(BigInt(totalMaxMinor), chargeStepOf(currency), totalOf), currency)
}

/** "Hair-cut, Denver" → hair, cut, denver. Accents are left to the database, which folds both sides alike. */
function wordsOf(text: string): string[] {
  return [...new Set(text.toLowerCase().match(/[\p{Letter}\p{Number}]+/gu) ?? [])].slice(0, WORDS_MAX)
}

function fingerprintOf({ cursor: _cursor, limit: _limit, ...filters }: SearchInput): string {
  const sorted = Object.entries(filters)
    .filter(([, value]) => value !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
  return hash('sha256', JSON.stringify(sorted), 'base64url').slice(0, 10)
}

interface CardRow extends Record<string, unknown> {
  id: ProviderId
  slug: string
  name: string
  headline: string
  city: string
  region: string
  country: string
  photo: string | null
  rating_sum: number
  rating_count: number
  time_zone: string
  bookable: boolean
  service: ServiceJson
}

async function toCards(
  db: Queryable,
  fees: Fees,
  page: readonly FreeCandidate[],
  now: Temporal.Instant,
): Promise<ProviderCard[]> {
  if (page.length === 0) return []
  const serviceIds = page.map(({ serviceId }) => serviceId)
  const withoutSlots = page.filter(({ slots }) => slots === null).map(({ serviceId }) => serviceId)
  const { rows } = await db.execute<CardRow>(sql`
    select p.id, p.slug, p.name, p.headline, p.city, p.region, p.country, p.photos[1] as photo, p.rating_sum, p.rating_count,
      p.time_zone, p.payout_account_ready as bookable, ${SERVICE_JSON_SQL} as service
    from services s join providers p on p.id = s.provider_id join categories k on k.id = s.category_id
    where s.id = any(${sql.param(serviceIds)}::uuid[])`)
  const rowOf = new Map(rows.map((row) => [row.id, row]))
  const next = await nextSlotsOfServices(db, withoutSlots, now, SLOTS_ON_CARD)
  return page.flatMap(({ providerId, serviceId, slots, distanceKm }) => {
    const row = rowOf.get(providerId)
    return row ? [toCard(fees, row, distanceKm, slots ?? next.get(serviceId)?.slots ?? [])] : []
  })
}

function toCard(fees: Fees, row: CardRow, distanceKm: number | null, nextSlots: SlotView[]): ProviderCard {
  const { rating_sum, rating_count, time_zone, service, ...same } = row
  return {
    ...same,
    ratingAverage: ratingAverage(rating_sum, rating_count),
    ratingCount: rating_count,
    timeZone: time_zone,
    distanceKm: distanceKm === null ? null : Math.round(distanceKm * 10) / 10,
    service: toServiceView(fees, service),
    nextSlots,
  }
}

/** To one decimal, as it is shown. */
export function ratingAverage(sum: number, count: number): number | null {
  return count === 0 ? null : Math.round((sum / count) * 10) / 10
}
