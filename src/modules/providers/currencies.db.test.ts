import { sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Currency } from '#src/kernel/money.ts'
import { seedCategories } from '#src/modules/catalog/index.ts'
import { startTestApp, type RequestOptions } from '#tests/support/app.ts'
import { fullHourIn, makeMember, makeProvider, signUp, type MadeProvider } from '#tests/support/factories.ts'
import { importProviders } from './import/import-providers.ts'

const app = await startTestApp({ env: { CURRENCIES: 'USD,JPY,KWD,HUF' } })
const { db } = app.database
await seedCategories({ db })
const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ecosystem-currencies-'))
afterAll(() => fs.rmSync(directory, { recursive: true }))

const owner = await signUp(app.url, 'Olive Owner')
const ask = (at: string, options: RequestOptions = {}) =>
  app.request(`/api/v1${at}`, { ...options, headers: { cookie: owner.cookie } })

describe('a provider', () => {
  const begin = (more: object) =>
    ask('/my/providers', { method: 'POST', body: { name: 'Shop', country: 'KW', timeZone: 'UTC', ...more } })

  it('sells in one of the currencies of the installation, and in the first when none is named', async () => {
    const [usual, named] = [await begin({}), await begin({ currency: 'KWD' })]
    expect([usual.status, named.status]).toEqual([201, 201])
    const currencyOf = async (id: string) => (await ask(`/my/providers/${id}`)).body.currency
    expect([await currencyOf(usual.body.id), await currencyOf(named.body.id)]).toEqual(['USD', 'KWD'])
  })

  it.each(['EUR', 'kwd', 'XAU'])('F45 in %s is refused, with the currencies there are', async (currency) => {
    expect(await begin({ currency })).toMatchObject({
      status: 422,
      body: { code: 'provider.currency_not_sold', currencies: ['USD', 'JPY', 'KWD', 'HUF'] },
    })
  })
})

describe('a price', () => {
  async function priced(currency: Currency, amountMinor: number, extraMinor?: number) {
    const { providerId, serviceId } = await makeProvider(db, { currency })
    await makeMember(db, providerId, owner.userId)
    const extras = extraMinor === undefined ? [] : [extraOf(extraMinor, currency)]
    const body = { price: { amountMinor, currency }, extras }
    return ask(`/my/services/${serviceId}`, { method: 'PATCH', body })
  }
  const extraOf = (amountMinor: number, currency: Currency) => ({
    name: 'Tea',
    price: { amountMinor, currency },
    extraMinutes: 0,
  })

  it.each<[Currency, number, number]>([
    ['JPY', 501, 0],
    ['KWD', 5_640, 250],
    ['HUF', 17_550, 1],
  ])('in %s of %i, with an extra of %i, is saved', async (currency, amountMinor, extraMinor) => {
    expect((await priced(currency, amountMinor, extraMinor)).status).toBe(200)
  })

  it.each<[Currency, number, number]>([
    ['HUF', 5_500, 17_500],
    ['KWD', 4_990, 5_000],
    ['JPY', 499, 500],
  ])('in %s of %i is too low: the least is %i', async (currency, amountMinor, least) => {
    expect(await priced(currency, amountMinor)).toMatchObject({
      status: 422,
      body: { code: 'service.price_too_low', minimum: { amountMinor: least, currency } },
    })
  })

  it.each<[string, Currency, number, number | undefined, string, RegExp]>([
    ['off the step', 'KWD', 5_637, undefined, 'price', /multiple of KWD\s0\.010/],
    ['with an extra off the step', 'KWD', 5_640, 255, 'extras.0.price', /multiple of KWD\s0\.010/],
    ['above what a card is charged', 'USD', 99_999_900, undefined, 'price', /\$999,999\.99 at most/],
  ])('%s is refused beside its field', async (_, currency, amountMinor, extraMinor, field, message) => {
    expect(await priced(currency, amountMinor, extraMinor)).toMatchObject({
      status: 422,
      body: { code: 'request.invalid', errors: [{ path: field, message: expect.stringMatching(message) }] },
    })
  })
})

