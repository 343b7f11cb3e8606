import Form from 'next/form'
import Link from 'next/link'
import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { pageConfig, pageContext } from '#src/boot/web.ts'
import { listCategories, searchProviders, type ProviderCard as Found } from '#src/modules/catalog/reads.ts'
import { Button, ButtonLink } from '#src/ui/button.tsx'
import { sayDuration, sayMoney, sayTime, cityOf } from '#src/ui/format.ts'
import { CheckIcon, ClockIcon, SearchIcon, ShieldIcon } from '#src/ui/icons.tsx'
import { nearDay, ProviderCard, slotHref } from '#src/ui/provider-card.tsx'
import { Column } from '#src/ui/shell.tsx'
import { TidyQuery } from '#src/ui/tidy-query.tsx'
import { pageLocale } from '../page-locale.ts'
import { QuickBook } from './quick-book.tsx'

export const metadata: Metadata = { alternates: { canonical: '/' } }

const LOOKED_AT = 24
const SOONEST_SHOWN = 5
const FEATURED_SHOWN = 4

export default async function HomePage() {
  const { db, config, now, actor } = await pageContext()
  const signedIn = actor.kind === 'user'
  // One search for both lists: the soonest of all providers would mean looking into every calendar for a front page.
  const [best, categories, locale] = await Promise.all([
    searchProviders(db, config, { sort: 'rating', limit: LOOKED_AT, signedIn }, now),
    listCategories(db),
    pageLocale(),
  ])
  const soonest = best.items
    .filter(({ nextSlots }) => nextSlots.length > 0)
    .sort((one, other) => startOf(one) - startOf(other))
    .slice(0, SOONEST_SHOWN)
  const featured = best.items.slice(0, FEATURED_SHOWN)
  const totals = totalsOf(best.items, signedIn)
  return (
    <QuickBook totals={totals}>
      <Column className="grid gap-x-12 gap-y-10 pt-10 sm:pt-16 lg:grid-cols-[1fr_1.02fr] lg:items-center">
        <div>
          <h1 className="text-display">
            Someone good.
            <br />A time that’s free.
          </h1>
          <p className="mt-5 max-w-[34rem] text-lg text-ink-soft">
            Every time you see here can be booked as you look at it. Pick one, pay by card, done. No account
            needed.
          </p>
          <HeroSearch />
        </div>
        <SoonBoard items={soonest} now={now.toString()} signedIn={signedIn} locale={locale.tag} />
      </Column>

      <Column className="mt-16 sm:mt-24">
        <h2 className="text-2xl">What do you need?</h2>
        <ul className="mt-6 grid gap-3 sm:grid-cols-2 lg:grid-cols-4">
          {categories.map((category) => (
            <li key={category.id}>
              <Link
                href={`/search?categoryId=${category.id}`}
                className="flex h-full min-h-20 flex-col rounded-card border border-line bg-surface px-5 py-4 transition-shadow hover:shadow-lift"
              >
                <span className="text-lg font-semibold">{category.name}</span>
                <span className="text-sm text-ink-soft">
                  {category.children
                    .slice(0, 3)
                    .map((child) => child.name)
                    .join(', ')}
                </span>
              </Link>
            </li>
          ))}
        </ul>
      </Column>

      {featured.length > 0 && (
        <Column className="mt-16 sm:mt-24">
          <div className="flex flex-wrap items-end justify-between gap-3">
            <h2 className="text-2xl">Well reviewed</h2>
            <Link href="/search?sort=rating" className="link inline-flex min-h-11 items-center">
              All by rating
            </Link>
          </div>
          <ul className="mt-6 grid gap-4 lg:grid-cols-2">
            {featured.map((provider) => (
              <li key={provider.id}>
                <ProviderCard
                  provider={provider}
                  signedIn={signedIn}
                  now={now.toString()}
                  locale={locale.tag}
                  headingLevel={3}
                />
              </li>
            ))}
          </ul>
        </Column>
      )}

      <Column className="mt-16 sm:mt-24">
        <h2 className="text-2xl">How it works</h2>
        <ul className="mt-6 grid gap-8 md:grid-cols-3">
          <Pledge icon={<ClockIcon className="size-7 text-link" />} title="Times that are really free">
            The calendar is the provider’s own. Pick a time and it is held for you for{' '}
            {pageConfig().HOLD_MINUTES} minutes while you pay.
          </Pledge>
          <Pledge icon={<CheckIcon className="size-7 text-link" />} title="The whole price, from the start">
            What you see on the first card is what you pay at the end, guest booking fee included. Sign in and
            there is no guest booking fee.
          </Pledge>
          <Pledge icon={<ShieldIcon className="size-7 text-link" />} title="Paid out after the service">
            Your money waits with us until the service was given. Cancelling shows the exact refund before you
            decide.
          </Pledge>
        </ul>
        <div className="mt-12 flex flex-wrap items-center justify-between gap-x-8 gap-y-5 rounded-panel border border-line bg-surface p-6 sm:p-10">
          <div>
            <h2 className="text-xl">You give services yourself?</h2>
            <p className="mt-1 max-w-prose text-ink-soft">
              Publish your times, be booked while you work, and be paid without writing invoices.
            </p>
          </div>
          <ButtonLink href="/signup?as=provider" look="secondary">
            Offer your services
          </ButtonLink>
        </div>
      </Column>
    </QuickBook>
  )
}

