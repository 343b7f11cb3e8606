import { randomUUID } from 'node:crypto'
import { mailboxMailer } from '#src/integrations/mailer/embedded.ts'
import type { Mailer } from '#src/integrations/mailer/port.ts'
import { smtpMailer } from '#src/integrations/mailer/smtp.ts'
import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import { stripeGateway } from '#src/integrations/payment-gateway/stripe.ts'
import type { Actor } from '#src/kernel/actor.ts'
import { assert } from '#src/kernel/assert.ts'
import { fileClock, systemClock, type Clock, type MovableClock } from '#src/platform/clock.ts'
import type { Config } from '#src/platform/config.ts'
import type { Ctx } from '#src/platform/context.ts'
import { openDatabase, type Database } from '#src/platform/db/database.ts'
import { createLog, type Log } from '#src/platform/log.ts'
import { createMetrics, type Metrics } from '#src/platform/metrics.ts'
import { addMoneyMetrics } from './money-metrics.ts'

/** Everything a process is made of. The only place that knows which implementation stands behind which port. */
export interface Composition {
  readonly config: Config
  readonly db: Database
  readonly clock: Clock
  /** Only in demo mode can time be moved. */
  readonly movableClock: MovableClock | null
  readonly log: Log
  readonly metrics: Metrics
  readonly gateway: PaymentGateway
  readonly mailer: Mailer
  contextFor(actor: Actor, requestId?: string): Ctx
  close(): Promise<void>
}

export function compose(config: Config, process_: 'web' | 'pages' | 'worker' | 'cli'): Composition {
  const log = createLog(process_, config.LOG_LEVEL)
  const db = openDatabase({
    url: config.DATABASE_URL,
    poolMax: config.DATABASE_POOL_MAX,
    direct: config.DATABASE_POOLER === 'none',
    applicationName: `ecosystem-${process_}`,
    onIdleError: (error) => log.warn({ error }, 'a database connection was lost'),
  })
  const movableClock = config.DEMO_CLOCK_FILE ? fileClock(config.DEMO_CLOCK_FILE) : null
  const clock = movableClock ?? systemClock
  const mailer = chooseMailer(config, db, clock)
  const metrics = createMetrics(process_)
  addMoneyMetrics({ metrics, log, db, clock, config })
  return {
    config,
    db,
    clock,
    movableClock,
    log,
    metrics,
    gateway: stripeGateway(config, { metrics, log }),
    mailer,
    contextFor: (actor, requestId = randomUUID()) => ({
      db,
      config,
      actor,
      requestId,
      now: clock.now(),
      log,
    }),
    close: async () => {
      mailer.close?.()
      await db.$client.end()
    },
  }
}

function chooseMailer(config: Config, db: Database, clock: Clock): Mailer & { close?: () => void } {
  if (config.MAILER === 'mailbox') return mailboxMailer({ db, clock })
  assert(config.SMTP_URL, 'MAILER=smtp comes with SMTP_URL')
  return smtpMailer({ url: config.SMTP_URL })
}

/** What stands behind each seam, one line each, for the log at boot. */
export function describeSeams(config: Config): Record<string, string> {
  return {
    payments: config.STRIPE_API_BASE ? 'Stripe API at STRIPE_API_BASE' : 'Stripe',
    mail: config.MAILER,
    identity: 'built-in accounts',
    clock: config.DEMO_CLOCK_FILE ? 'movable (demo)' : 'system',
  }
}
