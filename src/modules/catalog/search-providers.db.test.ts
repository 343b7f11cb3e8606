import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '#src/demo/random.ts'
import type { ServiceId } from '#src/kernel/ids.ts'
import { Temporal } from '#src/kernel/time.ts'
import {
  providerIdOf,
  serviceIdOf,
  writeListings,
  type Listing,
} from '#src/modules/providers/import/write-listings.ts'
import { Refusal } from '#src/platform/errors.ts'
import { openTestDatabase } from '#tests/support/database.ts'
import { refreshAllOpenings } from '#tests/support/openings.ts'
import {
  listSlotsOfService,
  searchProviders,
  searchQuerySchema,
  type ProviderCard,
  type SearchInput,
  type Sort,
} from './reads.ts'
import { seedCategories } from './seed-categories.ts'
import { SERVICE_DEFAULTS } from './write-services.ts'

const { db } = await openTestDatabase()
await seedCategories({ db })
const now = Temporal.Instant.from('2026-11-20T12:00:00Z') // a Friday
const settings = { platformFee: 1000, guestFee: 2000, CURRENCY: 'USD' } as const
const EVERY_DAY = ([1, 2, 3, 4, 5, 6, 7] as const).map((weekday) => ({
  weekday,
  opensMinute: 540,
  closesMinute: 1020,
}))

const cities: string[] = []

/** Cities lie ten degrees apart, so that no circle holds two of them. */
function placeOf(city: string) {
  if (!cities.includes(city)) cities.push(city)
  const index = cities.indexOf(city)
  return { latitude: -40 + 10 * (index % 9), longitude: -120 + 10 * Math.floor(index / 9) }
}

function north(city: string, km: number) {
  return { latitude: placeOf(city).latitude + km / 111.195 }
}

type Offer = Partial<Listing['services'][number]>

/** A live, payable provider. Each test looks in a city of its own, so that it sees only its own. */
async function publish(city: string, more: Partial<Listing> = {}, ...offers: Offer[]): Promise<Listing> {
  const listing: Listing = {
    ...{
      importSource: 'test',
      importKey: randomUUID(),
      status: 'live',
      name: 'Somebody',
      headline: '',
      description: '',
    },
    ...{
      timeZone: 'America/Denver',
      currency: 'USD',
      addressLine: '',
      city,
      region: 'CO',
      postalCode: '',
      country: 'US',
    },
    ...placeOf(city),
    ...{ contactEmail: null, contactPhone: null, photos: [], rules: EVERY_DAY },
    slug: `p-${randomUUID()}`,
    services: (offers.length > 0 ? offers : [{}]).map((offer, index) => ({
      ...SERVICE_DEFAULTS,
      ...{ name: `Service ${index}`, categoryId: 'haircut', durationMinutes: 60, priceMinor: 5000n },
      ...offer,
    })),
    ...more,
  }
  await db.transaction((tx) => writeListings(tx, [listing], now))
  await db.execute(sql`update providers set payout_account_ready = true where id = ${providerIdOf(listing)}`)
  return listing
}

async function rate(listing: Listing, sum: number, count: number): Promise<void> {
  await db.execute(
    sql`update providers set rating_sum = ${sum}, rating_count = ${count} where id = ${providerIdOf(listing)}`,
  )
}

function search(input: Partial<SearchInput>) {
  return searchProviders(db, settings, { sort: 'relevance', limit: 20, ...input }, now)
}

