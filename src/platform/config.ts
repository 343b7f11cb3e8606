import { z } from 'zod'
import { isChargeable } from '#src/kernel/charges.ts'
import { isCurrency, type Currency } from '#src/kernel/money.ts'

// One reader of the environment. Everything is parsed once at boot; all problems are reported together and no value is printed.

const flag = z
  .enum(['0', '1'])
  .default('0')
  .transform((value) => value === '1')
const basisPoints = (percent: number) =>
  z.coerce
    .number()
    .min(0)
    .max(90)
    .default(percent)
    .transform((value) => Math.round(value * 100))
const wholeNumber = (fallback: number, min: number, max: number) =>
  z.coerce.number().int().min(min).max(max).default(fallback)
const url = z.url({ protocol: /^https?$/ }).transform((value) => value.replace(/\/$/, ''))
const currencyCode = z.custom<Currency>(
  (code) => typeof code === 'string' && isCurrency(code) && isChargeable(code),
  'there is a code that is no currency a card can be charged in',
)
/** While a secret is being changed at Stripe, both count: old and new, with a comma between. */
const webhookSecrets = z
  .string()
  .transform((secrets) => secrets.split(',').map((secret) => secret.trim()))
  .pipe(z.array(z.string().regex(/^whsec_\S+$/)))
const optionalText = z.string().min(1).optional()

const schema = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  PORT: wholeNumber(3000, 0, 65_535),
  NEXT_PUBLIC_APP_URL: url.default('http://localhost:3000'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),

  DATABASE_URL: z.string().min(1),
  /** Session-mode connection as the app's role, for LISTEN and advisory locks that outlive a transaction. */
  DATABASE_DIRECT_URL: optionalText,
  /** The role that owns the tables; only migrations and seeding use it. */
  DATABASE_OWNER_URL: optionalText,
  /** What stands between us and DATABASE_URL; without a pooler, statements are prepared and kept. */
  DATABASE_POOLER: z.enum(['none', 'transaction']).default('transaction'),
  DATABASE_POOL_MAX: wholeNumber(10, 1, 200),

  /** Signs sessions of built-in accounts. */
  AUTH_SECRET: z.string().min(32),
  /** Derives the tokens of guests' manage links. */
  LINK_SECRET: z.string().min(32),

  STRIPE_SECRET_KEY: z.string().regex(/^(sk|rk)_(test|live)_\w+$/),
  /** Where the Stripe API is; unset means Stripe itself. */
  STRIPE_API_BASE: url.optional(),
  STRIPE_WEBHOOK_SECRET: webhookSecrets,
  STRIPE_CONNECT_WEBHOOK_SECRET: webhookSecrets,
  /** Lets providers connect an account they have at Stripe already; unset: they open one with us. */
  STRIPE_CONNECT_CLIENT_ID: z
    .string()
    .regex(/^ca_\w+$/)
    .optional(),
  /**
   * How many requests a second each process sends to Stripe at most. Unset: 80 with a live key, 20 with a test key, where
   * Stripe takes 100 and 25 from all processes together (https://docs.stripe.com/rate-limits).
   */
  STRIPE_CALLS_PER_SECOND: z.coerce.number().int().min(1).max(10_000).optional(),

  NEXT_PUBLIC_PLATFORM_FEE_PERCENT: basisPoints(10),
  NEXT_PUBLIC_GUEST_FEE_PERCENT: basisPoints(20),
  /**
   * The least a service may cost, in hundredths of its currency's unit: 500 is 5.00 USD, 5.000 KWD, and 500 where there are
   * no decimals. Where a card cannot be charged so little, it is what a card can be charged (`minimumPriceOf`).
   */
  MINIMUM_PRICE_MINOR: wholeNumber(500, 1, 1_000_000),
  /** What a new provider sells in unless they say otherwise. */
  CURRENCY: currencyCode.default('USD'),
  /**
   * What this installation sells in, separated by commas; unset: CURRENCY alone. Each needs a balance of its own at Stripe (a
   * bank account in it): what Stripe converts does not match the books, and such a payment is set aside for a person.
   */
  CURRENCIES: z
    .string()
    .transform((codes) => codes.split(',').map((code) => code.trim()))
    .pipe(z.array(currencyCode))
    .optional(),
  HOLD_MINUTES: wholeNumber(10, 1, 29),
  ANSWER_HOURS: wholeNumber(24, 1, 144),
  ESCROW_DAYS: wholeNumber(7, 0, 90),
  GUEST_LINK_DAYS: wholeNumber(90, 1, 730),

  /** Who runs the marketplace, as receipts and statements name them. */
  PLATFORM_NAME: z.string().min(1).max(120).default('Ecosystem'),
  /** Lines separated by commas. */
  PLATFORM_ADDRESS: z.string().max(500).default(''),
  PLATFORM_TAX_NUMBER: optionalText,

  MAILER: z.enum(['mailbox', 'smtp']).default('mailbox'),
  MAIL_FROM: z.string().min(3).default('Ecosystem <hello@ecosystem.invalid>'),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\//)
    .optional(),

  /** Whoever gives it as a bearer token may read /api/metrics; unset: there is nothing to read. */
  METRICS_TOKEN: z.string().min(32).optional(),
  /** Where the worker answers /api/metrics and /api/health; unset: it listens nowhere. */
  WORKER_PORT: z.coerce.number().int().min(0).max(65_535).optional(),

  /** 0: the API alone, where pages are served by other machines. */
  SERVE_PAGES: z
    .enum(['0', '1'])
    .default('1')
    .transform((value) => value === '1'),

  /** Lets subscribed calendars lie at private addresses, where they could spy on what is behind the firewall. For tests. */
  BUSY_FEED_PRIVATE_ADDRESSES: flag,

  DEMO_MODE: flag,
  DEMO_CLOCK_FILE: optionalText,
})

