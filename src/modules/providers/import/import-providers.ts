import { sql } from 'drizzle-orm'
import { basename } from 'node:path'
import { money, type Currency } from '#src/kernel/money.ts'
import { priceProblemOf, sayPriceProblem } from '#src/modules/catalog/index.ts'
import type { Config } from '#src/platform/config.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { detectMapping, type ImportMapping } from '../domain/import-mapping.ts'
import { readServiceWords } from '../domain/service-words.ts'
import { openPayoutAccounts, type OpenPayoutAccount } from '../open-payout-accounts.ts'
import { ImportRefused, readRows } from './read-rows.ts'
import { toListing, type ListingDefaults, type ReadServices } from './to-listing.ts'
import { providerIdOf, writeListings, type Listing } from './write-listings.ts'

export interface ImportOptions {
  file: string
  /** Names where the rows come from; default is the file's name. The same source and row is the same provider. */
  source?: string | undefined
  /** Columns that are not found by their usual names. */
  mapping?: ImportMapping | undefined
  defaults?: ImportDefaults | undefined
  /** Rows that say the same as an earlier one: taken as another provider (and reported), or left out. Default: taken. */
  duplicates?: 'keep' | 'skip' | undefined
  /** Reads and checks everything and writes nothing. */
  dryRun?: boolean | undefined
  /** Opens payout accounts, so that what is live can be booked. */
  openPayoutAccount?: OpenPayoutAccount | undefined
  onProgress?: ((progress: ImportProgress) => void) | undefined
}

export interface ImportDefaults {
  /** Of the category tree; needed unless the file has a category column. */
  category?: string | undefined
  /** "Haircut:30:45.00; Wash & cut:45:60" */
  services?: string | undefined
  /** Of rows without one; one of CURRENCIES. Default: CURRENCY. */
  currency?: string | undefined
  /** ISO 3166 code for rows without a country. */
  country?: string | undefined
  status?: 'draft' | 'live' | undefined
}

export interface ImportProgress {
  step: 'reading' | 'writing' | 'payout accounts'
  done: number
  total: number
}

export interface RowNote {
  /** 1 is the first row of data. */
  row: number
  /** Where it starts in the file. */
  line: number
  reason: string
}

export interface ImportReport {
  rows: number
  created: number
  updated: number
  /** Left as they are, because they have an owner by now. */
  claimed: number
  payoutAccountsReady: number
  /** The columns that were used. */
  mapping: ImportMapping
  rejected: RowNote[]
  /** Of rows that were taken all the same. */
  warnings: RowNote[]
  /** Taken or left out as `duplicates` says. */
  duplicates: RowNote[]
}

/** Rows of one transaction: large enough to be fast, small enough that other writers do not wait. */
const BATCH = 500
const CATEGORY = 'hair'

