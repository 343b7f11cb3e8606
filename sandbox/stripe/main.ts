import { mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startStripeSandbox, type StripeSandboxOptions } from './server.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    data: { type: 'string' },
    'webhook-url': { type: 'string' },
    'connect-webhook-url': { type: 'string' },
    'webhook-events': { type: 'string' },
    'clock-file': { type: 'string' },
    'app-url': { type: 'string' },
    'calls-per-second': { type: 'string' },
    'connect-client-id': { type: 'string' },
    'oauth-redirect-uris': { type: 'string' },
    'public-url': { type: 'string' },
  },
})

/** A flag first, then the environment; an empty value counts as absent. */
function setting(flag: keyof typeof values, variable: string): string | undefined {
  return values[flag] || process.env[variable] || undefined
}

const dataFile = setting('data', 'STRIPE_SANDBOX_DATA') ?? '.data/stripe-sandbox.sqlite'
const webhookUrl = setting('webhook-url', 'STRIPE_SANDBOX_WEBHOOK_URL')
const connectWebhookUrl = setting('connect-webhook-url', 'STRIPE_SANDBOX_CONNECT_WEBHOOK_URL')
const webhookEvents = setting('webhook-events', 'STRIPE_SANDBOX_WEBHOOK_EVENTS')
const connectWebhookSecret = process.env['STRIPE_CONNECT_WEBHOOK_SECRET']
const callsPerSecond = setting('calls-per-second', 'STRIPE_SANDBOX_CALLS_PER_SECOND')
const clockFile = setting('clock-file', 'DEMO_CLOCK_FILE')
const appUrl = setting('app-url', 'NEXT_PUBLIC_APP_URL')
const connectClientId = setting('connect-client-id', 'STRIPE_CONNECT_CLIENT_ID')
const oauthRedirectUris = setting('oauth-redirect-uris', 'STRIPE_SANDBOX_OAUTH_REDIRECT_URIS')
const publicUrl = setting('public-url', 'STRIPE_SANDBOX_PUBLIC_URL')

const options: StripeSandboxOptions = {
  port: Number(setting('port', 'STRIPE_SANDBOX_PORT') ?? 12111),
  dataFile,
  webhookSecret: process.env['STRIPE_WEBHOOK_SECRET'] ?? 'whsec_sandbox',
  ...(webhookUrl && { webhookUrl }),
  ...(connectWebhookUrl && { connectWebhookUrl }),
  ...(webhookEvents && { webhookEvents: webhookEvents.split(',') }),
  ...(connectWebhookSecret && { connectWebhookSecret }),
  ...(callsPerSecond && { callsPerSecond: Number(callsPerSecond) }),
  ...(clockFile && { clockFile }),
  ...(appUrl && { appUrl }),
  ...(connectClientId && { connectClientId }),
  ...(oauthRedirectUris && { oauthRedirectUris: oauthRedirectUris.split(',') }),
  ...(publicUrl && { publicUrl }),
  log: (line) => process.stderr.write(`stripe sandbox: ${line}\n`),
}

if (dataFile !== ':memory:') mkdirSync(dirname(resolve(dataFile)), { recursive: true })

try {
  const sandbox = await startStripeSandbox(options)
  process.stdout.write(`Stripe sandbox (simulated money) at ${sandbox.url}\n`)
  const stop = () => {
    void sandbox.close().then(() => process.exit(0))
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error)
  process.stderr.write(`The Stripe sandbox could not start on port ${options.port}: ${reason}\n`)
  process.exit(1)
}
