import { z } from 'zod'
import { dateSchema } from '#src/platform/http/define.ts'

export const SORTS = ['relevance', 'soonest', 'price', 'rating', 'distance'] as const
export type Sort = (typeof SORTS)[number]

export const PER_PAGE = 20
export const PER_PAGE_MAX = 50
export const RADIUS_KM = 25
const RADIUS_KM_MAX = 500 // beyond it "near" says nothing

export interface SearchInput {
  text?: string | undefined
  categoryId?: string | undefined
  place?: string | undefined
  latitude?: number | undefined
  longitude?: number | undefined
  radiusKm?: number | undefined
  /** In the viewer's terms: the guest's total unless signed in. Minor units of the installation's first currency. */
  priceMaxMinor?: number | undefined
  ratingMin?: number | undefined
  instantOnly?: boolean | undefined
  onlineOnly?: boolean | undefined
  /** YYYY-MM-DD, on the provider's calendar. */
  date?: string | undefined
  /** HH:mm on the provider's clock: starts not before, ends not after. */
  timeFrom?: string | undefined
  timeUntil?: string | undefined
  durationMinutes?: number | undefined
  sort: Sort
  cursor?: string | undefined
  limit: number
  signedIn?: boolean | undefined
}

const wallTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is a time like 17:30')
const flag = z.enum(['true', 'false', '1', '0']).transform((value) => value === 'true' || value === '1')

/** The search as it stands in a URL: every value a string. */
export const searchQueryShape = {
  text: z.string().trim().max(200).optional(),
  categoryId: z.string().max(60).optional(),
  place: z.string().trim().max(120).optional(),
  latitude: z.coerce.number().min(-90).max(90).optional(),
  longitude: z.coerce.number().min(-180).max(180).optional(),
  radiusKm: z.coerce.number().min(0.1).max(RADIUS_KM_MAX).optional(),
  priceMaxMinor: z.coerce.number().int().min(0).max(1_000_000_000).optional(),
  ratingMin: z.coerce.number().min(1).max(5).optional(),
  instantOnly: flag.optional(),
  onlineOnly: flag.optional(),
  date: dateSchema.optional(),
  timeFrom: wallTime.optional(),
  timeUntil: z.union([wallTime, z.literal('24:00')]).optional(),
  durationMinutes: z.coerce.number().int().min(5).max(1440).optional(),
  sort: z.enum(SORTS).default('relevance'),
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(PER_PAGE_MAX).default(PER_PAGE),
}

/** Parses what stands in a URL into a {@link SearchInput}; the problems name the field. */
export const searchQuerySchema = z.object(searchQueryShape).superRefine((query, context) => {
  const problem = (path: string, message: string) =>
    context.addIssue({ code: 'custom', path: [path], message })
  const hasPoint = query.latitude !== undefined && query.longitude !== undefined
  if (!hasPoint && query.latitude !== undefined) problem('longitude', 'is needed beside latitude')
  if (!hasPoint && query.longitude !== undefined) problem('latitude', 'is needed beside longitude')
  if (query.sort === 'distance' && !hasPoint && !query.place) problem('sort', 'by distance needs a place')
  if (query.date === undefined && query.timeFrom !== undefined) problem('timeFrom', 'needs a date')
  if (query.date === undefined && query.timeUntil !== undefined) problem('timeUntil', 'needs a date')
  if (query.timeFrom !== undefined && query.timeUntil !== undefined && query.timeFrom >= query.timeUntil) {
    problem('timeUntil', 'must be after timeFrom')
  }
})
