// A whole marketplace on free ports: PostgreSQL, migrations, Stripe sandbox, worker and one or more sites, each a
// process of its own that a test may kill and start again. Journeys, races, crash tests and benchmarks share it.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import { stripeGateway } from '#src/integrations/payment-gateway/stripe.ts'
import { readConfig } from '#src/platform/config.ts'
import { openDatabase, type Database } from '#src/platform/db/database.ts'
import { createLog } from '#src/platform/log.ts'
import { createMetrics } from '#src/platform/metrics.ts'
import {
  freePort,
  startEmbeddedPostgres,
  sweepAbandonedClusters,
  throwAway,
  type EmbeddedPostgres,
} from '../../scripts/embedded-postgres.ts'
import { environmentFor, makeSecrets } from '../../scripts/environment.ts'
import {
  runToEnd,
  startChild,
  waitForHttp,
  waitForPort,
  type Child,
  type ChildSpec,
} from '../../scripts/processes.ts'

export interface MarketplaceOptions {
  /** Sites in front of the one database; default 1. */
  webProcesses?: number
  /** Default true. */
  worker?: boolean
  /** Default `none`. */
  seed?: 'demo' | 'none'
  /** Whether committed data survives a power cut; benchmarks want true. Default false. */
  durable?: boolean
  /** Settings of the PostgreSQL server, for example `{ shared_preload_libraries: 'pg_stat_statements' }`. */
  settings?: Record<string, string>
  /** Added to what every process gets, for example `{ LOG_LEVEL: 'warn' }`. */
  env?: Record<string, string>
}

export interface Marketplace {
  /** Address of the first site. */
  readonly url: string
  /** Addresses of all sites. */
  readonly urls: readonly string[]
  readonly stripeUrl: string
  readonly appDatabaseUrl: string
  readonly ownerDatabaseUrl: string
  readonly superuserDatabaseUrl: string
  readonly postgresLogPath: string
  /** Holds the logs (`web-1.log`, `worker.log` …), the clock file and the sandbox's data. */
  readonly directory: string
  readonly clockFile: string
  /** What the processes run with, for tests that call the CLI or read the configuration themselves. */
  readonly env: Readonly<Record<string, string>>
  /** SIGKILL: the process has no chance to tidy up. Names: `web-1`, `web-2`, …, `worker`, `sandbox`. */
  kill(name: string): Promise<void>
  /** Starts a killed or running process again on the same port, and waits until it answers. */
  restart(name: string): Promise<void>
  /** Runs `src/boot/cli.ts` with these arguments to its end. */
  ops(...args: string[]): Promise<void>
  log(name: string): string
  stop(): Promise<void>
}

/** The database of a marketplace, as its owner: for what a test looks at or makes. Closed by whoever opened it. */
export function openOwner({ ownerDatabaseUrl }: Marketplace, applicationName: string): Database {
  return openDatabase({
    ...{ url: ownerDatabaseUrl, poolMax: 4, direct: true, applicationName },
    onIdleError: () => undefined,
  })
}

/** What a test asks the marketplace's Stripe with. */
export function gatewayOf({ env }: Marketplace): PaymentGateway {
  return stripeGateway(readConfig(env), { metrics: createMetrics('test'), log: createLog('test', 'silent') })
}

const prefix = 'ecosystem-marketplace-'
const answerSecondsMax = 60
let count = 0

