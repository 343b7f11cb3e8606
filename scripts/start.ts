// `npm start`: PostgreSQL, migrations, demo data, the Stripe sandbox, the worker and the site, as one thing that a
// person starts and stops. Everything it keeps is in .data; everything listens on 127.0.0.1 only.
import fs from 'node:fs'
import path from 'node:path'
import { buildSite, isBuilt } from './build.ts'
import {
  commandLine,
  freePort,
  isAlive,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from './embedded-postgres.ts'
import { freeMegabytes, fullDiskIn } from './disk.ts'
import { environmentFor, keepSecrets, readJson, usesSandbox, writePrivate } from './environment.ts'
import {
  endOrphans,
  isPortFree,
  keepAlive,
  repository,
  runToEnd,
  waitForHttp,
  waitForPort,
  type Service,
} from './processes.ts'

const development = process.argv.includes('--dev')
const dataDir = path.join(repository, '.data')
const lockFile = path.join(dataDir, 'start.lock')
const logOf = (name: string) => path.join(dataDir, 'logs', `${name}.log`)
const startedAt = Date.now()
const freeMegabytesMin = 300
const postgresCrashesMax = 3 // within a minute of each other
const openSecondsMax = 120
const repeatedSignalMs = 700 // npm passes Ctrl-C on as well, so one key press arrives up to three times

interface Lock {
  pid: number
  address: string
  children: { pid: number; script: string }[]
}

/** For the person who started it; there is nothing to debug. */
class Sentence extends Error {}

const services: Service[] = []
const aborted = new AbortController()
let postgres: EmbeddedPostgres | undefined
let address = ''
let stoppingSince = 0

try {
  await start()
} catch (error) {
  if (!stoppingSince) {
    console.error(`\n${sentenceOf(error)}\n`)
    await shutDown()
    process.exit(1)
  }
}

async function start(): Promise<void> {
  requireNode()
  fs.mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  requireDiskSpace()
  await takeLock()
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onSignal)
  watchParent()
  if (fs.existsSync(path.join(repository, '.env'))) process.loadEnvFile(path.join(repository, '.env'))

  const ports = await choosePorts()
  address = `http://localhost:${ports.site}`
  const secrets = keepSecrets(path.join(dataDir, 'secrets.json'))
  const given = { ...process.env }
  const environment = () =>
    environmentFor(
      secrets,
      {
        databaseUrl: postgres?.url('ecosystem_app') ?? '',
        databaseOwnerUrl: postgres?.url('ecosystem_owner') ?? '',
        port: ports.site,
        stripePort: ports.stripe,
        dataDir,
      },
      development ? { ...given, NODE_ENV: 'development' } : given,
    )

  if (!given['DATABASE_URL']) {
    postgres = await step('PostgreSQL', () =>
      startEmbeddedPostgres({
        dataDir: path.join(dataDir, 'postgres'),
        port: ports.postgres,
        logPath: logOf('postgres'),
      }),
    )
    keepPostgres(postgres)
  }
  const env = environment()
  noteForOperators(env)

  await Promise.all([
    development || isBuilt(env)
      ? undefined
      : step('Building the site', () => buildSite(env, logOf('build'), aborted.signal)),
    prepareData(env, ports.stripe),
  ])

  const worker = keep('worker', 'The worker', 'src/boot/worker.ts', env)
  const web = keep('web', 'The site', 'src/boot/serve.ts', env)
  services.unshift(web, worker)
  note()
  await step('Opening the site', () => openSite(ports.site, web))
  console.log(welcome(env))
}

/** Same port, same folder: the others find it again by themselves. */
function keepPostgres(server: EmbeddedPostgres, crashes = 0): void {
  const since = Date.now()
  void server.exited.then(async () => {
    if (stoppingSince) return
    const again = Date.now() - since > 60_000 ? 1 : crashes + 1
    if (again > postgresCrashesMax) return fail('PostgreSQL keeps ending. Its log: .data/logs/postgres.log')
    say('PostgreSQL ended unexpectedly; starting it again. Its log: .data/logs/postgres.log')
    try {
      const { dataDir: at, port, logPath } = server
      postgres = await startEmbeddedPostgres({ dataDir: at, port, logPath })
      keepPostgres(postgres, again)
    } catch (error) {
      fail(sentenceOf(error))
    }
  })
}

