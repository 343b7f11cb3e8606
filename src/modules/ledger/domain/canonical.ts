import type { Temporal } from '#src/kernel/time.ts'

/** A transfer as it is stored, every value as PostgreSQL writes it. */
export interface StoredTransfer {
  readonly sequence: bigint
  readonly id: string
  readonly kind: string
  readonly debitAccountId: string
  readonly creditAccountId: string
  readonly amountMinor: bigint
  readonly currency: string
  readonly subjectId: string | null
  readonly effectKey: string
  readonly externalId: string | null
  readonly reversesId: string | null
  readonly description: string
  /** The text of the jsonb value: PostgreSQL has one for each value. */
  readonly facts: string
  readonly occurredAt: Temporal.Instant
  readonly recordedAt: Temporal.Instant
}

/**
 * What is hashed of a transfer: a JSON array of its values as texts, null where there is none, instants as microseconds
 * since 1970. `seal_ledger_day` in the database writes the same bytes; neither may change, or no sealed day verifies.
 */
export function canonicalTransfer(transfer: StoredTransfer): string {
  return JSON.stringify([
    transfer.sequence.toString(),
    transfer.id,
    transfer.kind,
    transfer.debitAccountId,
    transfer.creditAccountId,
    transfer.amountMinor.toString(),
    transfer.currency,
    transfer.subjectId,
    transfer.effectKey,
    transfer.externalId,
    transfer.reversesId,
    transfer.description,
    transfer.facts,
    microseconds(transfer.occurredAt),
    microseconds(transfer.recordedAt),
  ])
}

function microseconds(instant: Temporal.Instant): string {
  return (instant.epochNanoseconds / 1000n).toString()
}
