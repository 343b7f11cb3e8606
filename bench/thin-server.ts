// The thinnest API over the SQL that we ship: Hono, the recorded statements, no rules. What our own is held against.
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { readFileSync } from 'node:fs'
import pg from 'pg'
import type { Recorded } from './record.ts'

const recorded = JSON.parse(readFileSync(process.env['RECORDED'] ?? '', 'utf8')) as Recorded
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 10 })
const app = new Hono()

app.post('/hold', async (c) => {
  const { values } = await c.req.json<{ values: unknown[] }>()
  const { rowCount } = await pool.query({ name: 'hold', text: recorded.hold.text, values })
  return rowCount === 1 ? c.json({ held: true }, 201) : c.json({ code: 'taken' }, 409)
})
for (const name of ['slots', 'list'] as const) {
  app.get(`/${name}`, async (c) => {
    const answers = []
    for (const [index, { text, values }] of recorded[name].entries()) {
      answers.push((await pool.query({ name: `${name}${index}`, text, values })).rows)
    }
    return c.json(answers)
  })
}

serve({ fetch: app.fetch, port: Number(process.env['PORT']), hostname: '127.0.0.1' })
