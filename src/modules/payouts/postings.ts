import type { Temporal } from '#src/kernel/time.ts'
import type { Currency } from '#src/kernel/money.ts'
import type { Transfer, TransferKind } from '#src/modules/ledger/index.ts'
import type { Settlement } from '#src/modules/payments/index.ts'

export interface Released {
  readonly bookingId: string
  readonly providerId: string
  readonly currency: Currency
  readonly occurredAt: Temporal.Instant
}

const SHARES = [
  {
    part: 'providerNetMinor',
    kind: 'provider_share',
    back: 'provider_share_returned',
    earned: 'Earned by the provider',
  },
  { part: 'commissionMinor', kind: 'commission', back: 'commission_returned', earned: 'Commission' },
  { part: 'surchargeMinor', kind: 'surcharge', back: 'surcharge_returned', earned: 'Guest booking fee' },
] as const satisfies readonly {
  part: keyof Settlement
  kind: TransferKind
  back: TransferKind
  earned: string
}[]

/**
 * Escrow is shared out: by how much each share has grown since the last release of this booking, and, where a refund or a
 * lost dispute came later, by how much it goes back. `release` counts them from 0; each has its own effects.
 */
export function releasePostings(
  { bookingId, providerId, currency, occurredAt }: Released,
  growth: Settlement,
  release: number,
): Transfer[] {
  const accounts = {
    provider_share: { code: 'provider_payable', ownerId: providerId },
    commission: { code: 'commission_revenue' },
    surcharge: { code: 'surcharge_revenue' },
  } as const
  const escrow = { code: 'escrow' } as const
  return SHARES.flatMap(({ part, kind, back, earned }) => {
    const minor = growth[part]
    if (minor === 0n) return []
    const grows = minor > 0n
    return [
      {
        kind: grows ? kind : back,
        debit: grows ? escrow : accounts[kind],
        credit: grows ? accounts[kind] : escrow,
        amount: { amountMinor: grows ? minor : -minor, currency },
        subjectId: bookingId,
        effectKey: `booking:${bookingId}:${kind}${release === 0 ? '' : `:${release}`}`,
        externalId: null,
        description: grows ? earned : `${earned}, given back`,
        occurredAt,
      },
    ]
  })
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

/** A transfer was taken back, whole or in part. */
export function reversalPosting(released: Released, amountMinor: bigint, stripeReversalId: string): Transfer {
  return {
    kind: 'transfer_reversal',
    debit: { code: 'stripe_balance' },
    credit: { code: 'provider_payable', ownerId: released.providerId },
    amount: { amountMinor, currency: released.currency },
    subjectId: released.bookingId,
    effectKey: `stripe:${stripeReversalId}:reversal`,
    externalId: stripeReversalId,
    description: 'Taken back from the provider',
    occurredAt: released.occurredAt,
  }
}