async function openSite(port: number, web: Service): Promise<void> {
  try {
    await waitForHttp(`http://127.0.0.1:${port}/`, openSecondsMax, web.gaveUp)
  } catch (error) {
    const words = fs.readFileSync(logOf('web'), 'utf8').trim().split('\n').slice(-12).join('\n')
    throw new Error(`The site does not open. The end of its log, .data/logs/web.log:\n${words}`, {
      cause: error,
    })
  }
}

/** The database filled while the site is being built: the two take a core each. */
async function prepareData(env: Record<string, string>, stripePort: number): Promise<void> {
  if (usesSandbox(process.env)) {
    services.push(keep('stripe-sandbox', 'The Stripe sandbox', 'sandbox/stripe/main.ts', env))
    note()
  }
  const cli = (name: string, ...args: string[]) =>
    step(name, () =>
      runToEnd({ name, script: 'src/boot/cli.ts', args, env, logPath: logOf('setup') }, aborted.signal),
    )
  await cli('Migrations', 'db', 'migrate')
  if (usesSandbox(process.env)) await step('Stripe sandbox', () => waitForPort(stripePort, 30))
  if (env['DEMO_MODE'] === '1') await cli('Demo data', 'demo', 'seed')
}

function keep(log: string, name: string, script: string, env: Record<string, string>): Service {
  return keepAlive({ name, script, env, logPath: logOf(log) }, say, note)
}

async function choosePorts(): Promise<{ site: number; postgres: number; stripe: number }> {
  const asked = process.env['PORT'] ? Number(process.env['PORT']) : undefined
  if (asked !== undefined && !(Number.isInteger(asked) && asked > 0 && asked < 65_536)) {
    throw new Sentence(`PORT must be a number from 1 to 65535, not "${process.env['PORT']}".`)
  }
  if (asked !== undefined && !(await isPortFree(asked))) {
    throw new Sentence(
      `Port ${asked} is taken by another program. Choose another one: PORT=${asked + 1} npm start`,
    )
  }
  let site = asked ?? 3000
  while (!(await isPortFree(site))) site += 1
  if (site !== (asked ?? 3000)) say(`Port 3000 is taken by another program, so the site takes ${site}.`)

  // Kept from one start to the next, because addresses of payment pages are written down in bookings.
  const file = path.join(dataDir, 'ports.json')
  const known = readJson<{ postgres: number; stripe: number }>(file)
  const again = async (port: number | undefined) =>
    port && port !== site && (await isPortFree(port)) ? port : freePort()
  const ports = { postgres: await again(known?.postgres), stripe: await again(known?.stripe) }
  writePrivate(file, JSON.stringify(ports))
  return { site, ...ports }
}

async function takeLock(): Promise<void> {
  const earlier = readJson<Lock>(lockFile)
  if (
    earlier &&
    earlier.pid !== process.pid &&
    isAlive(earlier.pid) &&
    /scripts\/start\.ts/.test(commandLine(earlier.pid))
  ) {
    throw new Sentence(
      `Ecosystem is already running${earlier.address ? ` at ${earlier.address}` : ''} (process ${earlier.pid}). ` +
        'Stop it first with Ctrl-C in its terminal.',
    )
  }
  if (earlier) {
    const ended = await endOrphans(earlier.children)
    say(
      `An earlier run was cut off${ended > 0 ? ` and left ${ended} processes, which are ended now` : ''}. Its data is kept.`,
    )
  }
  fs.rmSync(lockFile, { force: true })
  // Two starts in the same moment: the second finds the file there.
  fs.writeFileSync(lockFile, JSON.stringify({ pid: process.pid, address: '', children: [] }), { flag: 'wx' })
}

