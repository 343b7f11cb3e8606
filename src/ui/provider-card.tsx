import Link from 'next/link'
import type { MoneyJson } from '#src/kernel/money.ts'
import { Badge } from './badge.tsx'
import {
  cityOf,
  sayDay,
  sayDistance,
  sayDuration,
  sayMoney,
  sayOffset,
  sayTime,
  localDateOf,
} from './format.ts'
import { BoltIcon, OnlineIcon, PinIcon } from './icons.tsx'
import { Photo } from './photo.tsx'
import { Rating } from './rating.tsx'
import { SlotChip } from './slot-chip.tsx'

export interface CardSlot {
  startsAt: string
  repeated: boolean
}

export interface CardProvider {
  slug: string
  name: string
  city: string
  region: string
  photo: string | null
  ratingAverage: number | null
  ratingCount: number
  distanceKm: number | null
  timeZone: string
  bookable: boolean
  service: {
    id: string
    name: string
    durationMinutes: number
    bookingMode: string
    locationKind: string
    price: MoneyJson
    guestTotal: MoneyJson
  }
  nextSlots: readonly CardSlot[]
}

export interface ProviderCardProps {
  provider: CardProvider
  /** Guests see what they will pay; members see the price. */
  signedIn: boolean
  now: string
  locale: string
  /** 2 under a page heading, 3 under a section heading. */
  headingLevel?: 2 | 3
  /** The first card's picture is what the page is waiting for. */
  eager?: boolean
}

/** A search result: who, where, what it costs, and the next three times as links that go straight to booking. */
export function ProviderCard({
  provider,
  signedIn,
  now,
  locale,
  headingLevel = 2,
  eager = false,
}: ProviderCardProps) {
  const { service, slug } = provider
  const Heading = headingLevel === 2 ? 'h2' : 'h3'
  return (
    <article className="relative grid grid-cols-[5.5rem_1fr] gap-x-4 rounded-card border border-line bg-surface p-4 transition-shadow hover:shadow-lift sm:grid-cols-[9rem_1fr] sm:gap-x-5 sm:p-5">
      <Photo
        src={provider.photo}
        name={provider.name}
        sizes="(min-width: 640px) 144px, 88px"
        eager={eager}
        className="row-span-1 aspect-square rounded-control sm:row-span-2"
      />
      <div className="min-w-0">
        <Heading className="text-lg">
          <Link
            href={`/providers/${slug}`}
            className="after:absolute after:inset-0 after:rounded-card hover:underline"
          >
            {provider.name}
          </Link>
        </Heading>
        <p className="mt-0.5 flex flex-wrap items-center gap-x-3 gap-y-0.5 text-sm text-ink-soft">
          <Rating average={provider.ratingAverage} reviews={provider.ratingCount} />
          <Place provider={provider} />
        </p>
        <p className="mt-2">
          <span className="font-medium">{service.name}</span>
          <span className="text-ink-soft"> · {sayDuration(service.durationMinutes)}</span>
        </p>
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <Price service={service} signedIn={signedIn} locale={locale} />
          {service.bookingMode === 'instant' && (
            <Badge>
              <BoltIcon />
              Instant
            </Badge>
          )}
        </p>
      </div>
      <div className="relative col-span-2 mt-3 sm:col-span-1 sm:col-start-2">
        <NextSlots provider={provider} now={now} locale={locale} />
      </div>
    </article>
  )
}

function Place({ provider }: { provider: CardProvider }) {
  if (provider.service.locationKind === 'online') {
    return (
      <span className="inline-flex items-center gap-1">
        <OnlineIcon /> Online
      </span>
    )
  }
  return (
    <span className="inline-flex items-center gap-1">
      <PinIcon />
      {provider.distanceKm === null
        ? [provider.city, provider.region].filter(Boolean).join(', ')
        : `${sayDistance(provider.distanceKm)} · ${provider.city}`}
    </span>
  )
}

/** Members see the price; guests see what they pay, and what part of it the fee is. */
export function Price({
  service,
  signedIn,
  locale,
}: {
  service: { price: MoneyJson; guestTotal: MoneyJson }
  signedIn: boolean
  locale: string
}) {
  if (signedIn || service.guestTotal.amountMinor === service.price.amountMinor) {
    return <span className="tabular font-semibold">{sayMoney(service.price, locale)}</span>
  }
  return (
    <span className="tabular">
      <span className="font-semibold">{sayMoney(service.guestTotal, locale)}</span>
      <span className="text-sm text-ink-soft"> as a guest, {sayMoney(service.price, locale)} signed in</span>
    </span>
  )
}

function NextSlots({ provider, now, locale }: { provider: CardProvider; now: string; locale: string }) {
  if (!provider.bookable) return <p className="text-sm text-ink-soft">Cannot be booked at the moment.</p>
  if (provider.nextSlots.length === 0)
    return <p className="text-sm text-ink-soft">No free times in the coming weeks.</p>
  return (
    <>
      <ul
        aria-label={`Next free times of ${provider.name}`}
        className="grid grid-cols-3 gap-2 sm:flex sm:flex-wrap"
      >
        {provider.nextSlots.map((slot) => (
          <li key={slot.startsAt}>
            <SlotChip
              href={slotHref(provider.slug, provider.service.id, slot.startsAt)}
              serviceId={provider.service.id}
              startsAt={slot.startsAt}
              day={nearDay(slot.startsAt, now, provider.timeZone, locale)}
              time={sayTime(slot.startsAt, provider.timeZone, locale)}
              {...(slot.repeated ? { note: sayOffset(slot.startsAt, provider.timeZone) } : {})}
              className="w-full sm:min-w-24"
            />
          </li>
        ))}
      </ul>
      <p className="mt-1.5 text-xs text-ink-soft">{cityOf(provider.timeZone)} time</p>
    </>
  )
}

/** Where a time is chosen, with it already picked. */
export function slotHref(slug: string, serviceId: string, startsAt: string): string {
  return `/providers/${slug}/book?${new URLSearchParams({ service: serviceId, slot: startsAt })}`
}

const DAY_MS = 86_400_000

/** "Today" and "Tomorrow" by the provider's calendar, else the day. */
export function nearDay(iso: string, now: string, timeZone: string, locale: string): string {
  const date = localDateOf(iso, timeZone)
  if (date === localDateOf(now, timeZone)) return 'Today'
  const tomorrow = new Date(Date.parse(`${localDateOf(now, timeZone)}T12:00:00Z`) + DAY_MS)
    .toISOString()
    .slice(0, 10)
  return date === tomorrow ? 'Tomorrow' : sayDay(iso, timeZone, locale)
}
