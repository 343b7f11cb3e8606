import type { Temporal } from '#src/kernel/time.ts'
import { refreshOpenings } from '#src/modules/scheduling/openings/refresh-openings.ts'
import type { Database } from '#src/platform/db/database.ts'

/** As many rounds of the worker as there is something to do. */
export async function refreshAllOpenings(db: Database, now: Temporal.Instant): Promise<void> {
  let done: number
  do {
    const { whole, parts } = await refreshOpenings({ db, now })
    done = whole + parts
  } while (done > 0)
}
