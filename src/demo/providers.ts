import { sql } from 'drizzle-orm'
import { chargeMinimumOf } from '#src/kernel/charges.ts'
import { exponentOf, type Currency } from '#src/kernel/money.ts'
import type { ReviewId } from '#src/kernel/ids.ts'
import type { Temporal } from '#src/kernel/time.ts'
import { SERVICE_DEFAULTS, seedCategories } from '#src/modules/catalog/index.ts'
import { slugOf } from '#src/modules/providers/domain/slug.ts'
import {
  providerIdOf,
  serviceIdOf,
  writeListings,
  type ListedService,
  type Listing,
} from '#src/modules/providers/import/write-listings.ts'
import { openPayoutAccounts, type OpenPayoutAccount } from '#src/modules/providers/open-payout-accounts.ts'
import { stableId } from '#src/platform/stable-id.ts'
import { writeImportedReviews, type ImportedReview } from '#src/modules/reviews/index.ts'
import type { OpeningRule, Weekday } from '#src/modules/scheduling/index.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { CITIES, type City } from './cities.ts'
import { seededRandom, type Random } from './random.ts'
import { APOLOGY_WORDS, AUTHORS, REPLY_WORDS, REVIEW_WORDS } from './review-words.ts'
import { TRADES, type Trade, type TradeService } from './trades.ts'

export const DEMO_SOURCE = 'demo'
const SEED = 20_260_901
const PROVIDERS_PER_CITY = TRADES.length
const PICTURES_PER_TRADE = 3
/** Shows everything a page can have; belongs to the login that the start prints. */
export const SHOWCASE_KEY = 'showcase'

export interface DemoProvidersOptions {
  openPayoutAccount?: OpenPayoutAccount
  /** The account that owns the showcase, if it exists. */
  ownerEmail?: string
}

export interface DemoProviders {
  providers: number
  reviews: number
  payoutAccountsReady: number
}

/** Fills the marketplace with providers who do not exist. The same ones every time: run again it changes nothing. */
export async function seedDemoProviders(
  ctx: Ctx,
  options: DemoProvidersOptions = {},
): Promise<DemoProviders> {
  const currency = ctx.config.CURRENCY
  await seedCategories(ctx)
  const listings = [showcase(currency), ...demoListings(currency)]
  const reviews = listings.flatMap((listing, index) =>
    reviewsOf(listing, seededRandom(SEED + index), ctx.now),
  )
  await inTransaction(ctx, async (tx) => {
    await writeListings(tx, listings, ctx.now)
    await writeImportedReviews(tx, DEMO_SOURCE, reviews)
    if (options.ownerEmail !== undefined) await giveShowcaseTo(tx, options.ownerEmail, ctx.now)
  })
  const payoutAccountsReady = options.openPayoutAccount
    ? await openPayoutAccounts(ctx, options.openPayoutAccount, listings.map(providerIdOf))
    : 0
  return { providers: listings.length, reviews: reviews.length, payoutAccountsReady }
}

async function giveShowcaseTo(tx: Tx, email: string, now: Temporal.Instant): Promise<void> {
  const providerId = providerIdOf({ importSource: DEMO_SOURCE, importKey: SHOWCASE_KEY })
  await tx.execute(sql`
    insert into provider_members (provider_id, user_id, role, created_at)
    select ${providerId}::uuid, u.id, 'owner', ${now.toString()}::timestamptz from users u where u.email = ${email}
    on conflict do nothing`)
}

/** Every city has its share of every trade, in the order of a turning wheel, so that none is empty anywhere. */
export function demoListings(currency: Currency): Listing[] {
  const random = seededRandom(SEED)
  const taken = new Set<string>()
  return CITIES.flatMap((city, cityIndex) =>
    Array.from({ length: PROVIDERS_PER_CITY }, (_, index) => {
      const trade = TRADES[(cityIndex * 7 + index) % TRADES.length]
      if (!trade) throw new RangeError('there is at least one trade')
      return demoListing(city, trade, `${city.name}-${index}`, currency, random, taken)
    }),
  )
}

