import type { MoneyJson } from '#src/kernel/money.ts'
import type { BookingMode, CancellationPolicy, LocationKind } from '#src/kernel/service-terms.ts'
import type { SlotView } from '#src/modules/scheduling/index.ts'
import type { ReviewList } from '#src/modules/reviews/index.ts'

// What pages and the API show of the catalog. Plain JSON.

export interface ServiceView {
  id: string
  name: string
  description: string
  durationMinutes: number
  bookingMode: BookingMode
  cancellationPolicy: CancellationPolicy
  locationKind: LocationKind
  capacity: number
  price: MoneyJson
  /** What a guest pays, and the part of it that is the guest booking fee. */
  guestTotal: MoneyJson
  guestFee: MoneyJson
  category: { id: string; name: string }
  extras: ServiceExtraView[]
}

export interface ServiceExtraView {
  id: string
  name: string
  price: MoneyJson
  extraMinutes: number
}

export interface ProviderCard {
  id: string
  slug: string
  name: string
  headline: string
  city: string
  region: string
  country: string
  photo: string | null
  ratingAverage: number | null
  ratingCount: number
  distanceKm: number | null
  timeZone: string
  /** False: the page is public, but the provider cannot be paid yet. */
  bookable: boolean
  /** The one that matches best. */
  service: ServiceView
  nextSlots: SlotView[]
}

export interface SearchResult {
  items: ProviderCard[]
  nextCursor: string | null
  /** The place that was understood; null also when `place` is no place that we know. */
  place: { label: string; latitude: number; longitude: number } | null
  total: number
  /** False when a time was asked for and more providers than were looked at may have it: `total` is then the most there can be. */
  totalIsExact: boolean
  facets: { categories: { id: string; name: string; count: number }[] }
}

export interface OpeningDay {
  /** ISO: 1 is Monday. */
  weekday: number
  /** Wall time, HH:mm; 24:00 is the midnight that ends the day. Empty: closed. */
  windows: { opens: string; closes: string }[]
}

export interface ProviderPage extends Omit<ProviderCard, 'distanceKm' | 'service'> {
  /** Null while nothing is on offer. */
  service: ServiceView | null
  description: string
  photos: string[]
  address: { line: string; city: string; region: string; postalCode: string; country: string }
  latitude: number | null
  longitude: number | null
  services: ServiceView[]
  openingHours: OpeningDay[]
  reviews: ReviewList
  /** How many reviews gave 5, 4, 3, 2 and 1. */
  ratingSpread: { rating: number; count: number }[]
}

export interface CategoryView {
  id: string
  name: string
  parentId: string | null
  children: CategoryView[]
}
