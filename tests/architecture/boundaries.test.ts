import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { checkBoundaries, ruleNames } from '../../scripts/boundaries.ts'
import { repository } from '../../scripts/processes.ts'

type Tree = Record<string, string>

/** The tree in miniature, with every import that is allowed and looks as if it might not be. */
const clean: Tree = {
  'src/kernel/money.ts': `import { Temporal } from 'temporal-polyfill'\nexport type Money = Temporal.Instant`,
  'src/modules/bookings/domain/rules.ts': `import type { Money } from '#src/kernel/money.ts'\nexport type Rule = Money`,
  'src/modules/bookings/domain/table.ts': `import type { Rule } from './rules.ts'\nexport type Table = Rule`,
  'src/modules/bookings/index.ts': `import { pay } from '#src/modules/payments/index.ts'\nexport * from './domain/table.ts'\nexport const book = pay`,
  'src/modules/bookings/reads.ts': `export const listBookings = 1`,
  'src/modules/bookings/routes.ts': `import { book } from './index.ts'\nexport const routes = book`,
  'src/modules/payments/index.ts': `import type { Gateway } from '#src/integrations/gateway/port.ts'\nimport { post } from '#src/modules/ledger/index.ts'\nimport { log } from '#src/platform/log.ts'\nexport const pay: Gateway = [post, log]`,
  'src/modules/payments/jobs.ts': `export const jobs = 1`,
  'src/modules/ledger/index.ts': `export const post = 1`,
  'src/platform/log.ts': `import pino from 'pino'\nexport const log = pino`,
  'src/integrations/gateway/port.ts': `import type { Money } from '#src/kernel/money.ts'\nexport type Gateway = Money[]`,
  'src/integrations/gateway/stripe.ts': `import Stripe from 'stripe'\nimport type { Gateway } from './port.ts'\nexport const stripe: Gateway = [Stripe]`,
  'src/http/api.ts': `import { routes } from '#src/modules/bookings/routes.ts'\nexport const api = routes`,
  'src/http/client.ts': `export const client = 1`,
  'src/ui/card.tsx': `import type { Money } from '#src/kernel/money.ts'\nexport const Card = ({ money }: { money: Money }) => <b>{String(money)}</b>`,
  'src/app/page.tsx': `import { listBookings } from '#src/modules/bookings/reads.ts'\nimport { web } from '#src/boot/web.ts'\nimport { client } from '#src/http/client.ts'\nimport { Card } from '#src/ui/card.tsx'\nexport default [listBookings, web, client, Card]`,
  'src/boot/web.ts': `import { api } from '#src/http/api.ts'\nimport { jobs } from '#src/modules/payments/jobs.ts'\nimport { stripe } from '#src/integrations/gateway/stripe.ts'\nexport const web = [api, jobs, stripe]`,
  'src/modules/bookings/booking.test.ts': `import { stripe } from '#src/integrations/gateway/stripe.ts'\nexport const seen = stripe`,
  'sandbox/stripe/main.ts': `export const sandbox = 1`,
}