type Settings = z.output<typeof schema>

export interface Config extends Settings {
  readonly databaseDirectUrl: string
  readonly platformFee: number
  readonly guestFee: number
  readonly stripeCallsPerSecond: number
  /** Every currency something is sold in, CURRENCY among them. */
  readonly currencies: readonly Currency[]
}

/** Thrown at boot with every problem in one message; names only, never values. */
export class ConfigInvalid extends Error {
  override readonly name = 'ConfigInvalid'
}

/**
 * Reads and checks all settings.
 * @throws {ConfigInvalid} naming every variable that is missing or odd.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  // An empty variable is one that is not set: shells and hosting panels cannot always unset.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const parsed = schema.safeParse(given)
  const problems = parsed.success ? contradictions(parsed.data, given) : parsed.error.issues.map(problemOf)
  if (!parsed.success || problems.length > 0) {
    throw new ConfigInvalid(
      `The configuration is not usable:\n${problems.map((line) => `  - ${line}`).join('\n')}`,
    )
  }
  const settings = parsed.data
  return {
    ...settings,
    databaseDirectUrl: settings.DATABASE_DIRECT_URL ?? settings.DATABASE_URL,
    platformFee: settings.NEXT_PUBLIC_PLATFORM_FEE_PERCENT,
    guestFee: settings.NEXT_PUBLIC_GUEST_FEE_PERCENT,
    stripeCallsPerSecond: settings.STRIPE_CALLS_PER_SECOND ?? (isLive(settings) ? 80 : 20),
    currencies: [...new Set(settings.CURRENCIES ?? [settings.CURRENCY])],
  }
}

function problemOf(issue: z.core.$ZodIssue): string {
  const name = String(issue.path[0])
  const missing = issue.code === 'invalid_type' && issue.message.includes('received undefined')
  return missing ? `${name} is missing` : `${name} is not valid: ${issue.message}`
}

function isLive({ STRIPE_SECRET_KEY: key }: Settings): boolean {
  return /^(sk|rk)_live_/.test(key)
}

/** What a developer's machine may leave out, and a marketplace that takes money may not: silence would send its mail nowhere. */
const NAMED_IN_PRODUCTION = ['NEXT_PUBLIC_APP_URL', 'MAILER'] as const

function contradictions(settings: Settings, given: Readonly<Record<string, unknown>>): string[] {
  const live = isLive(settings)
  const problems: string[] = []
  if (live && settings.NODE_ENV !== 'production')
    problems.push('NODE_ENV has to be production with a live STRIPE_SECRET_KEY')
  if (live || (settings.NODE_ENV === 'production' && !settings.DEMO_MODE))
    for (const name of NAMED_IN_PRODUCTION) if (given[name] === undefined) problems.push(`${name} is missing`)
  if (settings.NEXT_PUBLIC_GUEST_FEE_PERCENT < settings.NEXT_PUBLIC_PLATFORM_FEE_PERCENT) {
    problems.push(
      'NEXT_PUBLIC_GUEST_FEE_PERCENT is the whole take on a guest booking and cannot be below NEXT_PUBLIC_PLATFORM_FEE_PERCENT',
    )
  }
  if (settings.CURRENCIES && !settings.CURRENCIES.includes(settings.CURRENCY))
    problems.push('CURRENCIES does not hold CURRENCY, which new providers sell in')
  if (settings.DEMO_MODE && live) problems.push('DEMO_MODE cannot be on with a live STRIPE_SECRET_KEY')
  if (settings.DEMO_CLOCK_FILE && !settings.DEMO_MODE)
    problems.push('DEMO_CLOCK_FILE moves time and needs DEMO_MODE=1')
  if (live && settings.STRIPE_API_BASE)
    problems.push('STRIPE_API_BASE cannot be set with a live STRIPE_SECRET_KEY')
  if (settings.MAILER === 'smtp' && !settings.SMTP_URL) problems.push('MAILER=smtp needs SMTP_URL')
  return problems
}
