import type { Temporal } from '#src/kernel/time.ts'
import type { Currency } from '#src/kernel/money.ts'
import type { Transfer } from '#src/modules/ledger/index.ts'
import type { Settlement } from '#src/modules/payments/index.ts'

export interface Released {
  readonly bookingId: string
  readonly providerId: string
  readonly currency: Currency
  readonly occurredAt: Temporal.Instant
}

/** Escrow is over: what it held for a booking is shared out. Once per booking, whatever led to it. */
export function releasePostings(
  { bookingId, providerId, currency, occurredAt }: Released,
  settlement: Settlement,
): Transfer[] {
  const shared = { debit: { code: 'escrow' }, subjectId: bookingId, externalId: null, occurredAt } as const
  const all: Transfer[] = [
    {
      ...shared,
      kind: 'provider_share',
      credit: { code: 'provider_payable', ownerId: providerId },
      amount: { amountMinor: settlement.providerNetMinor, currency },
      effectKey: `booking:${bookingId}:provider_share`,
      description: 'Earned by the provider',
    },
    {
      ...shared,
      kind: 'commission',
      credit: { code: 'commission_revenue' },
      amount: { amountMinor: settlement.commissionMinor, currency },
      effectKey: `booking:${bookingId}:commission`,
      description: 'Commission',
    },
    {
      ...shared,
      kind: 'surcharge',
      credit: { code: 'surcharge_revenue' },
      amount: { amountMinor: settlement.surchargeMinor, currency },
      effectKey: `booking:${bookingId}:surcharge`,
      description: 'Guest booking fee',
    },
  ]
  return all.filter(({ amount }) => amount.amountMinor > 0n)
}

/** What was earned is passed on to the provider's own account. */
export function transferPosting(released: Released, amountMinor: bigint, stripeTransferId: string): Transfer {
  return {
    kind: 'provider_transfer',
    debit: { code: 'provider_payable', ownerId: released.providerId },
    credit: { code: 'stripe_balance' },
    amount: { amountMinor, currency: released.currency },
    subjectId: released.bookingId,
    effectKey: `stripe:${stripeTransferId}:transfer`,
    externalId: stripeTransferId,
    description: 'Paid to the provider',
    occurredAt: released.occurredAt,
  }
}
