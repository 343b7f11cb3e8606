import { sql } from 'drizzle-orm'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { randomUUID } from 'node:crypto'
import { makeMember, signUp } from '#tests/support/factories.ts'
import { startTestApp } from '#tests/support/app.ts'
import { seedCategories } from '#src/modules/catalog/index.ts'
import { searchProviders } from '#src/modules/catalog/reads.ts'
import type { ProviderId } from '#src/kernel/ids.ts'
import { importProviders, type ImportOptions } from './import-providers.ts'
import { ImportRefused } from './read-rows.ts'

const app = await startTestApp({ worker: false })
const { db } = app.database
await seedCategories({ db })
const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ecosystem-import-'))
afterAll(() => fs.rmSync(directory, { recursive: true }))

const ctx = app.composition.contextFor({ kind: 'system', name: 'import' }, randomUUID())
const openPayoutAccount: ImportOptions['openPayoutAccount'] = ({ providerId }) =>
  Promise.resolve({ accountId: `acct_${providerId}`, ready: true, requirements: [] })

function run(name: string, text: string, options: Partial<ImportOptions> = {}) {
  const file = path.join(directory, name)
  fs.writeFileSync(file, text)
  return importProviders(ctx, {
    defaults: { category: 'haircut', services: 'Haircut:30:45.00; Cut & colour:120:150' },
    openPayoutAccount,
    ...options,
    file,
  })
}

async function stored(source: string) {
  const { rows } = await db.execute<{
    id: ProviderId
    name: string
    slug: string
    time_zone: string
    status: string
  }>(sql`
    select id, name, slug, time_zone, status from providers where import_source = ${source} order by name`)
  return rows
}

const salon = (street: string, more: object = {}) => ({
  ...{ country: 'US', street, city: 'Ketchikan', state: 'AK', zip: '99901', lat: 55.3422, lng: -131.6461 },
  hours: { Monday: '9 AM - 7 PM', Tuesday: '9:30 AM - 12 PM, 1 PM - 5 PM', Sunday: 'Closed' },
  ...more,
})

