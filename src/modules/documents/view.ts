import { moneyToJson, type MoneyJson } from '#src/kernel/money.ts'
import type { NamedParty } from './domain/content.ts'
import type { Document, DocumentKind } from './tables.ts'

/** A document as whoever took part in the booking reads it. */
export interface DocumentView {
  id: string
  kind: DocumentKind
  /** "R-2026-000123", "C-2026-000007" */
  number: string
  bookingId: string
  /** Of a credit note. */
  refundId: string | null
  receiptNumber: string | null
  issuedAt: string
  /** When the money was taken, or given back. */
  movedAt: string
  booking: { code: string; serviceName: string; startsAt: string; timeZone: string }
  provider: PartyJson
  platform: PartyJson
  customer: PartyJson
  lines: { description: string; soldBy: 'provider' | 'platform'; amount: MoneyJson }[]
  /** Contained in the total; empty while nothing is taxed. */
  taxes: { name: string; rateBasisPoints: number; taxed: MoneyJson; tax: MoneyJson }[]
  total: MoneyJson
}

export interface PartyJson {
  name: string
  lines: string[]
  taxNumber: string | null
}

export type DocumentItem = Pick<DocumentView, 'id' | 'kind' | 'number' | 'issuedAt' | 'total'>

export function viewOf({ content, ...document }: Document): DocumentView {
  const amount = (minor: number | bigint) =>
    moneyToJson({ amountMinor: BigInt(minor), currency: document.currency })
  return {
    id: document.id,
    kind: document.kind,
    number: document.number,
    bookingId: document.bookingId,
    refundId: document.refundId,
    receiptNumber: content.receiptNumber,
    issuedAt: document.issuedAt.toString(),
    movedAt: content.movedAt,
    booking: { ...content.booking },
    provider: partyJson(content.provider),
    platform: partyJson(content.platform),
    customer: partyJson(content.customer),
    lines: content.lines.map(({ description, soldBy, amountMinor }) => ({
      description,
      soldBy,
      amount: amount(amountMinor),
    })),
    taxes: content.taxes.map(({ name, rateBasisPoints, taxedMinor, taxMinor }) => ({
      name,
      rateBasisPoints,
      taxed: amount(taxedMinor),
      tax: amount(taxMinor),
    })),
    total: amount(document.totalMinor),
  }
}

export function partyJson({ name, lines, taxNumber }: NamedParty): PartyJson {
  return { name, lines: [...lines], taxNumber }
}
