import { formatMoney, money } from '#src/kernel/money.ts'
import { DIFFERENCES, objectWord, whatHappensNext } from '#src/modules/reconciliation/index.ts'
import { reconcile } from '#src/modules/reconciliation/reconcile.ts'
import { day } from './arguments.ts'
import { Failed, say, type Given } from './command.ts'
import { withMarketplace } from './marketplace.ts'

const SHOWN_MAX = 50

/** Compares everything now, and repairs what replay repairs. @throws {Failed} naming what is still open. */
export async function run(given: Given): Promise<void> {
  const since = day(given, 'since')?.toZonedDateTime('UTC').toInstant()
  await withMarketplace(async ({ gateway }, ctx) => {
    const { lineCount, differenceCount, open } = await reconcile(ctx, gateway, since ? { since } : {})
    say(
      `${lineCount} new lines of Stripe's; ${differenceCount} differences, ${differenceCount - open.length} of them repaired.`,
    )
    if (open.length === 0) return say('Stripe, the ledger and the bookings agree: 0.00.')
    const lines = open.slice(0, SHOWN_MAX).map((difference) => {
      const { kind, objectId, currency, expectedMinor, actualMinor, firstSeenAt, repairCount } = difference
      const [expected, actual] = [expectedMinor, actualMinor].map((minor) =>
        formatMoney(money(minor, currency)),
      )
      return `  - ${DIFFERENCES[kind].name}: ${objectWord(objectId)} ${objectId}, ${expected} expected and ${actual} in the ledger, open since ${firstSeenAt.round('second')}. ${whatHappensNext(kind, repairCount)}`
    })
    throw new Failed(`${open.length} differences are open:\n${lines.join('\n')}`)
  })
}
