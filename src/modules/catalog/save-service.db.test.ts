import { sql } from 'drizzle-orm'
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
