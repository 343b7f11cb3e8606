import type { JsonObject } from '#src/kernel/json.ts'
import { formatMoney, money, type Currency } from '#src/kernel/money.ts'
import { Temporal } from '#src/kernel/time.ts'
import type { Audience, BookingFacts, PayoutAccountFacts, PayoutFacts } from '../domain/facts.ts'
import { oneLine } from '../domain/plain-words.ts'

/** What a mail says, before it is dressed: HTML and plain text are drawn from the same content and cannot differ. */
export interface MailContent {
  /** Carries the fact by itself. */
  readonly subject: string
  /** The line an inbox shows beside the subject. */
  readonly preview: string
  readonly mood: 'good' | 'neutral' | 'attention'
  readonly heading: string
  readonly paragraphs: readonly string[]
  readonly details: readonly Detail[]
  readonly price: readonly PriceLine[]
  /** After the price: what happens next, what may still be changed. */
  readonly notes: readonly string[]
  readonly button: Link
  /** Under the button: documents to keep. */
  readonly links?: readonly Link[]
  /** Why the reader got this. */
  readonly reason: string
}

export interface Link {
  readonly label: string
  readonly url: string
}

export interface Detail {
  readonly label: string
  readonly lines: readonly string[]
}

export interface PriceLine {
  readonly label: string
  readonly amount: string
  readonly total?: true
}

export interface BookingView {
  readonly facts: BookingFacts
  readonly audience: Audience
  /** What the event said besides the booking. */
  readonly event: JsonObject
  /** Where the reader manages the booking: with an account its page, for a guest the signed link. */
  readonly manageUrl: string
  /** Where the reader pays a held booking. */
  readonly payUrl: string
  /** Opens the booking's documents to a guest; null for whoever signs in. */
  readonly guestKey: string | null
  readonly appUrl: string
  readonly now: Temporal.Instant
}

export interface PayoutView {
  readonly payout: PayoutFacts
  /** What the event said besides the payout. */
  readonly event: JsonObject
  readonly appUrl: string
}

export interface AccountView {
  readonly name: string
  /** Opens something of the account; not kept once the mail has gone. */
  readonly url: string
}

export interface PayoutAccountView {
  readonly account: PayoutAccountFacts
  readonly appUrl: string
}

export function amountOf(amountMinor: bigint, currency: Currency): string {
  return formatMoney(money(amountMinor, currency))
}

/** An amount of the event, zero when it names none. */
export function minorIn(event: JsonObject, name: string): bigint {
  const value = event[name]
  return typeof value === 'number' || typeof value === 'string' ? BigInt(value) : 0n
}

export function instantIn(event: JsonObject, name: string): Temporal.Instant | null {
  const value = event[name]
  return typeof value === 'string' ? Temporal.Instant.from(value) : null
}

/** What somebody gave as a reason, in one plain line; empty when nothing was said. */
export function textIn(event: JsonObject, name: string): string {
  const value = event[name]
  return typeof value === 'string' ? oneLine(value, 300) : ''
}
