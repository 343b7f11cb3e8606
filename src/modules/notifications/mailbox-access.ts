import type { Actor } from '#src/kernel/actor.ts'
import { may } from '#src/kernel/rights.ts'
import type { Config } from '#src/platform/config.ts'

/**
 * Who may look into the embedded mailbox, which holds everybody's mail and with it the links of guests: anybody while this is
 * a demo or a developer's machine, and only administrators where it serves as the mail of a real marketplace.
 */
export function mayReadMailbox(
  config: Pick<Config, 'MAILER' | 'DEMO_MODE' | 'NODE_ENV'>,
  actor: Actor,
): boolean {
  if (config.MAILER !== 'mailbox') return false
  if (config.DEMO_MODE || config.NODE_ENV !== 'production') return true
  return may(actor, 'mailbox.see')
}
