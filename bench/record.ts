// The statements that we ship, taken down from one real call of each: what the bare SQL and the thinnest route run.
import type { Composition } from '../src/boot/compose.ts'
import { ANONYMOUS } from '../src/kernel/actor.ts'
import type { ServiceId } from '../src/kernel/ids.ts'
import { money } from '../src/kernel/money.ts'
import { Temporal } from '../src/kernel/time.ts'
import { holdSlot } from '../src/modules/bookings/hold-slot.ts'
import { searchProviders } from '../src/modules/catalog/reads.ts'
import { listStartsOfService } from '../src/modules/scheduling/index.ts'
import { fullHour, openHour, type BenchProvider } from './providers.ts'

export interface Statement {
  readonly text: string
  readonly values: unknown[]
}

export interface RecordedStatements {
  /** What a hold reads before it decides. */
  readonly offer: Statement
  /** What takes the slot. */
  readonly hold: Statement
  /** Of 30 days. */
  readonly slots: readonly Statement[]
  /** Of one. */
  readonly day: readonly Statement[]
  readonly list: readonly Statement[]
}

export interface Recorded extends RecordedStatements {
  /** What we answer, to the letter: whoever answers less has less to do. */
  readonly answers: Readonly<Record<Exclude<keyof RecordedStatements, 'offer'>, string>>
}

export async function record(composition: Composition, provider: BenchProvider): Promise<RecordedStatements> {
  const { db, config, clock } = composition
  const from = Temporal.Instant.from(fullHour(0))
  const startsWithin = (days: number) =>
    statementsOf(composition, () =>
      listStartsOfService(
        db,
        provider.serviceId as ServiceId,
        { from, until: from.add({ hours: 24 * days }) },
        clock.now(),
      ),
    )
  const [slots, day] = [await startsWithin(30), await startsWithin(1)]
  const list = await statementsOf(composition, () =>
    searchProviders(db, config, { sort: 'relevance', limit: 20 }, clock.now()),
  )
  const [offer, hold] = await statementsOf(composition, () =>
    holdSlot(
      composition.contextFor(ANONYMOUS),
      {
        serviceId: provider.serviceId as ServiceId,
        startsAt: Temporal.Instant.from(openHour(58, 0)),
        extraIds: [],
        expectedTotal: money(11_000, 'USD'),
        guest: { name: 'Bench', email: 'bench@example.test' },
        note: '',
      },
      { scope: 'anonymous', key: 'recorded', fingerprint: 'recorded' },
    ),
  )
  if (!offer || !hold?.text.includes('insert into "bookings"'))
    throw new Error('the second statement of a hold takes the slot')
  return { slots, day, list, offer, hold }
}

async function statementsOf({ db }: Composition, call: () => Promise<unknown>): Promise<Statement[]> {
  const statements: Statement[] = []
  const { query } = db.$client
  db.$client.query = ((config: { text: string }, values: unknown[]) => {
    // As the driver would send them, so that they can travel as JSON.
    const sent = values.map((value) => (typeof value === 'bigint' ? value.toString() : value))
    statements.push({ text: config.text, values: sent })
    return Reflect.apply(query, db.$client, [config, values]) as unknown
  }) as typeof query
  try {
    await call()
  } finally {
    db.$client.query = query
  }
  return statements
}
