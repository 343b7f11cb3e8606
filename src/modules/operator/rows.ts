import { z } from 'zod'
import { isCurrency, money, moneyToJson, type MoneyJson } from '#src/kernel/money.ts'
import { assert } from '#src/kernel/assert.ts'
import { Temporal } from '#src/kernel/time.ts'
import { readCursor, writeCursor } from '#src/platform/http/cursor.ts'

// What raw rows hold, as pages want it: ISO instants and money with its currency.

export function iso(text: string): string {
  return Temporal.Instant.from(text).toString()
}

export function isoOrNull(text: string | null): string | null {
  return text === null ? null : iso(text)
}

export function amountOf(minor: string | bigint, currency: string): MoneyJson {
  assert(isCurrency(currency), 'a stored amount has a known currency')
  return moneyToJson(money(BigInt(minor), currency))
}

export interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextCursor: string | null
}

export interface PageInput {
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
}

const LIMIT_DEFAULT = 20
const LIMIT_MAX = 50

export function limitOf({ limit = LIMIT_DEFAULT }: PageInput): number {
  return Math.min(Math.max(1, limit), LIMIT_MAX)
}

const position = z.object({ at: z.iso.datetime(), id: z.string().max(255) })

/** Where the list goes on; the beginning of time's other end where there is no cursor. */
export function positionOf({ cursor }: PageInput): { at: string; id: string } | null {
  return cursor === undefined ? null : readCursor(cursor, position)
}

/** One row more than asked for was read, to know whether there is a next page. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  view: (row: Row) => Item,
  place: (item: Item) => { at: string; id: string },
): Page<Item> {
  const items = rows.slice(0, limit).map(view)
  const last = items.at(-1)
  return { items, nextCursor: rows.length > limit && last ? writeCursor({ ...place(last) }) : null }
}
