import { sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { startTestApp } from '#tests/support/app.ts'
import { makeMember, makeProvider, signUp } from '#tests/support/factories.ts'

const app = await startTestApp({ worker: false })
const { db } = app.database

const HAIRCUT = {
  name: 'Haircut',
  categoryId: 'testing',
  durationMinutes: 45,
  price: { amountMinor: 4500, currency: 'USD' },
}

async function someOwner() {
  const { userId, cookie } = await signUp(app.url)
  const provider = await makeProvider(db)
  await makeMember(db, provider.providerId, userId)
  const ask = (path: string, method = 'GET', body?: unknown) =>
    app.request(`/api/v1${path}`, { method, headers: { cookie }, ...(body === undefined ? {} : { body }) })
  return { ...provider, ask }
}

it('a provider offers so many services and no more, those off the page included', async () => {
  const { providerId, slug, ask } = await someOwner()
  await db.execute(sql`
    insert into services select (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid()::text, 'active', n > 50))).*
    from services s, generate_series(1, 199) n where s.provider_id = ${providerId}`)
  expect(await ask(`/my/providers/${providerId}/services`, 'POST', HAIRCUT)).toMatchObject({
    status: 422,
    body: { errors: [{ path: 'name', message: 'is one too many: 200 services at most' }] },
  })
  expect((await ask(`/my/providers/${providerId}/services`)).body.items).toHaveLength(200)
  expect((await ask(`/providers/${slug}`)).body.services).toHaveLength(150)
})

const extra = (amountMinor: number, id?: string) => ({
  ...(id === undefined ? {} : { id }),
  name: 'Beard',
  price: { amountMinor, currency: 'USD' },
  extraMinutes: 0,
})

it.each<[string, object, string]>([
  [
    'an extra that costs less than nothing',
    { extras: [extra(0), extra(-100)] },
    'extras.1.price.amountMinor',
  ],
  ['a service that does', { price: { amountMinor: -1, currency: 'USD' } }, 'price.amountMinor'],
])('%s is refused beside its price', async (_, change, path) => {
  const { serviceId, providerId, ask } = await someOwner()
  const refused = { status: 422, body: { code: 'request.invalid', errors: [{ path }] } }
  expect(await ask(`/my/services/${serviceId}`, 'PATCH', change)).toMatchObject(refused)
  expect(await ask(`/my/providers/${providerId}/services`, 'POST', { ...HAIRCUT, ...change })).toMatchObject(
    refused,
  )
})

it('an extra that is given twice is refused beside the second, and changes nothing', async () => {
  const { serviceId, ask } = await someOwner()
  const id = randomUUID()
  await db.execute(
    sql`insert into service_extras (id, service_id, name, price_minor) values (${id}, ${serviceId}, 'Shave', 500)`,
  )
  const twice = { extras: [extra(600, id), extra(0), extra(700, id.toUpperCase())] }
  expect(await ask(`/my/services/${serviceId}`, 'PATCH', twice)).toMatchObject({
    status: 422,
    body: { code: 'request.invalid', errors: [{ path: 'extras.2.id', message: 'is there twice' }] },
  })
  const { rows } = await db.execute(
    sql`select name, price_minor::int as price from service_extras where id = ${id}`,
  )
  expect(rows).toEqual([{ name: 'Shave', price: 500 }])
})