export async function startMarketplace(options: MarketplaceOptions = {}): Promise<Marketplace> {
  await sweepAbandonedClusters(os.tmpdir(), prefix)
  const home = path.join(os.tmpdir(), `${prefix}${process.pid}`)
  const directory = path.join(home, String((count += 1)))
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 })
  const postgres = await startEmbeddedPostgres({
    dataDir: path.join(directory, 'postgres'),
    settings: {
      ...(options.durable ? { max_connections: throwAway.max_connections } : throwAway),
      ...options.settings,
    },
  })

  const specs = new Map<string, ChildSpec & { ready: (gone: Promise<unknown>) => Promise<void> }>()
  const running = new Map<string, Child>()
  const stop = async () => {
    const inOrder = [...running.values()].reverse()
    for (const child of inOrder) await child.stop()
    await postgres.stop()
    fs.rmSync(directory, { recursive: true, force: true })
    if (fs.readdirSync(home).length === 0) fs.rmdirSync(home)
  }
  const begin = async (name: string) => {
    const spec = specs.get(name)
    if (!spec) throw new Error(`There is no process ${name}; there are ${[...specs.keys()].join(', ')}.`)
    await running.get(name)?.stop()
    const child = startChild(spec)
    running.set(name, child)
    await spec.ready(child.exited)
  }

  try {
    const ports = await freePorts((options.webProcesses ?? 1) + 1)
    const [stripePort = 0, ...webPorts] = ports
    const env = environmentOf(postgres, directory, stripePort, webPorts[0] ?? 0, options.env)
    const logPath = (name: string) => path.join(directory, `${name}.log`)
    const ops = (...args: string[]) =>
      runToEnd({ name: args.join(' '), script: 'src/boot/cli.ts', args, env, logPath: logPath('ops') })

    specs.set('sandbox', {
      ...{ name: 'sandbox', script: 'sandbox/stripe/main.ts', env, logPath: logPath('sandbox') },
      ready: (gone) => waitForPort(stripePort, answerSecondsMax, gone),
    })
    if (options.worker ?? true) {
      specs.set('worker', {
        ...{ name: 'worker', script: 'src/boot/worker.ts', env, logPath: logPath('worker') },
        ready: () => Promise.resolve(), // nobody talks to it; its work shows in the database
      })
    }
    for (const [index, port] of webPorts.entries()) {
      const name = `web-${index + 1}`
      specs.set(name, {
        ...{ name, script: 'src/boot/serve.ts', env: { ...env, PORT: String(port) }, logPath: logPath(name) },
        ready: (gone) => waitForHttp(`http://127.0.0.1:${port}/api/health`, answerSecondsMax, gone),
      })
    }

    await Promise.all([begin('sandbox'), ops('db', 'migrate')])
    if (options.seed === 'demo') await ops('demo', 'seed')
    await Promise.all([...specs.keys()].filter((name) => name !== 'sandbox').map(begin))

    const urls = webPorts.map((port) => `http://localhost:${port}`)
    return {
      url: urls[0] ?? '',
      urls,
      stripeUrl: `http://127.0.0.1:${stripePort}`,
      appDatabaseUrl: postgres.url('ecosystem_app'),
      ownerDatabaseUrl: postgres.url('ecosystem_owner'),
      superuserDatabaseUrl: postgres.url('postgres'),
      postgresLogPath: postgres.logPath,
      directory,
      clockFile: env['DEMO_CLOCK_FILE'] ?? '',
      env,
      kill: async (name) => running.get(name)?.kill(),
      restart: begin,
      ops,
      log: (name) => fs.readFileSync(name === 'postgres' ? postgres.logPath : logPath(name), 'utf8'),
      stop,
    }
  } catch (error) {
    const logs = fs
      .readdirSync(directory)
      .filter((name) => name.endsWith('.log') && name !== 'postgres.log')
      .map((name) => `--- ${name}\n${fs.readFileSync(path.join(directory, name), 'utf8').slice(-2000)}`)
    await stop()
    throw new Error(`The marketplace did not start.\n${logs.join('\n')}`, { cause: error })
  }
}

function environmentOf(
  postgres: EmbeddedPostgres,
  dataDir: string,
  stripePort: number,
  port: number,
  more: Record<string, string> = {},
): Record<string, string> {
  // Not the shell's own settings: a test means the same on every machine.
  const given = {
    NODE_ENV: 'production' as const,
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    ...more,
  }
  return environmentFor(
    makeSecrets(),
    {
      databaseUrl: postgres.url('ecosystem_app'),
      databaseOwnerUrl: postgres.url('ecosystem_owner'),
      port,
      stripePort,
      dataDir,
    },
    given,
  )
}

/** All different: a port is free again as soon as it has been looked at. */
async function freePorts(wanted: number): Promise<number[]> {
  const ports = new Set<number>()
  while (ports.size < wanted) ports.add(await freePort())
  return [...ports]
}
