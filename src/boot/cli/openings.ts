import type { ServiceId } from '#src/kernel/ids.ts'
import {
  countWaiting,
  markAllCalendars,
  refreshOpenings,
} from '#src/modules/scheduling/openings/refresh-openings.ts'
import { verifyOpenings } from '#src/modules/scheduling/openings/verify-openings.ts'
import { Failed, say } from './command.ts'
import { withMarketplace } from './marketplace.ts'

const SAY_EVERY_MS = 2_000
const WRONG_SHOWN_MAX = 20
/** Another worker may be at it: it does the same work, and this one looks again. */
const LOOK_AGAIN_MS = 500

/** Searches go on meanwhile: of a calendar that waits nothing is believed. */
export async function rebuild(): Promise<void> {
  await withMarketplace(async (_, ctx) => {
    const from = performance.now()
    const { total, lastMark } = await markAllCalendars(ctx)
    let saidAt = from
    for (let left = total; left > 0;) {
      const { whole, parts } = await refreshOpenings(ctx)
      left = await countWaiting(ctx, lastMark)
      if (performance.now() > saidAt + SAY_EVERY_MS) {
        saidAt = performance.now()
        say(`${Math.max(0, total - left)} of ${total} calendars`)
      }
      if (whole + parts === 0 && left > 0) await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))
    }
    say(`${total} calendars in ${((performance.now() - from) / 1_000).toFixed(1)} s.`)
  })
}

/** @throws {Failed} naming the services whose openings say something else than their calendar. */
export async function verify(): Promise<void> {
  await withMarketplace(async (_, ctx) => {
    let checked = 0
    const wrong: ServiceId[] = []
    for (let after: ServiceId | null = null, first = true; first || after; first = false) {
      const piece = await verifyOpenings(ctx, after)
      checked += piece.checked
      wrong.push(...piece.wrong)
      after = piece.next
    }
    if (wrong.length > 0)
      throw new Failed(
        `${wrong.length} of ${checked} services have openings that their calendar does not have, or lack some:\n${wrong
          .slice(0, WRONG_SHOWN_MAX)
          .map((id) => `  - ${id}`)
          .join('\n')}\nnpm run ops -- openings rebuild makes them anew.`,
      )
    say(`${checked} services, and their openings are those of their calendars.`)
  })
}