/** Written at every change, so that a start after a crash knows what to end. */
function note(): void {
  const children = services.map(({ pid, script }) => ({ pid, script }))
  writePrivate(lockFile, JSON.stringify({ pid: process.pid, address, children } satisfies Lock))
}

/** `npm run ops` reads these, so that it talks to this database and this sandbox. */
function noteForOperators(env: Record<string, string>): void {
  const names = /^(DATABASE_|STRIPE_|NEXT_PUBLIC_APP_URL|AUTH_SECRET|LINK_SECRET|DEMO_|MAILER|SMTP_|NODE_ENV)/
  const lines = Object.entries(env)
    .filter(([name]) => names.test(name))
    .map(([name, value]) => `${name}="${value}"`)
  writePrivate(path.join(dataDir, 'runtime.env'), `${lines.join('\n')}\n`)
}

async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const from = Date.now()
  const seconds = () => `${((Date.now() - from) / 1000).toFixed(1)} s`
  const reminder = setInterval(() => console.log(`  …  ${name}: ${seconds()}`), 10_000)
  try {
    const result = await work()
    console.log(`  ok ${name} (${seconds()})`)
    return result
  } finally {
    clearInterval(reminder)
  }
}

function welcome(env: Record<string, string>): string {
  const logins =
    env['DEMO_MODE'] === '1'
      ? `
  Sign in at ${address}/login with the password ecosystem-demo as
    customer@demo.test    a customer
    provider@demo.test    a provider
    operator@demo.test    an operator
    or book as a guest, without an account

  Mail that the marketplace sends: ${address}/dev/mail
`
      : ''
  return `
Ecosystem is ready at ${address}  (${((Date.now() - startedAt) / 1000).toFixed(1)} s)
${logins}
  Ctrl-C stops everything. Data and logs stay in .data
`
}

function onSignal(): void {
  if (!stoppingSince) {
    say('Stopping …')
    void shutDown().then(() => process.exit(0))
  } else if (Date.now() - stoppingSince > repeatedSignalMs) {
    void Promise.all([...services.map((service) => service.kill()), postgres?.kill()]).then(() =>
      process.exit(1),
    )
  }
}

/** The site first, so that nobody is refused halfway; PostgreSQL last, when nobody needs it any more. */
async function shutDown(): Promise<void> {
  stoppingSince = Date.now()
  aborted.abort()
  for (const service of services) await service.stop()
  await postgres?.stop()
  dropLock()
}

function dropLock(): void {
  if (readJson<Lock>(lockFile)?.pid === process.pid) fs.rmSync(lockFile, { force: true })
}

function fail(sentence: string): void {
  console.error(`\n${sentence}\n`)
  void shutDown().then(() => process.exit(1))
}

/** npm that is killed does not pass the news on; without it nobody could reach us with Ctrl-C. */
function watchParent(): void {
  if (!process.env['npm_lifecycle_event']) return
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent && !stoppingSince) onSignal()
  }, 1000).unref()
}

function requireNode(): void {
  if (Number(process.versions.node.split('.')[0]) < 24) {
    throw new Sentence(
      `This needs Node 24 and runs on ${process.versions.node}. Use \`npm start\`, which brings it along.`,
    )
  }
}

function requireDiskSpace(): void {
  const free = freeMegabytes(dataDir)
  if (free < freeMegabytesMin) {
    throw new Sentence(
      `The disk is too full: ${free} MB are left and the marketplace needs ${freeMegabytesMin} MB.`,
    )
  }
}

function say(sentence: string): void {
  console.log(`  ${sentence}`)
}

function sentenceOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  if (error instanceof Sentence) return text
  const free = [repository, dataDir].filter((at) => fs.existsSync(at)).map(freeMegabytes)
  const fullDisk = fullDiskIn(text, Math.min(...free))
  if (fullDisk) return fullDisk
  if (/^(EACCES|EPERM)/.test(text)) {
    return `Something in .data belongs to another user (perhaps from a start as root). Start as that user, or take it over: sudo chown -R "$USER" .data\n${text}`
  }
  if ((error as NodeJS.ErrnoException)?.code === 'EEXIST') return 'Another start is going on at this moment.'
  return text
}
