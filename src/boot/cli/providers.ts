import { sql } from 'drizzle-orm'
import { openTestAccount } from '#src/demo/open-test-account.ts'
import { seedCategories } from '#src/modules/catalog/index.ts'
import { MAPPED_FIELDS, type ImportMapping } from '#src/modules/providers/domain/import-mapping.ts'
import {
  importProviders,
  type ImportReport,
  type RowNote,
} from '#src/modules/providers/import/import-providers.ts'
import { ImportRefused } from '#src/modules/providers/import/read-rows.ts'
import type { Composition } from '../compose.ts'
import { oneOf } from './arguments.ts'
import { Failed, say, Usage, type Given } from './command.ts'
import { withMarketplace } from './marketplace.ts'

const NOTES_MAX = 50 // of each kind; a file with more of them has one mistake many times

export async function importFile(given: Given): Promise<void> {
  const [file = ''] = given.args
  const mapping = mappingIn(given)
  const status = oneOf(given, 'status', ['live', 'draft'])
  const duplicates = oneOf(given, 'duplicates', ['keep', 'skip'])
  const from = performance.now()
  await withMarketplace(async (composition, ctx) => {
    await haveCategories(composition)
    const openPayoutAccount = payoutAccountsOf(composition)
    const report = await importProviders(ctx, {
      ...{ file, mapping, duplicates, openPayoutAccount },
      source: given.option('source'),
      dryRun: given.has('dry-run'),
      defaults: {
        status,
        category: given.option('category'),
        services: given.option('services'),
        currency: given.option('currency'),
        country: given.option('country'),
      },
      onProgress: ({ step, done, total }) => say(`${step}: ${done} of ${total}`),
    }).catch((error: unknown) => {
      throw error instanceof ImportRefused ? new Failed(`${error.message}.`) : error
    })
    tell(report, given.has('dry-run'), (performance.now() - from) / 1_000)
    const taken = report.rows - report.rejected.length
    if (taken === 0) throw new Failed('No row could be taken.')
    const offersNothing = given.option('services') === undefined && report.created > 0
    if (offersNothing) {
      say('The new ones offer no service, so nobody finds or books them. Import again with --services,')
      say('like --services "Haircut:30:45.00; Wash & cut:45:60".')
    } else if (!openPayoutAccount && status === 'live' && !given.has('dry-run')) {
      say('They can be found now, and booked as soon as each has opened a payout account.')
    }
  })
}

function mappingIn(given: Given): ImportMapping {
  return Object.fromEntries(
    given.all('mapping').map((words) => {
      const [, name, entry] = /^(\w+)=(.+)$/.exec(words) ?? []
      const field = MAPPED_FIELDS.find((each) => each === name)
      if (!field || entry === undefined)
        throw new Usage(`--mapping "${words}" is not FIELD=COLUMN; fields are ${MAPPED_FIELDS.join(', ')}.`)
      return [field, entry]
    }),
  )
}

async function haveCategories({ db }: Composition): Promise<void> {
  const { rows } = await db.execute(sql`select from categories limit 1`)
  if (rows.length === 0) await seedCategories({ db })
}

/** In a demonstration they can be paid at once. In earnest only the owner can open an account. */
function payoutAccountsOf(composition: Composition) {
  const { DEMO_MODE, STRIPE_API_BASE } = composition.config
  return DEMO_MODE && STRIPE_API_BASE !== undefined ? openTestAccount(composition.gateway) : undefined
}

function tell(report: ImportReport, dry: boolean, seconds: number): void {
  const { rows, created, updated, claimed, rejected, warnings, duplicates, payoutAccountsReady } = report
  const columns = Object.entries(report.mapping).map(([field, column]) => `${field}=${column}`)
  say(`Columns: ${columns.join(', ')}`)
  tellNotes('not taken', rejected)
  tellNotes('taken, but', warnings)
  tellNotes('twice', duplicates)
  const written = dry
    ? 'nothing written (dry run)'
    : `${created} new, ${updated} brought up to date, ${claimed} left to their owners, ${payoutAccountsReady} can be paid`
  say(`${rows} rows in ${seconds.toFixed(1)} s: ${written}, ${rejected.length} not taken.`)
}

function tellNotes(kind: string, notes: readonly RowNote[]): void {
  for (const { row, line, reason } of notes.slice(0, NOTES_MAX))
    say(`line ${line} (row ${row}) ${kind}: ${reason}`)
  if (notes.length > NOTES_MAX) say(`… and ${notes.length - NOTES_MAX} more: ${kind}`)
}
