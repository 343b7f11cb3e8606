import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { startTestApp } from '#tests/support/app.ts'
import { fullHourIn, makeProvider } from '#tests/support/factories.ts'

// One connection, because each has plans of its own.
const app = await startTestApp({ worker: false, env: { DATABASE_POOL_MAX: '1' } })

const TIMES = 12
/** PostgreSQL tries so many plans for the values given before it compares them with one for any. */
const CUSTOM_PLANS = 5

it('what each booking waits for is planned a few times, and from then on only run', async () => {
  const provider = await makeProvider(app.database.db)
  for (let hour = 0; hour < TIMES; hour += 1) {
    const slots = await app.request(`/api/v1/services/${provider.serviceId}/slots`)
    expect(slots.status).toBe(200)
    const body = {
      serviceId: provider.serviceId,
      startsAt: fullHourIn(48 + hour, app.now()),
      expectedTotal: { amountMinor: 11_000, currency: 'USD' },
    }
    expect((await app.request('/api/v1/bookings', { method: 'POST', body })).status).toBe(201)
  }
  const { rows } = await app.composition.db.execute(sql`
    select left(regexp_replace(statement, '\\s+', ' ', 'g'), 60) as statement, custom_plans::int as "customPlans"
    from pg_prepared_statements
    where custom_plans + generic_plans >= ${TIMES / 2} and statement ~ 'calendar_facts|insert into "bookings"'`)
  expect(rows).toHaveLength(3)
  expect(rows.filter(({ customPlans }) => Number(customPlans) > CUSTOM_PLANS)).toEqual([])
})