describe('an import', () => {
  it('makes providers that are live, bookable and found by place, with their hours and zone', async () => {
    const report = await run('salons.json', JSON.stringify([salon('1 Main St'), salon('2 Main St')]), {
      mapping: { name: 'Hair salon, {street}' },
    })
    expect(report).toMatchObject({
      rows: 2,
      created: 2,
      payoutAccountsReady: 2,
      rejected: [],
      duplicates: [],
      warnings: [],
    })
    expect(
      (await stored('salons.json')).map(({ name, time_zone, status }) => [name, time_zone, status]),
    ).toEqual([
      ['Hair salon, 1 Main St', 'America/Sitka', 'live'],
      ['Hair salon, 2 Main St', 'America/Sitka', 'live'],
    ])
    const found = await searchProviders(
      db,
      ctx.config,
      { place: 'ketchikan', sort: 'relevance', limit: 20 },
      ctx.now,
    )
    expect(found.items).toHaveLength(2)
    for (const { bookable, nextSlots, service } of found.items) {
      expect(bookable).toBe(true)
      expect(nextSlots).toHaveLength(3)
      expect(service).toMatchObject({ name: 'Haircut', durationMinutes: 30, price: { amountMinor: 4500 } })
    }
    const { rows } = await db.execute(sql`
      select weekday, opens_minute, closes_minute from opening_rules r join calendars c on c.id = r.calendar_id
      where c.provider_id = ${(await stored('salons.json'))[0]?.id} order by 1, 2`)
    expect(rows.map((row) => Object.values(row))).toEqual([
      [1, 540, 1140],
      [2, 570, 720],
      [2, 780, 1020],
    ])
  })

  it('run again changes and never doubles, also in another order and with other spaces', async () => {
    const mapping = { name: 'Salon at {street}' }
    await run('again.json', JSON.stringify([salon('5 Elm Rd'), salon('6  Elm Rd')]), { mapping })
    const before = await stored('again.json')
    const moved = [salon('6 ELM rd', { lat: 61.2181, lng: -149.9003 }), salon('5 Elm Rd')]
    const second = await run('again.json', JSON.stringify(moved), { mapping })
    expect(second).toMatchObject({ created: 0, updated: 2 })
    const after = await stored('again.json')
    expect(after.map(({ id, slug }) => [id, slug])).toEqual(before.map(({ id, slug }) => [id, slug]))
    expect(after.map(({ time_zone }) => time_zone)).toEqual(['America/Sitka', 'America/Anchorage'])
    const { rows } = await db.execute(
      sql`select count(*)::int as services from services where provider_id in (select id from providers where import_source = 'again.json')`,
    )
    expect(rows).toEqual([{ services: 4 }])
  })

  it('leaves alone what has an owner by now', async () => {
    const mapping = { name: '{street}' }
    await run('claimed.json', JSON.stringify([salon('7 Oak')]), { mapping })
    const [mine] = await stored('claimed.json')
    const { userId } = await signUp(app.url)
    await makeMember(db, mine?.id as ProviderId, userId)
    await db.execute(sql`update providers set city = 'Juneau' where id = ${mine?.id}`)
    expect(await run('claimed.json', JSON.stringify([salon('7 Oak')]), { mapping })).toMatchObject({
      created: 0,
      updated: 0,
      claimed: 1,
    })
    const { rows } = await db.execute(sql`select city from providers where id = ${mine?.id}`)
    expect(rows).toEqual([{ city: 'Juneau' }])
  })

  it('takes the good rows of a bad file and says of each other one where it is and why', async () => {
    const lines = [
      'Name,Street,City,Country,Lat,Lng,Mon,Tue',
      'Good,1 A St,Oslo,Norway,59.91,10.75,9:00 - 17:00,',
      ',2 A St,Oslo,NO,59.91,10.75,,',
      'Nowhere,3 A St,Oslo,NO,91,10.75,,',
      'No country,4 A St,Oslo,Atlantis,59.91,10.75,,',
      '"Two',
      'lines",5 A St,Oslo,NO,59.91,10.75,10:00 - 14:00,',
      'Short,6 A St',
      'No place,7 A St,Oslo,NO,,,,',
      'Half,8 A St,Oslo,NO,59.91,10.75,9:00 - 17:00,whenever',
      'Unreadable,9 A St,Oslo,NO,59.91,10.75,whenever,',
      'Good,1 a st,OSLO,no,59.91,10.75,9:00 - 17:00,',
    ]
    const report = await run('mixed.csv', lines.join('\n'))
    expect(report.rejected.map(({ line, reason }) => [line, reason.slice(0, 40)])).toEqual([
      [3, 'has no name'],
      [4, 'has coordinates that are nowhere ("91", '],
      [5, 'has no country we know ("Atlantis")'],
      [8, 'has 2 columns where the first line has 8'],
      [9, 'has neither coordinates nor a time zone '],
      [11, 'has no hours that can be read: it is clo'],
    ])
    expect(report.warnings).toMatchObject([
      { line: 10, reason: expect.stringContaining('is closed on tuesday') },
    ])
    expect(report.duplicates).toMatchObject([{ line: 12, reason: 'says the same as row 1' }])
    expect((await stored('mixed.csv')).map(({ name }) => name)).toEqual(['Good', 'Good', 'Half', 'Two lines'])
  })

  it('leaves repeated rows out when asked to, and writes nothing on a dry run', async () => {
    const text = JSON.stringify([salon('8 Fir'), salon('8 Fir')])
    const mapping = { name: '{street}' }
    expect(await run('twice.json', text, { mapping, dryRun: true })).toMatchObject({
      created: 0,
      duplicates: [{ row: 2 }],
    })
    expect(await stored('twice.json')).toEqual([])
    expect(await run('twice.json', text, { mapping, duplicates: 'skip' })).toMatchObject({ created: 1 })
    expect(await run('twice.json', text, { mapping })).toMatchObject({ created: 1, updated: 1 })
    expect(await run('twice.json', text, { mapping })).toMatchObject({ created: 0, updated: 2 })
  })

  it('reads one object a line, objects over several lines, and goes on after a broken one', async () => {
    const mapping = { name: '{street}' }
    const lines = [
      JSON.stringify(salon('1 Ash')),
      '{"street": "2 Ash", ',
      JSON.stringify(salon('3 Ash')),
    ].join('\n')
    expect(await run('lines.jsonl', lines, { mapping })).toMatchObject({
      created: 2,
      rejected: [{ row: 2, line: 2 }],
    })
    const array = `[\n${JSON.stringify(salon('4 [Ash], "x"'), null, 1)},\n  {"street": oops},\n 7,\n${JSON.stringify(salon('5 Ash'))}\n]\n`
    const report = await run('pretty.json', array, { mapping })
    expect(report).toMatchObject({
      rows: 4,
      created: 2,
      rejected: [{ row: 2 }, { row: 3, reason: 'is not an object with named fields' }],
    })
    expect(report.rejected[0]?.line).toBe(array.slice(0, array.indexOf('oops')).split('\n').length)
  })

  it('refuses a file and defaults that cannot work, before anything is written', async () => {
    const good = JSON.stringify([salon('9 Yew')])
    const mapping = { name: '{street}' }
    const refused: [string, Partial<ImportOptions>, RegExp][] = [
      ['', {}, /is empty/],
      [good, {}, /No column looks like a name/],
      [good, { mapping, defaults: { category: 'nothing' } }, /no category nothing/],
      [good, { mapping, defaults: { services: 'Haircut' } }, /is not a service like/],
      [good, { mapping, defaults: { services: 'Haircut:30:1.00' } }, /minimum price/],
      [good, { mapping, defaults: { currency: 'ABC' } }, /not a currency/],
    ]
    for (const [text, options, message] of refused) {
      const error: unknown = await run('refused.json', text, options).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(ImportRefused)
      expect((error as ImportRefused).message).toMatch(message)
    }
    expect(await stored('refused.json')).toEqual([])
  })
})
