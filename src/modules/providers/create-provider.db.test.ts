import { expect, it } from 'vitest'
import { startTestApp } from '#tests/support/app.ts'
import { signUp } from '#tests/support/factories.ts'

const app = await startTestApp({ worker: false })

it('somebody opens so many businesses and no more, also when asking for two at once', async () => {
  const { cookie } = await signUp(app.url)
  const open = () =>
    app.request('/api/v1/my/providers', {
      headers: { cookie },
      method: 'POST',
      body: { name: 'Branch', country: 'CA', timeZone: 'UTC' },
    })
  for (let made = 0; made < 9; made += 1) expect((await open()).status).toBe(201)
  const both = await Promise.all([open(), open()])
  expect(both.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([201, 422])
  expect(await open()).toMatchObject({
    status: 422,
    body: { errors: [{ path: 'name', message: 'is one too many: 10 businesses at most' }] },
  })
})