function demoListing(
  city: City,
  trade: Trade,
  importKey: string,
  currency: Currency,
  random: Random,
  taken: Set<string>,
): Listing {
  const [first = '', last = ''] = random.pick(city.people).split(/ (?=[^ ]+$)/)
  const street = random.pick(city.streets)
  const fill = (words: string) =>
    words
      .replace('{first}', first)
      .replace('{last}', last)
      .replace('{street}', street)
      .replace('{city}', city.name)
  const names = trade.names.map(fill)
  const name =
    names.find((each) => !taken.has(each) && random.chance(0.6)) ??
    names.find((each) => !taken.has(each)) ??
    `${names[0]} ${importKey}`
  taken.add(name)
  const requestOnly = random.chance(0.12)
  return {
    importSource: DEMO_SOURCE,
    importKey,
    status: 'live',
    slug: slugOf(name),
    name,
    headline: random.pick(trade.headlines),
    description: [
      ...random.sample(trade.about, trade.about.length),
      `You find us in ${street}, ${city.name}. ${random.pick(ARRIVAL)}`,
    ].join('\n\n'),
    timeZone: city.timeZone,
    currency,
    addressLine: `${random.between(2, 240)} ${street}`,
    city: city.name,
    region: city.region,
    postalCode: city.postalCode,
    country: city.country,
    // Within a few kilometres of the middle.
    latitude: round(city.latitude + (random.next() - 0.5) * 0.07),
    longitude: round(city.longitude + (random.next() - 0.5) * 0.09),
    contactEmail: `${slugOf(name)}@providers.invalid`,
    contactPhone: null,
    photos: pictures(trade, random.between(0, PICTURES_PER_TRADE - 1)),
    rules: hours(trade.hours, random),
    services: demoServices(trade, city.priceLevel, currency, requestOnly, random),
  }
}

const ARRIVAL = [
  'There is a bell; we come down.',
  'The entrance is beside the bakery.',
  'Bicycles can stand in the yard.',
  'The tram stops outside.',
  'Ground floor, no steps.',
]

function pictures(trade: Trade, from: number): string[] {
  return Array.from(
    { length: PICTURES_PER_TRADE },
    (_, index) => `/photos/${trade.id}-${((from + index) % PICTURES_PER_TRADE) + 1}.svg`,
  )
}

function demoServices(
  trade: Trade,
  priceLevel: number,
  currency: Currency,
  requestOnly: boolean,
  random: Random,
): ListedService[] {
  const level = priceLevel * (0.88 + random.next() * 0.3)
  const policy = random.pick(trade.policies)
  return trade.services.map((service) =>
    listed(service, level, currency, policy, requestOnly || service.request === true),
  )
}

function listed(
  service: TradeService,
  level: number,
  currency: Currency,
  cancellationPolicy: ListedService['cancellationPolicy'],
  request: boolean,
): ListedService {
  return {
    ...SERVICE_DEFAULTS,
    name: service.name,
    categoryId: service.categoryId,
    description: service.description,
    durationMinutes: service.minutes,
    bufferAfterMinutes: service.bufferAfter ?? 0,
    // Long things begin on the hour or half past; a group begins when the last one is over.
    stepMinutes: service.seats
      ? Math.ceil((service.minutes + (service.bufferAfter ?? 0)) / 30) * 30
      : service.minutes >= 45
        ? 30
        : 15,
    capacity: service.seats ?? 1,
    locationKind: service.online ? 'online' : 'on_site',
    bookingMode: request ? 'request' : 'instant',
    cancellationPolicy,
    priceMinor: price(service.price * level, currency),
    extras: (service.extras ?? []).map(([name, extraPrice, extraMinutes]) => ({
      name,
      extraMinutes,
      priceMinor: price(extraPrice * level, currency),
    })),
  }
}

/**
 * Whole units, as people price: never below six, so that the minimum price holds. A yen is about a cent, and what half a
 * dollar is worth is the least a card is charged: a haircut of 45 dollars is one of 15,750 forint.
 */
function price(amount: number, currency: Currency): bigint {
  const scale = exponentOf(currency) === 0 ? 100n : 10n ** BigInt(exponentOf(currency))
  const worth = chargeMinimumOf(currency) > scale ? 2n * chargeMinimumOf(currency) : scale
  return BigInt(Math.max(6, Math.round(amount))) * worth
}

function round(degrees: number): number {
  return Math.round(degrees * 1e5) / 1e5
}

type Windows = readonly (readonly [from: number, until: number])[]

function hours(kind: Trade['hours'], random: Random): OpeningRule[] {
  const shift = random.pick([0, 0, 0.5, 1])
  switch (kind) {
    case 'shop':
      return week([2, 3, 4, 5], [[9.5 + shift, 18.5]], [6], [[9, 16]])
    case 'office':
      return week(
        [1, 2, 3, 4, 5],
        random.chance(0.5)
          ? [
              [8 + shift, 12],
              [13, 17.5],
            ]
          : [[8.5 + shift, 17]],
        [],
        [],
      )
    case 'studio':
      return week([1, 2, 4, 5], [[10 + shift, 19]], [6], [[10, 16]])
    case 'late':
      return week(
        [1, 2, 3, 4, 5],
        random.chance(0.5)
          ? [
              [7, 13],
              [16, 21],
            ]
          : [[11 + shift, 20.5]],
        [6, 7],
        [[9, 14]],
      )
    case 'weekend':
      return week([3, 4, 5], [[14 + shift, 20]], [6, 7], [[9.5, 17]])
  }
}

