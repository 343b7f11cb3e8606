import type { BookingId, RefundId } from '#src/kernel/ids.ts'
import type { ModuleJobs } from '#src/platform/jobs/run.ts'
import { issueCreditNote, issueReceipt } from './issue-document.ts'
import { issueMissingCreditNotes, issueMissingReceipts } from './issue-missing.ts'

const ISSUE_RECEIPT = 'documents.issue-receipt'
const ISSUE_CREDIT_NOTE = 'documents.issue-credit-note'
const MISSING_EVERY_MS = 3_600_000

export function documentsJobs(): ModuleJobs {
  return {
    jobs: {
      [ISSUE_RECEIPT]: async (ctx, { bookingId }) =>
        void (await issueReceipt(ctx, String(bookingId) as BookingId)),
      [ISSUE_CREDIT_NOTE]: async (ctx, { refundId }) =>
        void (await issueCreditNote(ctx, String(refundId) as RefundId)),
    },
    sweeps: [
      { name: 'documents.missing-receipts', everyMs: MISSING_EVERY_MS, run: issueMissingReceipts },
      { name: 'documents.missing-credit-notes', everyMs: MISSING_EVERY_MS, run: issueMissingCreditNotes },
    ],
    subscriptions: { 'payment.captured': [ISSUE_RECEIPT], 'payment.refunded': [ISSUE_CREDIT_NOTE] },
  }
}