/** For each rule, files that break it; each is planted alone in the clean tree. */
const planted: Record<string, Tree[]> = {
  'no-cycles': [
    {
      'src/platform/one.ts': `import './two.ts'`,
      'src/platform/two.ts': `import './one.ts'`,
    },
    {
      'src/modules/bookings/a.ts': `import type { B } from './b.ts'\nexport type A = B`,
      'src/modules/bookings/b.ts': `export * from './c.ts'\nexport type B = 1`,
      'src/modules/bookings/c.ts': `export type C = import('./a.ts').A`,
    },
  ],
  'no-orphans': [
    { 'src/platform/forgotten.ts': `export const nobody = 1` },
    { 'src/ui/forgotten.tsx': `export const Nobody = () => null` },
  ],
  'kernel-is-pure': [
    { 'src/kernel/x.ts': `import fs from 'node:fs'\nexport default fs` },
    { 'src/kernel/x.ts': `import { z } from 'zod'\nexport default z` },
    { 'src/kernel/x.ts': `import { log } from '#src/platform/log.ts'\nexport default log` },
  ],
  'domain-is-pure': [
    { 'src/modules/bookings/domain/x.ts': `import { log } from '#src/platform/log.ts'\nexport default log` },
    {
      'src/modules/bookings/domain/x.ts': `import { listBookings } from '../reads.ts'\nexport default listBookings`,
    },
    {
      'src/modules/bookings/domain/x.ts': `import { post } from '#src/modules/ledger/index.ts'\nexport default post`,
    },
    { 'src/modules/bookings/domain/x.ts': `export const later = () => import('node:crypto')` },
    { 'src/modules/bookings/domain/x.ts': `export { sql } from 'drizzle-orm'` },
  ],
  'ports-are-plain': [
    { 'src/integrations/mailer/port.ts': `import type Stripe from 'stripe'\nexport type Port = Stripe` },
    {
      'src/integrations/mailer/port.ts': `import type { log } from '#src/platform/log.ts'\nexport type Port = typeof log`,
    },
    {
      'src/integrations/mailer/port.ts': `import type { stripe } from '../gateway/stripe.ts'\nexport type Port = typeof stripe`,
    },
  ],
  'platform-knows-no-business': [
    { 'src/platform/x.ts': `import { book } from '#src/modules/bookings/index.ts'\nexport default book` },
    { 'src/platform/x.ts': `import { client } from '#src/http/client.ts'\nexport default client` },
    {
      'src/platform/x.ts': `import { cities } from '#src/demo/cities.ts'\nexport default cities`,
      'src/demo/cities.ts': `export const cities = 1`,
    },
  ],
  'integrations-know-no-module': [
    {
      'src/integrations/gateway/x.ts': `import { book } from '#src/modules/bookings/index.ts'\nexport default book`,
    },
    { 'src/integrations/gateway/x.ts': `import { web } from '#src/boot/web.ts'\nexport default web` },
  ],
  'modules-meet-at-the-front-door': [
    {
      'src/modules/reviews/x.ts': `import { listBookings } from '#src/modules/bookings/reads.ts'\nexport default listBookings`,
    },
    {
      'src/modules/reviews/x.ts': `import type { Rule } from '../bookings/domain/rules.ts'\nexport type X = Rule`,
    },
    { 'src/modules/reviews/x.ts': `export type X = import('#src/modules/payments/jobs.ts').jobs` },
  ],
  'only-ports-are-seen': [
    {
      'src/modules/payments/x.ts': `import { stripe } from '#src/integrations/gateway/stripe.ts'\nexport default stripe`,
    },
    {
      'src/platform/x.ts': `import { stripe } from '#src/integrations/gateway/stripe.ts'\nexport default stripe`,
    },
    {
      'src/http/x.ts': `import { stripe } from '#src/integrations/gateway/stripe.ts'\nexport default stripe`,
    },
  ],
  'ledger-stands-alone': [
    {
      'src/modules/ledger/x.ts': `import { book } from '#src/modules/bookings/index.ts'\nexport default book`,
    },
  ],
  'modules-do-not-look-up': [
    { 'src/modules/reviews/x.ts': `import { client } from '#src/http/client.ts'\nexport default client` },
    { 'src/modules/reviews/x.tsx': `import { Card } from '#src/ui/card.tsx'\nexport default Card` },
    { 'src/modules/reviews/x.ts': `const { web } = require('#src/boot/web.ts')\nexport default web` },
  ],
  'http-mounts-routes-only': [
    { 'src/http/x.ts': `import { book } from '#src/modules/bookings/index.ts'\nexport default book` },
    {
      'src/http/x.ts': `import { listBookings } from '#src/modules/bookings/reads.ts'\nexport default listBookings`,
    },
  ],
  'pages-only-read': [
    { 'src/app/x.tsx': `import { log } from '#src/platform/log.ts'\nexport default log` },
    { 'src/app/x.tsx': `import { book } from '#src/modules/bookings/index.ts'\nexport default book` },
    { 'src/app/x.tsx': `import { api } from '#src/http/api.ts'\nexport default api` },
    {
      'src/app/x.tsx': `import type { Gateway } from '#src/integrations/gateway/port.ts'\nexport type X = Gateway`,
    },
    { 'src/proxy.ts': `import { log } from '#src/platform/log.ts'\nexport default log` },
  ],
  'ui-knows-no-data': [
    {
      'src/ui/x.tsx': `import { listBookings } from '#src/modules/bookings/reads.ts'\nexport default listBookings`,
    },
    { 'src/ui/x.tsx': `import { client } from '#src/http/client.ts'\nexport default client` },
  ],
  'imports-are-known': [
    { 'src/platform/x.ts': `export const load = (name: string) => import(name)` },
    { 'src/platform/x.ts': `export * from './gone.ts'` },
  ],
  'src-stands-alone': [
    { 'src/platform/x.ts': `import { sandbox } from '#sandbox/stripe/main.ts'\nexport default sandbox` },
  ],
}

const trees: string[] = []
afterAll(() => trees.forEach((tree) => fs.rmSync(tree, { recursive: true, force: true })))

function plant(tree: Tree): string {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'boundaries-'))
  trees.push(root)
  for (const [file, text] of Object.entries(tree)) {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
    fs.writeFileSync(path.join(root, file), text)
  }
  return root
}

describe('the boundary check bites', () => {
  test('a clean tree passes', () => {
    const report = checkBoundaries(plant(clean))
    expect(report.violations).toEqual([])
    expect(report.files).toHaveLength(Object.keys(clean).filter((file) => file.startsWith('src/')).length)
  })

  test('every rule has a planted violation', () => {
    expect(Object.keys(planted).sort()).toEqual([...ruleNames].sort())
  })

  const cases = Object.entries(planted).flatMap(([rule, list]) =>
    list.map((tree, index) => ({ rule, tree, index })),
  )
  test.each(cases)('$rule catches planted violation $index', ({ rule, tree }) => {
    const { violations } = checkBoundaries(plant({ ...clean, ...tree }))
    expect(violations.filter(({ from }) => from in tree).map((violation) => violation.rule)).toContain(rule)
  })
})

describe('the real tree', () => {
  const report = checkBoundaries(repository)

  test('every source file on disk was looked at', () => {
    // Counted by another program, so that one blind spot cannot hide in both.
    const found = execFileSync('find', ['src', '-type', 'f'], { cwd: repository, encoding: 'utf8' })
    const onDisk = found.split('\n').filter((file) => /\.[cm]?[jt]sx?$/.test(file))
    expect(onDisk.length).toBeGreaterThan(0)
    expect(report.files.length).toBe(onDisk.length)
    expect(report.imports).toBeGreaterThan(onDisk.length / 2)
  })

  test('has only folders that the rules know', () => {
    const known = ['app', 'boot', 'demo', 'http', 'integrations', 'kernel', 'modules', 'platform', 'ui']
    const folders = report.files.map((file) => file.split('/')).filter((parts) => parts.length > 2)
    expect(
      [...new Set(folders.map((parts) => parts[1]))].filter((name) => !known.includes(name ?? '')),
    ).toEqual([])
  })

  test('keeps the rules', () => {
    const lines = report.violations.map(
      ({ rule, from, to, sentence }) => `${rule}: ${from} → ${to}. ${sentence}`,
    )
    expect(lines).toEqual([])
  })
})