function week(
  days: readonly Weekday[],
  windows: Windows,
  otherDays: readonly Weekday[],
  otherWindows: Windows,
): OpeningRule[] {
  const on = (weekday: Weekday, [from, until]: readonly [number, number]) => ({
    weekday,
    opensMinute: Math.round(from * 60),
    closesMinute: Math.round(until * 60),
  })
  return [
    ...days.flatMap((weekday) => windows.map((window) => on(weekday, window))),
    ...otherDays.flatMap((weekday) => otherWindows.map((window) => on(weekday, window))),
  ]
}

/** Most have a dozen, a few have many, some are new; nearly all good, as real ones are. */
function reviewsOf(listing: Listing, random: Random, now: Temporal.Instant): ImportedReview[] {
  const providerId = providerIdOf(listing)
  const isShowcase = listing.importKey === SHOWCASE_KEY
  const isNew = !isShowcase && random.chance(0.08)
  const count = isNew ? 0 : isShowcase ? 64 : Math.floor(2 + 34 * random.next() ** 2.2)
  const quality = isShowcase ? 0.86 : 0.55 + random.next() * 0.4
  return Array.from({ length: count }, (_, index) => {
    const rating = ratingFor(quality, random)
    const createdAt = now.subtract({ hours: Math.floor(24 * (2 + 540 * random.next() ** 1.4)) + 1 })
    const reply = random.chance(rating <= 2 ? 0.7 : 0.18)
      ? random.pick(rating <= 2 ? APOLOGY_WORDS : REPLY_WORDS)
      : null
    return {
      id: stableId<'review'>('review', providerId, String(index)) satisfies ReviewId,
      providerId,
      serviceId: serviceIdOf(providerId, random.pick(listing.services).name),
      authorName: random.pick(AUTHORS),
      rating,
      body: random.pick(REVIEW_WORDS[rating] ?? ['']),
      reply,
      repliedAt: reply === null ? null : createdAt.add({ hours: random.between(3, 30) }),
      createdAt,
    }
  })
}

function ratingFor(quality: number, random: Random): number {
  const mood = random.next()
  if (mood < quality) return 5
  if (mood < quality + (1 - quality) * 0.62) return 4
  if (mood < quality + (1 - quality) * 0.86) return 3
  return mood < quality + (1 - quality) * 0.95 ? 2 : 1
}

function showcase(currency: Currency): Listing {
  const toronto = CITIES.find(({ name }) => name === 'Toronto')
  const massage = TRADES.find(({ id }) => id === 'massage')
  if (!toronto || !massage) throw new RangeError('the showcase is a massage practice in Toronto')
  const offer = massage.services.map((service) =>
    listed(
      service,
      1.05,
      currency,
      service.minutes >= 90 ? 'moderate' : 'flexible',
      service.request === true,
    ),
  )
  const more: TradeService[] = [
    {
      name: 'Sports massage',
      categoryId: 'sports-massage',
      minutes: 45,
      price: 76,
      bufferAfter: 15,
      description: 'For legs that ran, rowed or danced too much.',
    },
    {
      name: 'Back care class',
      categoryId: 'back-pain',
      minutes: 60,
      price: 22,
      seats: 6,
      bufferAfter: 15,
      description: 'Six people, six mats and the exercises that help. Saturdays and evenings.',
    },
    {
      name: 'Advice by video',
      categoryId: 'back-pain',
      minutes: 30,
      price: 38,
      online: true,
      description: 'Your chair, your desk, your back: what to change.',
    },
  ]
  return {
    ...{
      importSource: DEMO_SOURCE,
      importKey: SHOWCASE_KEY,
      status: 'live',
      slug: 'willow-and-stone-massage',
    },
    ...{
      name: 'Willow & Stone Massage',
      headline: 'Massage for tired backs in the west end, seven years and counting',
    },
    description: [
      'Willow & Stone is a small massage practice above a bookshop on Ossington Avenue. Two rooms, three therapists, and a kettle that is always on.',
      'A first visit begins with a few questions: what hurts, since when, what helps. Then we agree on what to work on and how firmly. If something is not right, say so at any time; that is what makes a good massage.',
      'We keep a quarter of an hour between two people, so nobody is hurried out and the room is fresh. Linen is changed for every visit, oils are unscented unless you ask.',
      'The practice is on the first floor with a lift from the yard. There is a place for bicycles and a shower. Receipts for your insurance come with the confirmation.',
    ].join('\n\n'),
    ...{
      timeZone: toronto.timeZone,
      currency,
      addressLine: '148 Ossington Avenue',
      city: 'Toronto',
      region: 'ON',
      country: 'CA',
    },
    ...{ postalCode: 'M6J 2Z5', latitude: 43.64716, longitude: -79.41997 },
    ...{ contactEmail: 'provider@demo.test', contactPhone: '+1 416 555 0148' },
    photos: [1, 2, 3].map((number) => `/photos/massage-${number}.svg`),
    rules: week(
      [1, 2, 3, 4, 5],
      [
        [9, 13],
        [14, 19],
      ],
      [6],
      [[9, 16]],
    ),
    services: [...offer, ...more.map((service) => listed(service, 1, currency, 'flexible', false))],
  }
}