describe('what cannot be charged', () => {
  const hold = (provider: MadeProvider, currency: Currency, amountMinor: number) =>
    app.request('/api/v1/bookings', {
      method: 'POST',
      body: {
        serviceId: provider.serviceId,
        startsAt: fullHourIn(48, app.now()),
        expectedTotal: { amountMinor, currency },
        guest: { name: 'Gail Guest', email: 'gail@example.test' },
      },
    })

  // Saved before prices were looked at.
  it.each<[Currency, number, number]>([
    ['HUF', 5_500, 6_050],
    ['KWD', 5_637, 6_197],
  ])('is not held, and a quote says so: %s %i', async (currency, priceMinor, total) => {
    const provider = await makeProvider(db, { currency, service: { priceMinor } })
    const refused = { status: 409, body: { code: 'service.not_chargeable' } }
    expect(await hold(provider, currency, total)).toMatchObject(refused)
    const offer = { serviceId: provider.serviceId, startsAt: fullHourIn(48, app.now()), extraIds: [] }
    expect(await app.request('/api/v1/quotes', { method: 'POST', body: offer })).toMatchObject(refused)
    const { rows } = await db.execute(sql`select 1 from bookings where provider_id = ${provider.providerId}`)
    expect(rows).toEqual([])
  })

  it('F45 because its currency is not sold any more is not held', async () => {
    const provider = await makeProvider(db, { currency: 'EUR' })
    expect(await hold(provider, 'EUR', 11_000)).toMatchObject({
      status: 409,
      body: { code: 'provider.not_bookable' },
    })
  })

  it('at checkout is a refusal; the hold ends in its time, and the slot is free again', async () => {
    const provider = await makeProvider(db, { currency: 'HUF', service: { priceMinor: 50_000 } })
    const { body } = await hold(provider, 'HUF', 55_000)
    await app.database.owner.execute(sql`
      update bookings set base_minor = 5500, commission_minor = 550, surcharge_minor = 550, provider_net_minor = 4950, total_minor = 6050
      where id = ${body.booking.id}`)
    const checkOut = () =>
      app.request(`/api/v1/bookings/${body.booking.id}/checkout`, {
        method: 'POST',
        body: {},
        key: body.guestKey,
      })
    for (let attempt = 0; attempt < 2; attempt += 1)
      expect(await checkOut()).toMatchObject({ status: 409, body: { code: 'payment.rejected' } })
    app.moveTo(app.now().add({ minutes: 11 }))
    await app.eventually('the hold to end', async () => {
      const found = await app.request(`/api/v1/bookings/${body.booking.id}`, { key: body.guestKey })
      return found.body.state === 'expired'
    })
    expect((await hold(provider, 'HUF', 55_000)).status).toBe(201)
  })
})

it('F45 the database keeps the services of a provider in the currency of the provider', async () => {
  const { serviceId } = await makeProvider(db)
  await expect(
    app.database.owner.execute(sql`update services set currency = 'KWD' where id = ${serviceId}`),
  ).rejects.toMatchObject({ cause: { constraint: 'services_currency_of_provider' } })
})

describe('an import', () => {
  const ctx = app.composition.contextFor({ kind: 'system', name: 'import' }, randomUUID())
  function run(services: string, rows: object[], currency?: string, source: string = randomUUID()) {
    const file = path.join(directory, `${randomUUID()}.json`)
    fs.writeFileSync(file, JSON.stringify(rows))
    return importProviders(ctx, { file, source, defaults: { category: 'haircut', services, currency } })
  }
  const shop = (name: string, currency?: string) => ({
    name,
    currency,
    country: 'KW',
    timezone: 'Asia/Kuwait',
  })

  it('takes each row in its own currency, and says why one is not taken', async () => {
    const rows = [shop('A', ''), shop('B', 'kwd'), shop('C', 'EUR'), shop('D', 'HUF'), shop('E', 'JPY')]
    const report = await run('Haircut:30:45.50', rows)
    expect(report).toMatchObject({ created: 2, mapping: { currency: 'currency' } })
    expect(report.rejected.map(({ row, reason }) => `${row} ${reason.replaceAll(/\s/g, ' ')}`)).toEqual([
      '3 has a currency that nothing is sold in here ("EUR")',
      '4 cannot be sold in HUF: The price of "Haircut" is below the minimum price of HUF 175.00',
      '5 cannot be sold in JPY: "Haircut:30:45.50" is not a service like "Haircut:30:45.00" (name:minutes:price)',
    ])
    const { rows: prices } = await db.execute(sql`
      select s.currency, s.price_minor::int as minor from services s join providers p on p.id = s.provider_id
      where p.name in ('A', 'B') and p.import_source is not null order by 1`)
    expect(prices).toEqual([
      { currency: 'KWD', minor: 45_500 },
      { currency: 'USD', minor: 4_550 },
    ])
  })

  it('F45 in another currency than before changes nothing, and says so', async () => {
    const source = randomUUID()
    expect(await run('Haircut:30:45', [shop('G')], 'USD', source)).toMatchObject({ created: 1 })
    expect(await run('Haircut:30:45', [shop('G')], 'KWD', source)).toMatchObject({
      updated: 0,
      rejected: [{ row: 1, reason: 'sells in USD already, and a currency stays' }],
    })
    const { rows } = await db.execute(sql`
      select p.currency, s.price_minor::int as minor from services s join providers p on p.id = s.provider_id
      where p.import_source = ${source}`)
    expect(rows).toEqual([{ currency: 'USD', minor: 4_500 }])
  })

  it.each([
    ['a currency that is not sold', 'Haircut:30:45', 'EUR', 'EUR is not a currency that is sold here'],
    ['a price off the step', 'Haircut:30:5.637', 'KWD', /"Haircut" must be a multiple of KWD\s0\.010/],
    ['a price too low', 'Haircut:30:55', 'HUF', /"Haircut" is below the minimum price of HUF\s175\.00/],
  ])('as a whole in %s is refused', async (_, services, currency, problem) => {
    await expect(run(services, [shop('F')], currency)).rejects.toThrow(problem)
  })
})
