import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { startTestApp } from '#tests/support/app.ts'
import type { ApiEnv } from './define.ts'
import { idempotently } from './idempotency.ts'

const app = await startTestApp({ worker: false })

it('who is overtaken while working neither ends the claim of the next nor writes over their answer', async () => {
  const working: PromiseWithResolvers<string>[] = []
  const api = new Hono<ApiEnv>()
  api.use(async (c, next) => {
    c.set('ctx', { ...app.composition.contextFor({ kind: 'system', name: 'test' }), now: app.now() })
    await next()
  })
  api.onError((error) => new Response(error.message, { status: 503 }))
  api.post('/work', (c) =>
    idempotently(c, async () => {
      const work = Promise.withResolvers<string>()
      working.push(work)
      return { status: 200, body: await work.promise }
    }),
  )
  const ask = () => api.request('/work', { method: 'POST', headers: { 'idempotency-key': 'one' } })
  const begun = (count: number) => expect.poll(() => working.length).toBe(count)
  const said = async (answer: Promise<Response> | Response) => {
    const response = await answer
    return [response.status, await response.text()]
  }

  const first = ask()
  await begun(1)
  app.moveTo(app.now().add({ seconds: 11 }))
  const second = ask()
  await begun(2)
  working[0]?.reject(new Error('the gateway does not answer'))
  expect((await first).status).toBe(503)

  // The second is still at work.
  expect((await said(ask()))[1]).toContain('is still being worked on')
  app.moveTo(app.now().add({ seconds: 11 }))
  const third = ask()
  await begun(3)
  working[2]?.resolve('the third')
  expect(await said(third)).toEqual([200, '"the third"'])
  working[1]?.resolve('the second')
  expect(await said(second)).toEqual([200, '"the third"'])
  expect(await said(ask())).toEqual([200, '"the third"'])
})
