export { listAudit, type AuditView } from './audit-trail.ts'
export { getBookingBackstage, type BookingBackstage } from './booking-backstage.ts'
export {
  DISPUTE_STATUSES,
  getDispute,
  listDisputes,
  type DisputeFile,
  type DisputeLine,
  type DisputeStatus,
} from './disputes.ts'
export { findById } from './find-anything.ts'
export { exportJournal, JOURNAL_FORMATS, type JournalFormat } from './journal.ts'
export { JOB_STATES, listJobs, type JobState, type JobView } from './job-queue.ts'
export { getMail, listMails, MAIL_STATUSES, type MailLine, type MailStatus } from './mail-log.ts'
export {
  getProviderFile,
  listProviderNames,
  listProviders,
  PROVIDER_STATUSES,
  type ProviderLine,
  type ProviderStatus,
} from './provider-list.ts'
export { getReconciliation, type DifferenceView, type ReconciliationView } from './reconciliation.ts'
export {
  BOOKING_TROUBLES,
  getOperatorHome,
  listTroubledBookings,
  type TroubledBooking,
  type BookingTrouble,
  type OperatorHome,
} from './troubles.ts'
export {
  getWebhook,
  listWebhooks,
  WEBHOOK_STATUSES,
  type WebhookStatus,
  type WebhookView,
} from './webhooks.ts'
