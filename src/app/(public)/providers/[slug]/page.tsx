import type { Metadata } from 'next'
import Link from 'next/link'
import { redirect } from 'next/navigation'
import { pageConfig, pageContext } from '#src/boot/web.ts'
import type { ProviderPage, ServiceView } from '#src/modules/catalog/reads.ts'
import { listReviews } from '#src/modules/reviews/reads.ts'
import { Badge } from '#src/ui/badge.tsx'
import { ButtonLink } from '#src/ui/button.tsx'
import { Card } from '#src/ui/card.tsx'
import { classes } from '#src/ui/classes.ts'
import {
  count,
  localDateOf,
  sayDate,
  sayDuration,
  sayMoney,
  sayOffset,
  sayTime,
  sayZone,
  spanOf,
} from '#src/ui/format.ts'
import { BoltIcon, OnlineIcon, PinIcon, StarIcon } from '#src/ui/icons.tsx'
import { addDays, weekdayOf } from '#src/ui/month-grid.ts'
import { Breadcrumbs, Pagination } from '#src/ui/navigation.tsx'
import { Notice } from '#src/ui/notice.tsx'
import { Photo } from '#src/ui/photo.tsx'
import { POLICY_WORDS } from '#src/ui/policy-sentence.ts'
import { nearDay, Price, slotHref } from '#src/ui/provider-card.tsx'
import { Rating, Stars } from '#src/ui/rating.tsx'
import { Column } from '#src/ui/shell.tsx'
import { SlotChip } from '#src/ui/slot-chip.tsx'
import type { ProviderId } from '#src/kernel/ids.ts'
import { refusalCode } from '../../../or-not-found.ts'
import { pageLocale } from '../../../page-locale.ts'
import { one, type Query } from '../../query.ts'
import { QuickBook } from '../../quick-book.tsx'
import { findProvider } from './find-provider.ts'
import { structuredData } from './structured-data.ts'

interface PageProps {
  params: Promise<{ slug: string }>
  searchParams: Promise<Query>
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const provider = await findProvider((await params).slug)
  const place = [provider.city, provider.region].filter(Boolean).join(', ')
  const description = provider.headline || provider.description.slice(0, 160)
  return {
    title: `${provider.name}, ${place}`,
    description,
    alternates: { canonical: `/providers/${provider.slug}` },
    openGraph: {
      title: provider.name,
      description,
      type: 'website',
      ...(provider.photo ? { images: [provider.photo] } : {}),
    },
  }
}

export default async function ProviderProfile({ params, searchParams }: PageProps) {
  const [{ slug }, query, ctx, { tag: locale }] = await Promise.all([
    params,
    searchParams,
    pageContext(),
    pageLocale(),
  ])
  const provider = await findProvider(slug)
  const cursor = one(query, 'reviews')
  const reviews = cursor
    ? await listReviews(ctx.db, provider.id as ProviderId, { cursor }).catch((error: unknown) => {
        // An address that was edited: the page itself is still good.
        if (refusalCode(error) === 'request.invalid') redirect(`/providers/${slug}`)
        throw error
      })
    : provider.reviews
  const now = ctx.now.toString()
  const signedIn = ctx.actor.kind === 'user'
  const totals = Object.fromEntries(
    provider.services.map((service) => [service.id, signedIn ? service.price : service.guestTotal]),
  )
  return (
    <QuickBook totals={totals}>
      <script
        type="application/ld+json"
        dangerouslySetInnerHTML={{ __html: structuredData(provider, pageConfig().NEXT_PUBLIC_APP_URL) }}
      />
      <Column className="pt-4 sm:pt-6">
        <Breadcrumbs
          items={[
            { href: '/search', label: 'Search' },
            ...(provider.city
              ? [{ href: `/search?${new URLSearchParams({ place: provider.city })}`, label: provider.city }]
              : []),
            { label: provider.name },
          ]}
        />
        <Photos provider={provider} />
        <div className="mt-6 grid items-start gap-x-14 gap-y-10 lg:grid-cols-[1fr_21rem]">
          <div className="min-w-0">
            <h1 className="text-3xl">{provider.name}</h1>
            {provider.headline && <p className="mt-2 text-lg text-ink-soft">{provider.headline}</p>}
            <p className="mt-3 flex flex-wrap items-center gap-x-4 gap-y-1">
              <a href="#reviews" className="inline-flex min-h-8 items-center hover:underline">
                <Rating average={provider.ratingAverage} reviews={provider.ratingCount} />
              </a>
              {provider.address.city && (
                <a
                  href="#place"
                  className="inline-flex min-h-8 items-center gap-1 text-ink-soft hover:underline"
                >
                  <PinIcon />
                  {[provider.address.city, provider.address.region].filter(Boolean).join(', ')}
                </a>
              )}
            </p>
            {!provider.bookable && (
              <div className="mt-5">
                <Notice tone="warning" title="Not bookable yet">
                  This provider is still setting up how they are paid. The page is already here to look at.
                </Notice>
              </div>
            )}
            <div className="mt-6 lg:hidden">
              <NextTimes provider={provider} now={now} locale={locale} />
            </div>
            <Services provider={provider} signedIn={signedIn} locale={locale} />
            {provider.description && (
              <section aria-labelledby="about" className="mt-12">
                <h2 id="about" className="text-2xl">
                  About
                </h2>
                <p className="mt-3 max-w-prose whitespace-pre-line">{provider.description}</p>
              </section>
            )}
            <Reviews provider={provider} reviews={reviews} first={!cursor} locale={locale} />
          </div>
          <aside aria-label="Times and place" className="flex flex-col gap-4 lg:sticky lg:top-6">
            <div className="max-lg:hidden">
              <NextTimes provider={provider} now={now} locale={locale} />
            </div>
            <HoursAndPlace provider={provider} now={now} locale={locale} />
          </aside>
        </div>
      </Column>
      <BookBar provider={provider} now={now} signedIn={signedIn} locale={locale} />
    </QuickBook>
  )
}

