import { randomUUID } from 'node:crypto'
import type { Temporal } from '#src/kernel/time.ts'
import type { Transfer } from '#src/modules/ledger/index.ts'

/** 110.00 that a customer paid for a booking of its own, but for `changes`. */
export function makeTransfer(occurredAt: Temporal.Instant, changes: Partial<Transfer> = {}): Transfer {
  const id = randomUUID()
  return {
    kind: 'capture',
    debit: { code: 'stripe_balance' },
    credit: { code: 'escrow' },
    amount: { amountMinor: 11_000n, currency: 'USD' },
    subjectId: randomUUID(),
    effectKey: `stripe:ch_${id}:capture`,
    externalId: `ch_${id}`,
    description: 'Paid by the customer',
    occurredAt,
    ...changes,
  }
}
