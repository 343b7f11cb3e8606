import { money, toDecimalString, type Currency } from '#src/kernel/money.ts'
import { Temporal } from '#src/kernel/time.ts'
import type { DocumentContent, NamedParty } from './content.ts'
import { layOut, type SheetRow } from './lay-out.ts'
import { writePdf } from './pdf.ts'

export interface IssuedDocument {
  readonly kind: 'receipt' | 'credit_note'
  readonly number: string
  readonly issuedAt: Temporal.Instant
  readonly currency: Currency
  readonly content: DocumentContent
}

/** A document as a PDF file. Dates are ISO 8601 and amounts have their currency's code, whoever reads them. */
export function documentPdf(document: IssuedDocument): Uint8Array<ArrayBuffer> {
  const title = `${document.kind === 'receipt' ? 'Receipt' : 'Credit note'} ${document.number}`
  return writePdf(title, layOut(title, rowsOf(title, document)))
}

function rowsOf(title: string, { kind, issuedAt, currency, content }: IssuedDocument): SheetRow[] {
  const { booking, receiptNumber, lines, taxes, totalMinor, movedAt } = content
  const say = (minor: number) => `${currency} ${toDecimalString(money(minor, currency))}`
  const credit = kind === 'credit_note'
  const start = Temporal.Instant.from(booking.startsAt).toZonedDateTimeISO(booking.timeZone)
  return [
    { text: title, weight: 'bold', sizePoints: 20 },
    { text: `Issued on ${dayOf(issuedAt)}${receiptNumber ? `, for receipt ${receiptNumber}` : ''}` },
    ...partyRows('Provider', content.provider),
    ...partyRows('Customer', content.customer),
    ...partyRows('Platform', content.platform),
    {
      text: `Booking ${booking.code}: ${booking.serviceName}, ${start.toPlainDate().toString()} ${start.toPlainTime().toString({ smallestUnit: 'minute' })} (${booking.timeZone})`,
      gapPoints: 16,
    },
    { text: 'Description', amount: 'Amount', weight: 'bold', gapPoints: 16 },
    ...lines.map(({ description, soldBy, amountMinor }) => ({
      text: `${description} (from ${content[soldBy].name})`,
      amount: say(amountMinor),
      gapPoints: 4,
    })),
    ...taxes.map(({ name, rateBasisPoints, taxMinor }) => ({
      text: `${name} ${rateBasisPoints / 100} %, contained in the total`,
      amount: say(taxMinor),
      gapPoints: 4,
    })),
    {
      text: credit ? 'Credited' : 'Paid',
      amount: say(totalMinor),
      weight: 'bold',
      sizePoints: 12,
      gapPoints: 10,
    },
    {
      text: `${credit ? 'Given back' : 'Received'} on ${dayOf(Temporal.Instant.from(movedAt))}. Days are those of UTC.`,
      gapPoints: 16,
    },
  ]
}

function partyRows(capacity: string, { name, lines, taxNumber }: NamedParty): SheetRow[] {
  return [
    { text: capacity, weight: 'bold', gapPoints: 12 },
    ...[name, ...lines, ...(taxNumber ? [`Tax number ${taxNumber}`] : [])].map((text) => ({ text })),
  ]
}

function dayOf(instant: Temporal.Instant): string {
  return instant.toZonedDateTimeISO('UTC').toPlainDate().toString()
}
