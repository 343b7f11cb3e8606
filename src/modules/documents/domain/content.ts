import { assert } from '#src/kernel/assert.ts'

/** Somebody named on a document, as they were when it was issued. */
export interface NamedParty {
  readonly name: string
  /** Address, one line each; for a customer, where they are reached. */
  readonly lines: readonly string[]
  readonly taxNumber: string | null
}

export interface Address {
  readonly addressLine: string
  readonly postalCode: string
  readonly city: string
  readonly region: string
  /** ISO 3166: "CA" */
  readonly country: string
}

const countries = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'code' })

/** An address as it stands under a name: "148 Ossington Avenue", "M6J 2Z5 Toronto", "ON, Canada". */
export function addressLines({ addressLine, postalCode, city, region, country }: Address): string[] {
  const place = [postalCode, city].filter(Boolean).join(' ')
  const land = [region, country && countries.of(country)].filter(Boolean).join(', ')
  return [addressLine, place, land].filter(Boolean)
}

export interface DocumentLine {
  readonly description: string
  /** Who sold it: the service is the provider's, the guest booking fee the platform's. */
  readonly soldBy: 'provider' | 'platform'
  readonly amountMinor: number
}

/** A tax that is contained in the amounts. Nothing is taxed today, and the list is empty. */
export interface TaxLine {
  readonly name: string
  readonly rateBasisPoints: number
  readonly taxedMinor: number
  readonly taxMinor: number
}

/** What a document says, frozen when it was issued: names, addresses and prices that change later change none. */
export interface DocumentContent {
  readonly booking: {
    readonly code: string
    readonly serviceName: string
    readonly startsAt: string
    readonly timeZone: string
  }
  readonly provider: NamedParty
  readonly platform: NamedParty
  readonly customer: NamedParty
  /** When the money was taken, or given back. */
  readonly movedAt: string
  /** The number of the receipt that a credit note takes back from. */
  readonly receiptNumber: string | null
  readonly lines: readonly DocumentLine[]
  readonly taxes: readonly TaxLine[]
  readonly totalMinor: number
}

export interface Sale {
  readonly booking: DocumentContent['booking']
  readonly provider: NamedParty
  readonly platform: NamedParty
  readonly customer: NamedParty
  readonly paidAt: string
  /** The price of the service with its extras. */
  readonly baseMinor: bigint
  readonly extras: readonly { readonly name: string; readonly priceMinor: bigint }[]
  readonly surchargeMinor: bigint
}

/** What the receipt of a booking says: the service, its extras, and what a guest paid on top. */
export function receiptOf({ paidAt, baseMinor, extras, surchargeMinor, ...names }: Sale): DocumentContent {
  const extrasMinor = extras.reduce((sum, { priceMinor }) => sum + priceMinor, 0n)
  assert(extrasMinor <= baseMinor, 'the price holds its extras')
  const lines = [
    sold('provider', names.booking.serviceName, baseMinor - extrasMinor),
    ...extras.map(({ name, priceMinor }) => sold('provider', name, priceMinor)),
    ...(surchargeMinor > 0n ? [sold('platform', 'Guest booking fee', surchargeMinor)] : []),
  ]
  return contentOf({ ...names, movedAt: paidAt, receiptNumber: null }, lines)
}

export interface GivenBack {
  readonly basePartMinor: bigint
  readonly surchargePartMinor: bigint
  readonly refundedAt: string
}

/**
 * What the credit note of a refund says. Nothing is credited twice: of a refund that is made afresh after one that did not
 * arrive, only what earlier notes have not credited. Null when that is nothing.
 */
export function creditNoteOf(
  receipt: DocumentContent,
  receiptNumber: string,
  earlier: readonly DocumentContent[],
  refund: GivenBack,
): DocumentContent | null {
  const leftOf = (seller: DocumentLine['soldBy']) =>
    soldBy(receipt, seller) - earlier.reduce((sum, note) => sum + soldBy(note, seller), 0n)
  const priceMinor = least(refund.basePartMinor, leftOf('provider'))
  const surchargeMinor = least(refund.surchargePartMinor, leftOf('platform'))
  const lines = [
    ...(priceMinor > 0n ? [sold('provider', `Given back: ${receipt.booking.serviceName}`, priceMinor)] : []),
    ...(surchargeMinor > 0n ? [sold('platform', 'Given back: guest booking fee', surchargeMinor)] : []),
  ]
  if (lines.length === 0) return null
  const { booking, provider, platform, customer } = receipt
  return contentOf(
    { booking, provider, platform, customer, movedAt: refund.refundedAt, receiptNumber },
    lines,
  )
}

function contentOf(
  names: Omit<DocumentContent, 'lines' | 'taxes' | 'totalMinor'>,
  lines: readonly DocumentLine[],
): DocumentContent {
  return { ...names, lines, taxes: [], totalMinor: lines.reduce((sum, line) => sum + line.amountMinor, 0) }
}

function sold(soldBy_: DocumentLine['soldBy'], description: string, minor: bigint): DocumentLine {
  const amountMinor = Number(minor)
  assert(amountMinor >= 0 && Number.isSafeInteger(amountMinor), 'a line has an amount that JSON can hold')
  return { description, soldBy: soldBy_, amountMinor }
}

function soldBy({ lines }: DocumentContent, seller: DocumentLine['soldBy']): bigint {
  return lines.reduce((sum, line) => (line.soldBy === seller ? sum + BigInt(line.amountMinor) : sum), 0n)
}

function least(one: bigint, other: bigint): bigint {
  return one < other ? one : other
}