function HeroSearch() {
  const field = 'min-h-14 w-full bg-transparent px-4 text-[max(1rem,16px)] placeholder:text-ink-faint'
  return (
    <Form
      action="/search"
      data-own-search
      className="mt-8 grid overflow-hidden rounded-card border border-line-strong bg-surface shadow-lift sm:grid-cols-[1.2fr_1fr_auto]"
    >
      <TidyQuery />
      <div className="border-line max-sm:border-b sm:border-r">
        <label htmlFor="text" className="block px-4 pt-2 text-xs font-medium text-ink-soft">
          What
        </label>
        <input
          id="text"
          name="text"
          type="search"
          placeholder="Massage, piano…"
          className={`${field} -mt-2`}
        />
      </div>
      <div className="border-line max-sm:border-b">
        <label htmlFor="place" className="block px-4 pt-2 text-xs font-medium text-ink-soft">
          Where
        </label>
        <input
          id="place"
          name="place"
          placeholder="City or postcode"
          autoComplete="address-level2"
          className={`${field} -mt-2`}
        />
      </div>
      <div className="border-line max-sm:border-b sm:col-span-2 sm:row-start-2 sm:border-t">
        <label htmlFor="date" className="block px-4 pt-2 text-xs font-medium text-ink-soft">
          When (optional)
        </label>
        <input id="date" name="date" type="date" className={`${field} -mt-2`} />
      </div>
      <div className="p-2 sm:col-start-3 sm:row-span-2 sm:row-start-1 sm:flex sm:items-center">
        <Button type="submit" wide className="sm:h-full">
          <SearchIcon /> Find a time
        </Button>
      </div>
    </Form>
  )
}

/** A departures board of the marketplace: the next times that can be had. */
function SoonBoard({
  items,
  now,
  signedIn,
  locale,
}: {
  items: readonly Found[]
  now: string
  signedIn: boolean
  locale: string
}) {
  const rows = items.flatMap((provider) => {
    const [slot] = provider.nextSlots
    return slot ? [{ provider, slot }] : []
  })
  if (rows.length === 0) return null
  return (
    <section aria-labelledby="soon" className="rounded-panel bg-board p-5 text-on-board sm:p-7">
      <h2 id="soon" className="flex items-baseline justify-between gap-4 text-lg">
        Free next
        <span className="text-sm font-normal tracking-normal text-on-board-soft">
          press a time to book it
        </span>
      </h2>
      <ul className="mt-3">
        {rows.map(({ provider, slot }) => (
          <li key={provider.id} className="border-t border-board-line">
            <a
              href={slotHref(provider.slug, provider.service.id, slot.startsAt)}
              rel="nofollow"
              data-slot={slot.startsAt}
              data-service={provider.service.id}
              className="-mx-2 grid grid-cols-[7rem_1fr] items-center gap-x-4 rounded-control px-2 py-3 hover:bg-board-line focus-visible:outline-citron aria-busy:animate-pulse sm:grid-cols-[9.5rem_1fr_auto]"
            >
              <span>
                <time
                  dateTime={slot.startsAt}
                  className="block text-xl font-semibold whitespace-nowrap text-citron"
                >
                  {sayTime(slot.startsAt, provider.timeZone, locale)}
                </time>
                <span className="block text-xs text-on-board-soft">
                  {nearDay(slot.startsAt, now, provider.timeZone, locale)}, {cityOf(provider.timeZone)} time
                </span>
              </span>
              <span className="min-w-0">
                <span className="block truncate font-medium">{provider.service.name}</span>
                <span className="block truncate text-sm text-on-board-soft">
                  {provider.name}
                  {provider.service.locationKind === 'online' ? ', online' : `, ${provider.city}`}
                </span>
              </span>
              <span className="tabular text-sm max-sm:col-start-2 sm:text-right">
                <span className="font-semibold">
                  {sayMoney(signedIn ? provider.service.price : provider.service.guestTotal, locale)}
                </span>
                <span className="text-on-board-soft max-sm:before:content-['_·_'] sm:block">
                  {sayDuration(provider.service.durationMinutes)}
                </span>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Pledge({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) {
  return (
    <li>
      {icon}
      <h3 className="mt-3 text-lg">{title}</h3>
      <p className="mt-1 text-ink-soft">{children}</p>
    </li>
  )
}

function startOf({ nextSlots }: Found): number {
  return Date.parse(nextSlots[0]?.startsAt ?? '')
}

function totalsOf(items: readonly Found[], signedIn: boolean) {
  return Object.fromEntries(
    items.map(({ service }) => [service.id, signedIn ? service.price : service.guestTotal]),
  )
}
