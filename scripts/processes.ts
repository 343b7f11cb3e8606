// Child processes: start one, keep one alive, wait for its answer, end it.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { commandLine, isAlive } from './embedded-postgres.ts'

export const repository = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

export interface ChildSpec {
  /** How people call it, for sentences and the log's name. */
  name: string
  /** The file to run, from the root of the repository. */
  script: string
  args?: string[]
  env: Record<string, string>
  logPath: string
}

export interface Child {
  readonly name: string
  readonly script: string
  readonly pid: number
  readonly exited: Promise<Exit>
  /** Asks it to end, and ends it for good after `graceSeconds`. */
  stop(graceSeconds?: number): Promise<void>
  kill(): Promise<void>
}

export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

const logBytesMax = 10_000_000

export function startChild(spec: ChildSpec): Child {
  fs.mkdirSync(path.dirname(spec.logPath), { recursive: true })
  if ((fs.statSync(spec.logPath, { throwIfNoEntry: false })?.size ?? 0) > logBytesMax) {
    fs.renameSync(spec.logPath, `${spec.logPath}.1`)
  }
  const log = fs.openSync(spec.logPath, 'a')
  const preload = path.join(repository, 'scripts/end-with-parent.ts')
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--import', preload, path.join(repository, spec.script), ...(spec.args ?? [])],
    {
      cwd: repository,
      env: { ...spec.env, ECOSYSTEM_PARENT_PID: String(process.pid) } as unknown as NodeJS.ProcessEnv,
      detached: true, // Ctrl-C is for the supervisor, which ends the others in order
      stdio: ['ignore', log, log, 'ipc'],
    },
  )
  fs.closeSync(log)
  // A message nobody reads would otherwise keep this process alive.
  child.channel?.unref()
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
    child.once('error', () => resolve({ code: 1, signal: null }))
  })
  const isGone = () => child.exitCode !== null || child.signalCode !== null
  return {
    name: spec.name,
    script: spec.script,
    pid: child.pid ?? 0,
    exited,
    async stop(graceSeconds = 5) {
      if (isGone()) return
      child.kill('SIGTERM')
      const force = setTimeout(() => child.kill('SIGKILL'), graceSeconds * 1000)
      await exited
      clearTimeout(force)
    },
    async kill() {
      if (!isGone()) child.kill('SIGKILL')
      await exited
    },
  }
}

export interface Service {
  readonly name: string
  readonly script: string
  readonly pid: number
  /** Settles when it has ended several times in a row; it is started again all the same. */
  readonly gaveUp: Promise<void>
  stop(): Promise<void>
  kill(): Promise<void>
}

const failuresInARow = 4
const backoffSecondsMax = 30
const steadySeconds = 60 // after this long a crash counts as the first one again

/** Starts it again whenever it ends by itself, with growing pauses and a sentence each time. */
export function keepAlive(spec: ChildSpec, say: (sentence: string) => void, onChange: () => void): Service {
  let wanted = true
  let failures = 0
  let timer: NodeJS.Timeout | undefined
  let giveUp: () => void = () => undefined
  const gaveUp = new Promise<void>((resolve) => (giveUp = resolve))
  let child = begin()

  function begin(): Child {
    const startedAt = Date.now()
    const next = startChild(spec)
    void next.exited.then(({ code, signal }) => {
      if (!wanted) return
      if (Date.now() - startedAt > steadySeconds * 1000) failures = 0
      const seconds = Math.min(backoffSecondsMax, 2 ** failures / 2)
      failures += 1
      if (failures >= failuresInARow) giveUp()
      const how = signal ? `ended by ${signal}` : `ended with code ${code}`
      say(
        `${spec.name} ${how}; starting it again in ${seconds} s. Its log: ${path.relative(process.cwd(), spec.logPath)}`,
      )
      timer = setTimeout(() => {
        child = begin()
        onChange()
      }, seconds * 1000)
    })
    return next
  }

  return {
    name: spec.name,
    script: spec.script,
    gaveUp,
    get pid() {
      return child.pid
    },
    async stop() {
      wanted = false
      clearTimeout(timer)
      await child.stop()
    },
    async kill() {
      wanted = false
      clearTimeout(timer)
      await child.kill()
    },
  }
}

/** Runs it to its end and gives what it printed; the output goes to its log too. */
export async function runToEnd(spec: ChildSpec, signal?: AbortSignal): Promise<void> {
  const before = fs.statSync(spec.logPath, { throwIfNoEntry: false })?.size ?? 0
  const child = startChild(spec)
  const abort = () => void child.kill()
  signal?.addEventListener('abort', abort)
  const { code } = await child.exited
  signal?.removeEventListener('abort', abort)
  if (code !== 0) throw new ChildFailed(spec, fs.readFileSync(spec.logPath, 'utf8').slice(before))
}

export class ChildFailed extends Error {
  override name = 'ChildFailed'
  constructor(spec: ChildSpec, output: string) {
    const words = output.trim().split('\n').slice(-12).join('\n')
    super(`${spec.name} failed.\n${words}\nThe whole log: ${path.relative(process.cwd(), spec.logPath)}`)
  }
}

/** Waits until the address answers below 500. Gives up when `seconds` have passed or `gone` settles. */
export async function waitForHttp(url: string, seconds: number, gone?: Promise<unknown>): Promise<void> {
  const deadline = Date.now() + seconds * 1000
  let ended = false
  void gone?.then(() => (ended = true))
  let last = 'no answer'
  while (Date.now() < deadline && !ended) {
    try {
      const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(30_000) })
      await response.arrayBuffer()
      if (response.status < 500) return
      last = `status ${response.status}`
    } catch (error) {
      last = error instanceof Error ? error.message : String(error)
    }
    await delay(50)
  }
  throw new Error(`${url} did not answer in ${seconds} s (${ended ? 'the process ended' : last}).`)
}

export async function waitForPort(port: number, seconds: number, gone?: Promise<unknown>): Promise<void> {
  const deadline = Date.now() + seconds * 1000
  let ended = false
  void gone?.then(() => (ended = true))
  while (Date.now() < deadline && !ended) {
    if (await accepts(port)) return
    await delay(25)
  }
  throw new Error(`Nothing listens on port ${port}${ended ? ': the process ended' : ''}.`)
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** Whether we may listen there, on the addresses that `localhost` can mean. */
export async function isPortFree(port: number): Promise<boolean> {
  for (const host of ['127.0.0.1', '::1']) {
    const code = await new Promise<string | null>((resolve) => {
      const probe = net.createServer()
      probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'))
      probe.listen(port, host, () => probe.close(() => resolve(null)))
    })
    if (code === 'EACCES')
      throw new Error(`Port ${port} needs more rights than you have. Choose one above 1023.`)
    if (code !== null && code !== 'EADDRNOTAVAIL' && code !== 'EAFNOSUPPORT') return false
  }
  return true
}

/** Ends processes an earlier run noted down, if the number still belongs to the same program. */
export async function endOrphans(noted: { pid: number; script: string }[]): Promise<number> {
  const orphans = noted.filter(
    ({ pid, script }) => pid > 0 && isAlive(pid) && commandLine(pid).includes(script),
  )
  for (const { pid } of orphans) process.kill(pid, 'SIGTERM')
  const deadline = Date.now() + 5000
  while (orphans.some(({ pid }) => isAlive(pid))) {
    if (Date.now() > deadline) {
      for (const { pid } of orphans) if (isAlive(pid)) process.kill(pid, 'SIGKILL')
      break
    }
    await delay(50)
  }
  return orphans.length
}