const PHOTOS_SHOWN = 3

function Photos({ provider }: { provider: ProviderPage }) {
  const photos = provider.photos.slice(0, PHOTOS_SHOWN)
  if (photos.length === 0) return null
  return (
    <div
      className={classes(
        'mt-3 grid gap-2 overflow-hidden rounded-panel sm:gap-3',
        photos.length > 1 ? 'sm:grid-cols-[2fr_1fr] sm:grid-rows-2' : '',
      )}
    >
      {photos.map((photo, index) => (
        <Photo
          key={photo}
          src={photo}
          name={provider.name}
          alt={index === 0 ? provider.name : ''}
          sizes={index === 0 ? '(min-width: 640px) 740px, 100vw' : '370px'}
          eager={index === 0}
          className={classes(
            index === 0 ? 'aspect-16/9 sm:row-span-2 sm:aspect-21/10' : 'max-sm:hidden',
            index === 1 && photos.length === 2 && 'sm:row-span-2',
            index === 0 && photos.length === 1 && 'sm:aspect-3/1',
          )}
        />
      ))}
    </div>
  )
}

function bookHref(provider: { slug: string }, service: ServiceView): string {
  return `/providers/${provider.slug}/book?service=${service.id}`
}

function Services({
  provider,
  signedIn,
  locale,
}: {
  provider: ProviderPage
  signedIn: boolean
  locale: string
}) {
  return (
    <section aria-labelledby="services" className="mt-10">
      <h2 id="services" className="text-2xl">
        Services
      </h2>
      {provider.services.length === 0 && (
        <p className="mt-3 text-ink-soft">Nothing is offered at the moment.</p>
      )}
      <ul className="mt-4 flex flex-col gap-3">
        {provider.services.map((service) => (
          <Card as="li" key={service.id}>
            <div className="grid gap-x-6 gap-y-4 sm:grid-cols-[1fr_auto] sm:items-center">
              <div className="min-w-0">
                <h3 className="text-lg">{service.name}</h3>
                <p className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-ink-soft">
                  <span>{sayDuration(service.durationMinutes)}</span>
                  {service.bookingMode === 'instant' ? (
                    <Badge>
                      <BoltIcon /> Confirmed at once
                    </Badge>
                  ) : (
                    <Badge>Provider confirms within 24 h</Badge>
                  )}
                  {service.locationKind === 'online' && (
                    <Badge>
                      <OnlineIcon /> Online
                    </Badge>
                  )}
                  {service.capacity > 1 && <Badge>Group of up to {service.capacity}</Badge>}
                </p>
                {service.description && <p className="mt-2 max-w-prose">{service.description}</p>}
                <p className="mt-2">
                  <Price service={service} signedIn={signedIn} locale={locale} />
                </p>
                <p className="text-sm text-ink-soft">{POLICY_WORDS[service.cancellationPolicy]}</p>
                {service.extras.length > 0 && (
                  <p className="text-sm text-ink-soft">
                    Extras:{' '}
                    {service.extras
                      .map(({ name, price }) => `${name} (${sayMoney(price, locale)})`)
                      .join(', ')}
                  </p>
                )}
              </div>
              {provider.bookable && (
                <ButtonLink
                  href={bookHref(provider, service)}
                  aria-label={`Choose a time for ${service.name}`}
                  className="max-sm:w-full"
                >
                  Choose a time
                </ButtonLink>
              )}
            </div>
          </Card>
        ))}
      </ul>
    </section>
  )
}

