// The harness that journeys, races and crash tests stand on.
import { afterAll, expect, test } from 'vitest'
import { launchBrowser } from './browser.ts'
import { startMarketplace } from './marketplace.ts'

const marketplace = await startMarketplace({ webProcesses: 2 })
afterAll(() => marketplace.stop())

const health = async (url: string) => (await fetch(`${url}/api/health`)).status

test('two sites stand in front of one database', async () => {
  expect(marketplace.urls).toHaveLength(2)
  for (const url of marketplace.urls) expect(await health(url)).toBe(200)
})

test('the browser that comes with the packages opens the home page without an error', async () => {
  const browser = await launchBrowser()
  try {
    const page = await browser.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    const response = await page.goto(marketplace.url)
    expect(response?.status()).toBe(200)
    expect(await page.title()).not.toBe('')
    expect(errors).toEqual([])
  } finally {
    await browser.close()
  }
})

test.each(['web-2', 'worker', 'sandbox'])('%s is killed and comes back on its old port', async (name) => {
  await marketplace.kill(name)
  if (name === 'web-2') await expect(health(marketplace.urls[1] ?? '')).rejects.toThrow('fetch failed')
  await marketplace.restart(name)
  for (const url of marketplace.urls) expect(await health(url)).toBe(200)
})

test('PostgreSQL found nothing to complain about', () => {
  // Whoever knocks before it is up is told so; that is how the start is waited for.
  const log = marketplace.log('postgres').replaceAll('FATAL:  the database system is starting up', '')
  expect(log).not.toMatch(/\b(PANIC|FATAL|deadlock detected)\b/)
})
