import { sql } from 'drizzle-orm'
import type { Api } from '#src/platform/http/define.ts'
import type { Database } from '#src/platform/db/database.ts'

/** Health for load balancers and people. None of them asks a third party. */
export function healthRoutes({ db }: { db: Database }): (api: Api) => void {
  return (api) => {
    const body = (status: 'ok' | 'unavailable') => ({
      status,
      timestamp: new Date().toISOString(),
      service: 'ecosystem',
    })
    api.get('/health', (c) => c.json(body('ok'), 200, { 'cache-control': 'no-store' }))
    api.get('/health/live', (c) => c.json(body('ok'), 200, { 'cache-control': 'no-store' }))
    api.get('/health/ready', async (c) => {
      const ready = await db.execute(sql`select 1 from bookings limit 1`).then(
        () => true,
        () => false,
      )
      return c.json(body(ready ? 'ok' : 'unavailable'), ready ? 200 : 503, { 'cache-control': 'no-store' })
    })
  }
}
