import type { BookingState } from '#src/kernel/booking-states.ts'
import type { Currency } from '#src/kernel/money.ts'
import type { LocationKind } from '#src/kernel/service-terms.ts'
import type { Temporal } from '#src/kernel/time.ts'

/** Up to and including `until` a cancellation gives back that much; the last step ends with the start. */
export interface RefundStep {
  readonly until: Temporal.Instant
  readonly refundPercent: number
  /** What of it is still to come back, all parts together. */
  readonly refundMinor: bigint
}

export interface Addressee {
  readonly userId: string | null
  readonly email: string
}

/** All that the mails and the calendar file say of a booking. */
export interface BookingFacts {
  readonly bookingId: string
  readonly code: string
  readonly state: BookingState
  readonly provider: {
    readonly id: string
    readonly name: string
    readonly slug: string
    readonly addressees: readonly Addressee[]
  }
  readonly customer: {
    readonly kind: 'customer' | 'guest'
    readonly userId: string | null
    readonly name: string
    /** Null while a guest has not said who they are. */
    readonly email: string | null
    readonly timeZone: string | null
  }
  readonly customerNote: string
  readonly serviceName: string
  readonly extras: readonly { readonly name: string; readonly priceMinor: bigint }[]
  readonly locationKind: LocationKind
  /** The address in one line; empty when there is none. */
  readonly address: string
  readonly startsAt: Temporal.Instant
  readonly endsAt: Temporal.Instant
  readonly timeZone: string
  readonly currency: Currency
  /** Extras included. */
  readonly baseMinor: bigint
  readonly commissionMinor: bigint
  readonly surchargeMinor: bigint
  readonly providerNetMinor: bigint
  /** What is left of that after refunds. */
  readonly providerKeepsMinor: bigint
  readonly totalMinor: bigint
  readonly refundSteps: readonly RefundStep[]
  readonly answerDueAt: Temporal.Instant | null
  readonly calendarSequence: number
  readonly updatedAt: Temporal.Instant
  /** It was more than a hold: asked of the provider, or booked. */
  readonly promised: boolean
  readonly reviewed: boolean
  readonly payment: {
    readonly status:
      | 'unpaid'
      | 'authorized'
      | 'captured'
      | 'voided'
      | 'partially_refunded'
      | 'refunded'
      | 'disputed'
      | 'dispute_lost'
    /** The customer got as far as trying to pay. */
    readonly attempted: boolean
    /** A bank has the money and decides about a dispute: what is promised back goes after that. */
    readonly refundWaits: boolean
    readonly lastError: string | null
  }
}

export interface PayoutFacts {
  readonly payoutId: string
  readonly provider: { readonly id: string; readonly name: string; readonly slug: string }
  readonly amountMinor: bigint
  readonly currency: Currency
  readonly dueAt: Temporal.Instant
  readonly paidAt: Temporal.Instant | null
  /** When it is next tried by itself; null when an operator has to look. */
  readonly attemptDueAt: Temporal.Instant | null
  readonly failureReason: string | null
  /** Why the promised date was not kept, when it was sent later. */
  readonly slip: string | null
  readonly timeZone: string
  readonly bookings: readonly {
    readonly bookingId: string
    readonly code: string
    readonly serviceName: string
    readonly startsAt: Temporal.Instant
    readonly amountMinor: bigint
  }[]
}

/** How it stands with the account a provider is paid to. */
export interface PayoutAccountFacts {
  readonly provider: {
    readonly id: string
    readonly name: string
    readonly slug: string
    readonly addressees: readonly Addressee[]
  }
  readonly ready: boolean
  readonly disconnected: boolean
  /** Answers that the payment company still asks for. */
  readonly missingCount: number
  /** Why the bank sends payouts back, in words, and since when; null when it does not. */
  readonly bankFailure: string | null
  readonly bankFailedAt: Temporal.Instant | null
  readonly timeZone: string
}

/** Who reads a mail; a guest reads what a customer does, with other links. */
export type Audience = 'customer' | 'guest' | 'provider'
