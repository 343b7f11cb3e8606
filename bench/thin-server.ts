// The thinnest API over the SQL that we ship: Hono, the recorded statements, no rules, and answers as long as ours, made
// beforehand. What our own is held against.
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import pg from 'pg'
import type { Recorded } from './record.ts'

const recorded = JSON.parse(readFileSync(process.env['RECORDED'] ?? '', 'utf8')) as Recorded
const pool = new pg.Pool({
  connectionString: process.env['DATABASE_URL'],
  max: Number(process.env['DATABASE_POOL_MAX']), // as many as ours
})
const app = new Hono()
const jsonType = { 'content-type': 'application/json' }

app.post('/hold', async (c) => {
  const { values, offerValues } = await c.req.json<{ values: unknown[]; offerValues?: unknown[] }>()
  if (offerValues) await pool.query({ name: 'offer', text: recorded.offer.text, values: offerValues })
  const { rowCount } = await pool.query({ name: 'hold', text: recorded.hold.text, values })
  return rowCount === 1 ? c.body(recorded.answers.hold, 201, jsonType) : c.json({ code: 'taken' }, 409)
})
for (const name of ['slots', 'day', 'list'] as const) {
  app.get(`/${name}`, async (c) => {
    for (const [index, { text, values }] of recorded[name].entries())
      await pool.query({ name: `${name}${index}`, text, values })
    return c.body(recorded.answers[name], 200, jsonType)
  })
}

// The rest of a guest's booking, for a sandbox of its own: a page to pay on, the news that it was paid, and the question
// whether it is confirmed. One statement confirms; no ledger, no receipt, no mail.

const agent = new http.Agent({ keepAlive: true })
const sandbox = `http://127.0.0.1:${process.env['STRIPE_SANDBOX_PORT']}`

function openPaymentPage(bookingId: string): Promise<string> {
  const body = new URLSearchParams({
    mode: 'payment',
    client_reference_id: bookingId,
    'line_items[0][quantity]': '1',
    'line_items[0][price_data][currency]': 'usd',
    'line_items[0][price_data][unit_amount]': '11000',
    'line_items[0][price_data][product_data][name]': 'An hour',
    customer_email: 'bench@example.test',
    success_url: 'http://127.0.0.1/paid',
    cancel_url: 'http://127.0.0.1/not-paid',
  }).toString()
  const headers = {
    authorization: `Bearer ${process.env['STRIPE_SECRET_KEY']}`,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
  }
  return new Promise((resolve, reject) => {
    const request = http.request(
      `${sandbox}/v1/checkout/sessions`,
      { method: 'POST', agent, headers },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () =>
          resolve((JSON.parse(Buffer.concat(chunks).toString()) as { url: string }).url),
        )
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

app.post('/checkout/:bookingId', async (c) => {
  return c.json({ paymentUrl: await openPaymentPage(c.req.param('bookingId')) })
})
app.post('/webhooks', async (c) => {
  const { type, data } = await c.req.json<{
    type: string
    data: { object: { client_reference_id?: string } }
  }>()
  if (type === 'checkout.session.completed') {
    await pool.query({
      name: 'confirm',
      text: `with moved as (
          update bookings set state = 'confirmed', event_count = 2, updated_at = now() where id = $1 and state = 'held' returning id)
        insert into booking_events (booking_id, sequence, transition, from_state, to_state, actor_kind, at)
        select id, 2, 'confirm', 'held', 'confirmed', 'system', now() from moved`,
      values: [data.object.client_reference_id],
    })
  }
  return c.json({ received: true })
})
app.get('/bookings/:bookingId', async (c) => {
  const text = 'select state from bookings where id = $1'
  const { rows } = await pool.query({ name: 'state', text, values: [c.req.param('bookingId')] })
  return c.json(rows[0])
})

serve({ fetch: app.fetch, port: Number(process.env['PORT']), hostname: '127.0.0.1' })