function NextTimes({ provider, now, locale }: { provider: ProviderPage; now: string; locale: string }) {
  const { service, nextSlots, timeZone } = provider
  if (!service || !provider.bookable) return null
  const [first] = nextSlots
  return (
    <Card as="section">
      <h2 className="text-lg">Next free times</h2>
      <p className="text-sm text-ink-soft">{service.name}</p>
      {first ? (
        <>
          <ul className="mt-3 grid grid-cols-3 gap-2">
            {nextSlots.map((slot) => (
              <li key={slot.startsAt}>
                <SlotChip
                  href={slotHref(provider.slug, service.id, slot.startsAt)}
                  serviceId={service.id}
                  startsAt={slot.startsAt}
                  day={nearDay(slot.startsAt, now, timeZone, locale)}
                  time={sayTime(slot.startsAt, timeZone, locale)}
                  {...(slot.repeated ? { note: sayOffset(slot.startsAt, timeZone) } : {})}
                  className="w-full px-1"
                />
              </li>
            ))}
          </ul>
          <p className="mt-3 text-sm text-ink-soft">Times in {sayZone(timeZone, first.startsAt)}.</p>
        </>
      ) : (
        <p className="mt-3 text-ink-soft">Nothing is free in the coming weeks.</p>
      )}
      <ButtonLink href={bookHref(provider, service)} look="secondary" wide className="mt-3">
        All times
      </ButtonLink>
    </Card>
  )
}

const MONDAY = '2024-01-01'

function HoursAndPlace({ provider, now, locale }: { provider: ProviderPage; now: string; locale: string }) {
  const today = weekdayOf(localDateOf(now, provider.timeZone))
  const { address, latitude, longitude } = provider
  const lines = [
    address.line,
    [address.city, address.region, address.postalCode].filter(Boolean).join(' '),
    address.country,
  ]
  const weekdayName = (weekday: number) =>
    new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' }).format(
      new Date(addDays(MONDAY, weekday - 1)),
    )
  return (
    <Card as="section">
      <h2 className="text-lg">Opening hours</h2>
      <dl className="mt-2 text-sm">
        {provider.openingHours.map(({ weekday, windows }) => (
          <div
            key={weekday}
            className={classes('flex justify-between gap-4 py-0.5', weekday === today && 'font-semibold')}
          >
            <dt>
              {weekdayName(weekday)}
              {weekday === today && <span className="sr-only">, today</span>}
            </dt>
            <dd className="tabular text-right">
              {windows.length === 0
                ? 'Closed'
                : windows
                    .map(({ opens, closes }) => spanOf(wallTime(opens, locale), wallTime(closes, locale)))
                    .join(', ')}
            </dd>
          </div>
        ))}
      </dl>
      {address.line && (
        <div id="place" className="mt-5">
          <h2 className="text-lg">Address</h2>
          <address className="mt-1 text-sm not-italic">
            {lines.filter(Boolean).map((line) => (
              <span key={line} className="block">
                {line}
              </span>
            ))}
          </address>
          {latitude !== null && longitude !== null && (
            <a
              className="link mt-1 inline-flex min-h-8 items-center text-sm"
              href={`https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`}
              rel="noreferrer"
            >
              Show on a map
            </a>
          )}
        </div>
      )}
    </Card>
  )
}

/** Wall times have no date; any date without a change of offset shows them. */
function wallTime(text: string, locale: string): string {
  return sayTime(`2024-01-01T${text === '24:00' ? '00:00' : text}:00Z`, 'UTC', locale)
}