/** Page after page, in their order. */
async function walk(input: Partial<SearchInput>): Promise<ProviderCard[]> {
  const cards: ProviderCard[] = []
  let cursor: string | undefined
  do {
    const page = await search({ ...input, cursor })
    cards.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return cards
}

async function names(input: Partial<SearchInput>): Promise<string[]> {
  return (await search(input)).items.map(({ name }) => name)
}

describe('search', () => {
  it('finds words in names, services and categories, with accents and typos forgiven', async () => {
    await publish(
      'Wordham',
      { name: 'Zoë’s Room' },
      { name: 'Hot stone ritual', categoryId: 'swedish-massage' },
    )
    await publish('Wordham', { name: 'Plain Cuts' }, { name: 'Trim' })
    expect(await names({ place: 'Wordham', text: 'zoe' })).toEqual(['Zoë’s Room'])
    expect(await names({ place: 'Wordham', text: 'stone ritual' })).toEqual(['Zoë’s Room'])
    expect(await names({ place: 'Wordham', text: 'massage wellness' })).toEqual(['Zoë’s Room'])
    expect(await names({ place: 'Wordham', text: 'masage' })).toEqual(['Zoë’s Room'])
    expect(await names({ place: 'Wordham', text: 'masage', date: '2026-11-23' })).toEqual(['Zoë’s Room'])
    expect(await names({ place: 'Wordham', text: 'zoe', date: '2026-11-19' })).toEqual([])
    expect(await names({ place: 'Wordham', text: '100%_' })).toEqual([])
    expect(await names({ place: 'Wordham', text: 'submarine' })).toEqual([])
  })

  it('takes a whole branch of categories, and counts the branches around it', async () => {
    await publish('Branchton', { name: 'Cut' }, { categoryId: 'haircut' })
    await publish('Branchton', { name: 'Nail' }, { categoryId: 'manicure' })
    await publish('Branchton', { name: 'Yoga' }, { categoryId: 'hatha-yoga' })
    expect((await names({ place: 'Branchton', categoryId: 'beauty' })).sort()).toEqual(['Cut', 'Nail'])
    expect(await names({ place: 'Branchton', categoryId: 'hair' })).toEqual(['Cut'])
    const { facets } = await search({ place: 'Branchton', categoryId: 'hair' })
    expect(facets.categories).toEqual(
      expect.arrayContaining([
        { id: 'beauty', name: 'Hair & beauty', count: 2 },
        { id: 'fitness', name: 'Fitness & movement', count: 1 },
      ]),
    )
  })

  it('compares prices as whoever asks would pay', async () => {
    await publish('Pricey', { name: 'Fifty' }, { priceMinor: 5000n })
    expect(await names({ place: 'Pricey', priceMaxMinor: 5499 })).toEqual([])
    expect(await names({ place: 'Pricey', priceMaxMinor: 5500 })).toEqual(['Fifty'])
    expect(await names({ place: 'Pricey', priceMaxMinor: 5000, signedIn: true })).toEqual(['Fifty'])
    const [card] = (await search({ place: 'Pricey' })).items
    expect(card?.service).toMatchObject({
      price: { amountMinor: 5000 },
      guestTotal: { amountMinor: 5500 },
      guestFee: { amountMinor: 500 },
    })
  })

  it('keeps to rating, instant booking and the circle around a place', async () => {
    const good = await publish('Starville', { name: 'Good' })
    const fair = await publish(
      'Starville',
      { name: 'Fair', ...north('Starville', 10) },
      { bookingMode: 'request' },
    )
    await rate(good, 47, 10)
    await rate(fair, 35, 10)
    expect(await names({ place: 'Starville', ratingMin: 4.5 })).toEqual(['Good'])
    expect(await names({ place: 'Starville', instantOnly: true })).toEqual(['Good'])
    const here = placeOf('Starville')
    expect(await names({ ...here, radiusKm: 9.9 })).toEqual(['Good'])
    const far = await search({ ...here, radiusKm: 10.1, sort: 'distance' })
    expect(far.items.map(({ name, distanceKm }) => [name, distanceKm])).toEqual([
      ['Good', 0],
      ['Fair', 10],
    ])
  })

  it('finds people on both sides of the date line', async () => {
    await publish('Taveuni', { name: 'East', longitude: 179.99, latitude: -16.8, timeZone: 'Pacific/Fiji' })
    await publish('Taveuni', { name: 'West', longitude: -179.99, latitude: -16.8, timeZone: 'Pacific/Fiji' })
    expect((await names({ latitude: -16.8, longitude: 180, radiusKm: 5 })).sort()).toEqual(['East', 'West'])
  })

  it('says when it knows no such place, instead of finding somebody elsewhere', async () => {
    await publish('Somewhere')
    expect(await search({ place: 'Atlantis-under-Sea' })).toMatchObject({ items: [], total: 0, place: null })
    expect((await search({ place: 'somewhere, co' })).place?.label).toBe('Somewhere, CO')
    expect((await search({ place: 'Somewere' })).place?.label).toBe('Somewhere, CO')
  })

  it('shows neither drafts nor paused ones, and says who cannot be booked yet', async () => {
    await publish('Statusburg', { name: 'Draft', status: 'draft' })
    const unpaid = await publish('Statusburg', { name: 'Unpaid' })
    await db.execute(
      sql`update providers set payout_account_ready = false where id = ${providerIdOf(unpaid)}`,
    )
    const { items } = await search({ place: 'Statusburg' })
    expect(
      items.map(({ name, bookable, nextSlots }) => ({ name, bookable, slots: nextSlots.length })),
    ).toEqual([{ name: 'Unpaid', bookable: false, slots: 0 }])
    expect(await names({ place: 'Statusburg', date: '2026-11-23' })).toEqual([])
  })

  it.each<Sort>(['relevance', 'price', 'rating', 'distance', 'soonest'])(
    'pages by %s skip nobody and repeat nobody',
    async (sort) => {
      const city = `Pageville ${sort}`
      for (let index = 0; index < 23; index += 1) {
        const listing = await publish(
          city,
          { name: `P${index}`, ...north(city, index % 4) },
          { priceMinor: BigInt(5000 + (index % 3) * 100) },
        )
        await rate(listing, (index % 3) + 3, 1)
      }
      for (const when of [{}, { date: '2026-11-23', timeFrom: '10:00' }]) {
        const whole = await names({ place: city, sort, limit: 50, ...when })
        const paged = (await walk({ place: city, sort, limit: 5, ...when })).map(({ name }) => name)
        expect(whole).toHaveLength(23)
        expect(paged).toEqual(whole)
      }
    },
  )

  it('refuses a cursor of another search, and one that is none', async () => {
    for (let index = 0; index < 3; index += 1) await publish('Cursorby')
    const { nextCursor } = await search({ place: 'Cursorby', limit: 2 })
    for (const cursor of [nextCursor ?? '', 'nonsense', Buffer.from('{"key":"x"}').toString('base64url')]) {
      const input = { cursor, limit: 2, place: 'Cursorby', ratingMin: 1 }
      const refused: unknown = await search(input).catch((error: unknown) => error)
      expect(refused).toBeInstanceOf(Refusal)
      expect((refused as Refusal).facts['errors']).toMatchObject([{ path: 'cursor' }])
    }
  })

  it('names the field of a search that makes no sense', () => {
    const pathsOf = (query: object) =>
      searchQuerySchema.safeParse(query).error?.issues.map(({ path }) => path.join('.'))
    expect(pathsOf({ latitude: '1' })).toEqual(['longitude'])
    expect(pathsOf({ sort: 'distance' })).toEqual(['sort'])
    expect(pathsOf({ timeFrom: '10:00' })).toEqual(['timeFrom'])
    expect(pathsOf({ date: '2026-02-30' })).toEqual(['date'])
    expect(pathsOf({ date: '2026-11-23', timeFrom: '12:00', timeUntil: '11:00' })).toEqual(['timeUntil'])
    expect(pathsOf({ radiusKm: '20000', limit: '51', text: 'x'.repeat(201) })?.sort()).toEqual([
      'limit',
      'radiusKm',
      'text',
    ])
  })
})

describe('a search for a time', () => {
  it('returns exactly those who offer a slot there, whatever blocks the others', async () => {
    const city = 'Whenford'
    const zones = ['America/Denver', 'Asia/Kathmandu', 'Australia/Adelaide', 'America/St_Johns']
    const listings: Listing[] = []
    for (let index = 0; index < 24; index += 1) {
      const listing = await publish(
        city,
        { name: `W${index}`, timeZone: zones[index % 4] ?? 'UTC' },
        {
          durationMinutes: 45 + (index % 3) * 15,
          bufferAfterMinutes: (index % 2) * 30,
          stepMinutes: 15 + (index % 2) * 15,
        },
        { durationMinutes: 60, minimumNoticeMinutes: index % 5 === 0 ? 7200 : 0, name: 'Other' },
      )
      listings.push(listing)
      const calendar = sql`(select id from calendars where provider_id = ${providerIdOf(listing)})`
      // Local 9:00 to somewhere between 10:00 and 14:00 is off, on the day that is asked for.
      const from = Temporal.ZonedDateTime.from(`2026-11-23T09:00[${listing.timeZone}]`)
      const during = `[${from.toInstant().toString()},${from
        .add({ minutes: 60 + (index % 9) * 30 })
        .toInstant()
        .toString()})`
      await db.execute(
        sql`insert into time_off (id, calendar_id, during, created_at) values (${randomUUID()}, ${calendar}, ${during}::tstzrange, now())`,
      )
      if (index % 7 === 0) {
        await db.execute(
          sql`insert into date_overrides (calendar_id, on_date, windows) values (${calendar}, '2026-11-23', '[]')`,
        )
      }
    }
    // Before any worker has written down where there is time, and after.
    for (const refreshed of [false, true]) {
      if (refreshed) await refreshAllOpenings(db, now)
      for (const { timeFrom, timeUntil, durationMinutes } of [
        { timeFrom: '10:00', timeUntil: '12:00', durationMinutes: 60 },
        { timeFrom: '11:30', timeUntil: '12:30', durationMinutes: 45 },
        { timeFrom: '16:00', timeUntil: '17:00', durationMinutes: 60 },
        { timeFrom: '10:00', timeUntil: '10:30', durationMinutes: 60 },
      ]) {
        const found = new Set(
          await names({ place: city, date: '2026-11-23', timeFrom, timeUntil, durationMinutes, limit: 50 }),
        )
        for (const listing of listings) {
          let free = false
          for (const service of listing.services) {
            if (service.durationMinutes < durationMinutes || service.durationMinutes > durationMinutes + 30)
              continue
            const id: ServiceId = serviceIdOf(providerIdOf(listing), service.name)
            const window = { from: now, until: now.add({ hours: 200 }) }
            const { slots } = await listSlotsOfService(db, id, window, now)
            const minutesOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
            free ||= slots.some(
              ({ localDate, localTime }) =>
                localDate === '2026-11-23' &&
                localTime >= timeFrom &&
                minutesOf(localTime) + service.durationMinutes <= minutesOf(timeUntil),
            )
          }
          expect({ name: listing.name, timeFrom, found: found.has(listing.name) }).toEqual({
            name: listing.name,
            timeFrom,
            found: free,
          })
        }
      }
    }
  })

  it.each<'price' | 'soonest'>(['price', 'soonest'])(
    'goes by %s of what is free, page by page, though what is first by its list is not',
    { timeout: 60_000 },
    async (sort) => {
      const city = `Orderly ${sort}`
      const window = { date: '2026-11-23', timeFrom: '10:00', timeUntil: '13:00' }
      const random = seededRandom(7)
      const keys: { key: number; id: string }[] = []
      // More than are judged at once.
      for (let index = 0; index < 90; index += 1) {
        const listing = await publish(
          city,
          {},
          // The cheap one takes most of the window, and rarely fits between the hours that are taken.
          { name: 'Long', durationMinutes: 150, priceMinor: BigInt(3000 + 100 * random.between(0, 9)) },
          { name: 'Short', stepMinutes: 5, priceMinor: BigInt(5000 + 100 * random.between(0, 9)) },
        )
        const from = Temporal.Instant.from('2026-11-23T17:00Z').add({ minutes: random.between(0, 170) })
        const during = `[${from.toString()},${from.add({ minutes: random.between(1, 60) }).toString()})`
        await db.execute(sql`
          insert into time_off (id, calendar_id, during, created_at)
          select gen_random_uuid(), id, ${during}::tstzrange, now() from calendars where provider_id = ${providerIdOf(listing)}`)
        const offers: number[] = []
        for (const { name, durationMinutes, priceMinor } of listing.services) {
          const until = Temporal.Instant.from('2026-11-23T20:00Z').subtract({ minutes: durationMinutes })
          const { slots } = await listSlotsOfService(
            db,
            serviceIdOf(providerIdOf(listing), name),
            { from: Temporal.Instant.from('2026-11-23T17:00Z'), until: until.add({ milliseconds: 1 }) },
            now,
          )
          const [first] = slots
          if (first) offers.push(sort === 'price' ? Number(priceMinor) : Date.parse(first.startsAt))
        }
        if (offers.length > 0) keys.push({ key: Math.min(...offers), id: providerIdOf(listing) })
      }
      keys.sort((one, other) => one.key - other.key || (one.id < other.id ? -1 : 1))
      for (const refreshed of [false, true]) {
        if (refreshed) await refreshAllOpenings(db, now)
        const paged = (await walk({ place: city, sort, limit: 7, ...window })).map(({ id }) => id)
        expect(paged).toEqual(keys.map(({ id }) => id))
      }
      expect(keys.length).toBeGreaterThan(50)
    },
  )

  it('has a next page though all were judged at once, and nobody is left to judge after them', async () => {
    // As many as one batch, of whom nothing is known but that they may have time: the day is beyond the openings.
    for (let index = 0; index < 40; index += 1) await publish('Batchford', {}, { horizonDays: 365 })
    const found = await walk({ place: 'Batchford', sort: 'soonest', date: '2027-05-03', limit: 15 })
    expect(new Set(found.map(({ id }) => id)).size).toBe(40)
  })

  it('shows the slots of that time, and the soonest provider first', async () => {
    const late = await publish('Soonham', {
      name: 'Late',
      rules: [{ weekday: 1, opensMinute: 900, closesMinute: 1020 }],
    })
    await publish('Soonham', { name: 'Early', rules: [{ weekday: 1, opensMinute: 600, closesMinute: 1020 }] })
    await rate(late, 500, 100)
    expect(await names({ place: 'Soonham', sort: 'soonest' })).toEqual(['Early', 'Late'])
    expect(await names({ place: 'Soonham' })).toEqual(['Late', 'Early'])
    const { items } = await search({
      place: 'Soonham',
      date: '2026-11-23',
      timeFrom: '15:30',
      timeUntil: '17:00',
      sort: 'soonest',
    })
    expect(items.map(({ nextSlots }) => nextSlots.map(({ localTime }) => localTime))).toEqual([
      ['15:30', '15:45', '16:00'],
      ['15:30', '15:45', '16:00'],
    ])
  })
})
