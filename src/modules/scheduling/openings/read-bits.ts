import type { ServiceId } from '#src/kernel/ids.ts'
import { Temporal } from '#src/kernel/time.ts'
import { timeRange } from '#src/kernel/time-range.ts'
import type { Queryable } from '#src/platform/db/database.ts'
import { QUARTER_MS, startBits } from '../domain/start-bits.ts'
import { loadSchedules } from '../load-schedules.ts'

/** The start bits of services as their calendars stand, read in one statement: those of `quarters` from the instant `fromMs`. */
export async function readBits<Service extends { readonly service_id: ServiceId }>(
  db: Queryable,
  services: readonly Service[],
  fromMs: number,
  quarters: number,
): Promise<{ service: Service; bits: string }[]> {
  const instant = (ms: number) => Temporal.Instant.fromEpochMilliseconds(ms)
  const schedules = await loadSchedules(
    db,
    services.map(({ service_id }) => service_id),
    timeRange(instant(fromMs), instant(fromMs + quarters * QUARTER_MS)),
  )
  return services.flatMap((service) => {
    const schedule = schedules.get(service.service_id)
    return schedule
      ? [{ service, bits: startBits(schedule.calendar, schedule.service, fromMs, quarters) }]
      : []
  })
}