function Reviews(props: {
  provider: ProviderPage
  reviews: ProviderPage['reviews']
  first: boolean
  locale: string
}) {
  const { provider, reviews, first, locale } = props
  const most = Math.max(1, ...provider.ratingSpread.map(({ count }) => count))
  return (
    <section aria-labelledby="reviews" className="mt-12">
      <h2 id="reviews" className="text-2xl">
        Reviews
      </h2>
      {provider.ratingCount === 0 || provider.ratingAverage === null ? (
        <p className="mt-3 text-ink-soft">None yet. Only people who were here can write one.</p>
      ) : (
        <>
          <div className="mt-4 flex flex-wrap items-center gap-x-10 gap-y-4">
            <p>
              <span className="tabular block text-3xl font-semibold">
                {provider.ratingAverage.toFixed(1)}
              </span>
              <span className="text-ink-soft">
                {count(provider.ratingCount, 'review', 'reviews', locale)}
              </span>
            </p>
            <ul className="w-full max-w-xs text-sm">
              {provider.ratingSpread.map(({ rating, count: given }) => (
                <li key={rating} className="grid grid-cols-[2.25rem_1fr_2.5rem] items-center gap-2">
                  <span className="tabular inline-flex items-center gap-1">
                    {rating} <StarIcon className="text-star" />
                    <span className="sr-only">stars:</span>
                  </span>
                  <meter
                    min={0}
                    max={most}
                    value={given}
                    aria-hidden="true"
                    className="spread h-2.5 w-full"
                  />
                  <span className="tabular text-right text-ink-soft">{given}</span>
                </li>
              ))}
            </ul>
          </div>
          <ul className="mt-6 flex flex-col gap-6">
            {reviews.items.map((review) => (
              <li key={review.id} className="border-t border-line pt-5">
                <p className="flex flex-wrap items-center gap-x-3">
                  <Stars rating={review.rating} />
                  <span className="font-semibold">{review.authorName}</span>
                  <span className="text-sm text-ink-soft">
                    {[sayDate(review.createdAt, provider.timeZone, locale), review.serviceName]
                      .filter(Boolean)
                      .join(' · ')}
                  </span>
                </p>
                {review.body && <p className="mt-2 max-w-prose whitespace-pre-line">{review.body}</p>}
                {review.reply && (
                  <div className="mt-3 max-w-prose border-l-4 border-slot-line pl-4">
                    <p className="text-sm font-semibold">{provider.name} answered</p>
                    <p className="whitespace-pre-line">{review.reply}</p>
                  </div>
                )}
              </li>
            ))}
          </ul>
          <div className="mt-6">
            <Pagination
              label="Pages of reviews"
              nextHref={
                reviews.nextCursor && `?${new URLSearchParams({ reviews: reviews.nextCursor })}#reviews`
              }
              firstHref={first ? null : `/providers/${provider.slug}#reviews`}
            />
          </div>
        </>
      )}
    </section>
  )
}

/** On a phone, booking is always one press away. */
function BookBar({
  provider,
  now,
  signedIn,
  locale,
}: {
  provider: ProviderPage
  now: string
  signedIn: boolean
  locale: string
}) {
  const { service, nextSlots, timeZone } = provider
  if (!service || !provider.bookable) return null
  const [slot] = nextSlots
  return (
    <div
      data-book-bar
      className="fixed inset-x-0 bottom-0 z-10 border-t border-line bg-surface px-4 py-3 lg:hidden"
    >
      <div className="flex items-center justify-between gap-4">
        <p className="min-w-0 leading-tight">
          <span className="tabular font-semibold">
            {sayMoney(signedIn ? service.price : service.guestTotal, locale)}
          </span>
          <span className="block truncate text-sm text-ink-soft">
            {slot
              ? `Next: ${nearDay(slot.startsAt, now, timeZone, locale)}, ${sayTime(slot.startsAt, timeZone, locale)}`
              : service.name}
          </span>
        </p>
        <Link
          href={provider.services.length > 1 ? '#services' : bookHref(provider, service)}
          className="inline-flex min-h-12 shrink-0 items-center rounded-control bg-brand px-6 font-semibold text-on-brand"
        >
          Book
        </Link>
      </div>
    </div>
  )
}
