// The settings a local marketplace runs with. Whatever the environment or .env already says wins.
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

export interface Secrets {
  auth: string
  link: string
  stripeKey: string
  stripeWebhook: string
  stripeConnectWebhook: string
}

export function makeSecrets(): Secrets {
  const random = () => randomBytes(32).toString('hex')
  return {
    auth: random(),
    link: random(),
    stripeKey: `sk_test_sandbox${random().slice(0, 24)}`,
    stripeWebhook: `whsec_${random()}`,
    stripeConnectWebhook: `whsec_${random()}`,
  }
}

/** Made once and kept, so that sessions and guests' links outlive a restart. */
export function keepSecrets(file: string): Secrets {
  const known = readJson<Partial<Secrets>>(file) ?? {}
  const secrets = { ...makeSecrets(), ...known }
  if (Object.keys(known).length < Object.keys(secrets).length)
    writePrivate(file, JSON.stringify(secrets, null, 2))
  return secrets
}

export interface Places {
  databaseUrl: string
  databaseOwnerUrl: string
  /** The port of the site. */
  port: number
  stripePort: number
  /** Where clock, mailbox and sandbox keep their files. */
  dataDir: string
}

/** What every process of a marketplace gets: site, worker, CLI and sandbox. */
export function environmentFor(
  secrets: Secrets,
  places: Places,
  given: NodeJS.ProcessEnv,
): Record<string, string> {
  const app = `http://localhost:${places.port}`
  const hooks = `http://127.0.0.1:${places.port}/api/stripe`
  const live = /^(sk|rk)_live_/.test(given['STRIPE_SECRET_KEY'] ?? '')
  const demo = (given['DEMO_MODE'] ?? (live ? '0' : '1')) === '1'
  const local: Record<string, string> = {
    NEXT_PUBLIC_APP_URL: app,
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    NODE_COMPILE_CACHE: path.join(places.dataDir, 'cache/node'),
    AUTH_SECRET: secrets.auth,
    LINK_SECRET: secrets.link,
    MAILER: 'mailbox',
    DEMO_MODE: demo ? '1' : '0',
    ...(demo ? { DEMO_CLOCK_FILE: path.join(places.dataDir, 'clock.json') } : {}),
    ...(given['DATABASE_URL']
      ? {}
      : {
          DATABASE_URL: places.databaseUrl,
          DATABASE_DIRECT_URL: places.databaseUrl,
          DATABASE_POOLER: 'none',
          DATABASE_OWNER_URL: places.databaseOwnerUrl,
        }),
    ...(usesSandbox(given)
      ? {
          STRIPE_SECRET_KEY: secrets.stripeKey,
          STRIPE_API_BASE: `http://127.0.0.1:${places.stripePort}`,
          STRIPE_CALLS_PER_SECOND: '5000', // it has no limit, and a demonstration fills itself with bookings
          STRIPE_WEBHOOK_SECRET: secrets.stripeWebhook,
          STRIPE_CONNECT_WEBHOOK_SECRET: secrets.stripeConnectWebhook,
          STRIPE_CONNECT_CLIENT_ID: 'ca_sandbox',
          STRIPE_SANDBOX_OAUTH_REDIRECT_URIS: `${app}/api/stripe/connect/callback`,
          STRIPE_SANDBOX_PORT: String(places.stripePort),
          STRIPE_SANDBOX_DATA: path.join(places.dataDir, 'stripe-sandbox.sqlite'),
          STRIPE_SANDBOX_WEBHOOK_URL: `${hooks}/webhooks`,
          STRIPE_SANDBOX_CONNECT_WEBHOOK_URL: `${hooks}/connect/webhooks`,
          STRIPE_SANDBOX_WEBHOOK_EVENTS: webhookEvents.join(','),
        }
      : {}),
  }
  const inherited = Object.entries(given).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && entry[1] !== '' && !entry[0].startsWith('npm_'),
  )
  return { ...local, ...Object.fromEntries(inherited), PORT: String(places.port) }
}

/** What an endpoint at Stripe asks for: every type that the payment gateway reads, and no other. */
const webhookEvents = [
  ...['completed', 'async_payment_succeeded', 'async_payment_failed', 'expired'].map(
    (what) => `checkout.session.${what}`,
  ),
  ...['succeeded', 'amount_capturable_updated', 'payment_failed', 'canceled'].map(
    (what) => `payment_intent.${what}`,
  ),
  'charge.refunded',
  ...['created', 'updated', 'closed', 'funds_withdrawn', 'funds_reinstated'].map(
    (what) => `charge.dispute.${what}`,
  ),
  ...['refund.created', 'refund.updated', 'refund.failed', 'transfer.updated', 'transfer.reversed'],
  ...['updated', 'application.deauthorized', 'external_account.updated'].map((what) => `account.${what}`),
  ...['capability.updated', 'payout.failed', 'payout.paid'],
]

/** A key of your own means Stripe itself; the sandbox stands in for it otherwise. */
export const usesSandbox = (given: NodeJS.ProcessEnv) => !given['STRIPE_SECRET_KEY']

export function readJson<T>(file: string): T | null {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as T
  } catch {
    return null // Absent, or cut off while being written: made anew by the caller.
  }
}

/** Written beside and renamed, readable by the owner only. */
export function writePrivate(file: string, text: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(`${file}.new`, text, { mode: 0o600 })
  fs.renameSync(`${file}.new`, file)
}
