// The built site without our server in front, as on Vercel: there the API is a route of Next.
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { Temporal } from '#src/kernel/time.ts'
import { fullHourIn, makeProvider } from '#tests/support/factories.ts'
import { openOwner, startMarketplace } from '#tests/support/marketplace.ts'
import { ask, eventually, hold, look, pay } from '#tests/support/people.ts'
import { freePort } from '../../scripts/embedded-postgres.ts'
import { startChild, waitForHttp } from '../../scripts/processes.ts'

const SIGN_INS_PER_MINUTE = 20

const market = await startMarketplace()
const port = await freePort()
const url = `http://localhost:${port}`
const next = startChild({
  name: 'next',
  script: 'node_modules/next/dist/bin/next',
  args: ['start', '--hostname', '127.0.0.1', '--port', String(port)],
  env: { ...market.env, NEXT_PUBLIC_APP_URL: url },
  logPath: path.join(market.directory, 'next.log'),
})
const owner = openOwner(market, 'next-alone')
afterAll(async () => {
  await owner.$client.end()
  await next.stop()
  await market.stop()
})
await waitForHttp(`${url}/api/health`, 60, next.exited)

it('holds, takes money and hears of it by webhook', async () => {
  const provider = await makeProvider(owner)
  const held = await hold(url, { ...provider, startsAt: fullHourIn(30, Temporal.Now.instant()) })
  expect(held.status).toBe(201)
  const id = String(held.body.booking.id)
  const guest = { key: String(held.body.guestKey) }
  expect(await pay(url, id, guest)).toBe(303)
  await eventually('the booking', 20, async () => (await look(url, id, guest)).body.state === 'confirmed')
  expect(await ask(`${url}/api/stripe/webhooks`, 'POST', {})).toMatchObject({
    status: 400,
    body: { code: 'payment.event_unsigned' },
  })
})

it('counts sign-ins by the address that the platform saw, whatever the client says of itself', async () => {
  const answers: number[] = []
  for (let attempt = 0; attempt <= SIGN_INS_PER_MINUTE; attempt += 1) {
    const { status } = await fetch(`${url}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: {
        ...{ 'content-type': 'application/json', origin: url, 'x-real-ip': '203.0.113.7' },
        'x-client-address': `198.51.100.${attempt}`,
      },
      body: JSON.stringify({ email: 'nobody@example.test', password: randomUUID() }),
    })
    answers.push(status)
  }
  expect(answers).toEqual([...Array<number>(SIGN_INS_PER_MINUTE).fill(401), 429])
})
