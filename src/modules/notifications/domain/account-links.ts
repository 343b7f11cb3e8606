import type { Temporal } from '#src/kernel/time.ts'
import type { AccountTemplate } from './who-gets-what.ts'

// How long the links of these mails work. The identity module asks the same of the tokens inside.

export const PASSWORD_RESET_HOURS = 1
export const EMAIL_VERIFICATION_HOURS = 7 * 24

const HOURS: Readonly<Record<AccountTemplate, number>> = {
  password_reset: PASSWORD_RESET_HOURS,
  email_verification: EMAIL_VERIFICATION_HOURS,
}

/** Whether the link of a mail that had to wait still works. */
export function isStillUsable(
  template: AccountTemplate,
  writtenAt: Temporal.Instant,
  now: Temporal.Instant,
): boolean {
  return now.since(writtenAt).total('hours') < HOURS[template]
}
