import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { Refusal } from '../errors.ts'
import { limitBody } from './body-limit.ts'

const app = new Hono()
app.onError((error, c) =>
  error instanceof Refusal ? c.json({ code: error.code }, error.status as 413) : c.json({}, 500),
)
app.post('/', limitBody(10), async (c) => c.json({ length: (await c.req.text()).length }))

const stream = (text: string) =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text))
      controller.close()
    },
  })

async function send(text: string, headers: Record<string, string>): Promise<unknown> {
  const request = new Request('http://localhost/', {
    method: 'POST',
    headers,
    body: stream(text),
    duplex: 'half',
  } as RequestInit)
  const answer = await app.request(request)
  return { status: answer.status, ...((await answer.json()) as object) }
}

it.each([
  ['says its length', (text: string) => ({ 'content-length': String(text.length) })],
  ['comes in pieces', () => ({ 'transfer-encoding': 'chunked' })],
  ['says nothing', () => ({})],
])('a body that %s is read to the limit and not beyond', async (_how, headersOf) => {
  expect(await send('1234567890', headersOf('1234567890'))).toEqual({ status: 200, length: 10 })
  expect(await send('12345678901', headersOf('12345678901'))).toEqual({
    status: 413,
    code: 'request.too_large',
  })
})

it('one that claims to be short and comes in pieces is counted', async () => {
  expect(await send('12345678901', { 'content-length': '1', 'transfer-encoding': 'chunked' })).toEqual({
    status: 413,
    code: 'request.too_large',
  })
})
