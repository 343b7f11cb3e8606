import { sql } from 'drizzle-orm'
import type { ServiceId } from '#src/kernel/ids.ts'
import type { Ctx } from '#src/platform/context.ts'
import { readBits } from './read-bits.ts'

const SERVICES_MAX = 200

export interface VerifiedOpenings {
  readonly checked: number
  /**
   * Those whose openings say something else than their calendar, though no change waits. While somebody holds a slot of it they
   * may still have what is held, and must have all the rest.
   */
  readonly wrong: readonly ServiceId[]
  /** Where the next piece begins; null: this was the last. */
  readonly next: ServiceId | null
}

interface Row extends Record<string, unknown> {
  service_id: ServiceId
  from_ms: number
  starts: string
  has_holds: boolean
}

/** Works the openings of some services out again, after `after` in the order of their ids, in one snapshot. */
export async function verifyOpenings(
  { db }: Pick<Ctx, 'db'>,
  after: ServiceId | null,
): Promise<VerifiedOpenings> {
  return db.transaction(
    async (tx) => {
      const { rows } = await tx.execute<Row>(sql`
        select o.service_id, (extract(epoch from o.from_day) * 1000)::float8 as from_ms, o.starts::text as starts,
          exists (select from bookings b where b.calendar_id = o.calendar_id and b.state = 'held') as has_holds
        from service_openings o
        where ${after === null ? sql`true` : sql`o.service_id > ${after}::uuid`}
          and not exists (select from calendar_changes c where c.calendar_id = o.calendar_id)
        order by o.service_id limit ${SERVICES_MAX}`)
      const wrong: ServiceId[] = []
      // Those of one day are read at once; around midnight there are two.
      for (const [fromMs, ofDay] of Map.groupBy(rows, ({ from_ms }) => from_ms)) {
        const found = await readBits(tx, ofDay, fromMs, ofDay[0]?.starts.length ?? 0)
        const asRead = new Map(found.map(({ service, bits }) => [service.service_id, bits]))
        for (const { service_id, starts, has_holds } of ofDay) {
          const bits = asRead.get(service_id) ?? ''
          if (has_holds ? !hasAll(starts, bits) : starts !== bits) wrong.push(service_id)
        }
      }
      const last = rows.at(-1)
      return {
        checked: rows.length,
        wrong,
        next: last && rows.length === SERVICES_MAX ? last.service_id : null,
      }
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  )
}

function hasAll(starts: string, bits: string): boolean {
  return (
    starts.length === bits.length && !Array.from(bits).some((bit, at) => bit === '1' && starts[at] === '0')
  )
}