/** Takes a file of providers: the good rows go in, each bad one is reported with its line and the reason. */
export async function importProviders(ctx: Ctx, options: ImportOptions): Promise<ImportReport> {
  const rows = await readRows(options.file)
  const defaults = await readDefaults(ctx, options)
  const first = rows.find((each) => 'row' in each)
  const mapping = detectMapping(first && 'row' in first ? first.row : {}, options.mapping)
  if (mapping.name === undefined) {
    throw new ImportRefused(
      'No column looks like a name. Map one, or make one up: --mapping "name=Hair salon, {street}"',
    )
  }

  const listings: Listing[] = []
  const rejected: RowNote[] = []
  const warnings: RowNote[] = []
  const duplicates: RowNote[] = []
  const firstRowOf = new Map<string, { row: number; count: number }>()
  for (const [index, fileRow] of rows.entries()) {
    const note = { row: index + 1, line: fileRow.line }
    const read = 'row' in fileRow ? toListing(fileRow.row, mapping, defaults) : fileRow
    if ('problem' in read) {
      rejected.push({ ...note, reason: read.problem })
      continue
    }
    const sells = defaults.currencyBefore.get(read.listing.importKey)
    if (sells !== undefined && sells !== read.listing.currency) {
      rejected.push({ ...note, reason: `sells in ${sells} already, and a currency stays` })
      continue
    }
    warnings.push(...read.warnings.map((reason) => ({ ...note, reason })))
    const earlier = firstRowOf.get(read.listing.importKey)
    if (!earlier) {
      firstRowOf.set(read.listing.importKey, { row: note.row, count: 1 })
      listings.push(read.listing)
      continue
    }
    earlier.count += 1
    duplicates.push({ ...note, reason: `says the same as row ${earlier.row}` })
    if (options.duplicates !== 'skip') {
      // Its number makes it another one, and the same one next time.
      listings.push({ ...read.listing, importKey: `${read.listing.importKey}#${earlier.count}` })
    }
  }
  options.onProgress?.({ step: 'reading', done: rows.length, total: rows.length })

  const report = {
    rows: rows.length,
    created: 0,
    updated: 0,
    claimed: 0,
    payoutAccountsReady: 0,
    mapping,
    rejected,
    warnings,
    duplicates,
  }
  if (options.dryRun) return report
  for (let at = 0; at < listings.length; at += BATCH) {
    const batch = listings.slice(at, at + BATCH)
    const written = await inTransaction(ctx, (tx) => writeListings(tx, batch, ctx.now))
    report.created += written.created
    report.updated += written.updated
    report.claimed += written.claimed
    options.onProgress?.({ step: 'writing', done: at + batch.length, total: listings.length })
  }
  if (options.openPayoutAccount) {
    report.payoutAccountsReady = await openPayoutAccounts(
      ctx,
      options.openPayoutAccount,
      listings.map(providerIdOf),
      (done, total) => options.onProgress?.({ step: 'payout accounts', done, total }),
    )
  }
  await inTransaction(ctx, (tx) =>
    recordAudit(tx, ctx, {
      action: 'providers.import',
      subjectKind: 'import',
      subjectId: defaults.source,
      after: {
        rows: report.rows,
        created: report.created,
        updated: report.updated,
        rejected: rejected.length,
      },
    }),
  )
  return report
}

interface Defaults extends ListingDefaults {
  /** Of rows that were imported before, by their keys. */
  readonly currencyBefore: ReadonlyMap<string, string>
}

async function readDefaults(
  ctx: Ctx,
  { file, source = basename(file), defaults = {} }: ImportOptions,
): Promise<Defaults> {
  const { currencies } = ctx.config
  const named = defaults.currency ?? ctx.config.CURRENCY
  const currency = currencies.find((sold) => sold === named)
  if (!currency)
    throw new ImportRefused(
      `${named} is not a currency that is sold here: CURRENCIES is ${currencies.join(', ')}`,
    )
  const servicesIn = servicesReader(ctx, defaults.services ?? '')
  const usual = servicesIn(currency)
  if ('problem' in usual) throw new ImportRefused(usual.problem)
  const { rows } = await ctx.db.execute<{ id: string }>(sql`select id from categories`)
  const categoryIds = new Set(rows.map(({ id }) => id))
  const categoryId = defaults.category ?? CATEGORY
  if (!categoryIds.has(categoryId)) throw new ImportRefused(`There is no category ${categoryId}`)
  const { rows: before } = await ctx.db.execute<{ import_key: string; currency: string }>(
    sql`select import_key, currency from providers where import_source = ${source}`,
  )
  return {
    source,
    currencyBefore: new Map(before.map(({ import_key: key, currency: sells }) => [key, sells])),
    status: defaults.status ?? 'live',
    currency,
    currencies,
    country: defaults.country?.toUpperCase() ?? null,
    categoryId,
    categoryIds,
    servicesIn,
  }
}

/** The words are read once for each currency: one price list, in the money of whoever sells. */
function servicesReader({ config }: Ctx, words: string): ListingDefaults['servicesIn'] {
  const readBefore = new Map<Currency, ReadServices>()
  return (currency) => {
    const before = readBefore.get(currency)
    if (before) return before
    const read = readServices(config, words, currency)
    readBefore.set(currency, read)
    return read
  }
}

function readServices(config: Config, words: string, currency: Currency): ReadServices {
  const read = readServiceWords(words, currency)
  if (!read.understood) return read
  for (const { name, priceMinor } of read.services) {
    const problem = priceProblemOf(config, money(priceMinor, currency))
    if (problem) return { problem: `The price of "${name}" ${sayPriceProblem(problem)}` }
  }
  return read
}
