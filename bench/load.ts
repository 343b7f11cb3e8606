// A closed-loop load: so many clients, each asking again as soon as it is answered. In the same process as the report, on
// the same two cores as everything it measures: compare rows of one run with each other, not with another machine.
import http from 'node:http'

export interface Measured {
  readonly operations: number
  readonly seconds: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly failures: number
}

export interface Load {
  readonly clients: number
  readonly seconds: number
  /** One operation of one client. Answers whether it counts as done; an error ends the measurement. */
  readonly operation: (client: number, round: number) => Promise<boolean>
}

export async function measure({ clients, seconds, operation }: Load): Promise<Measured> {
  const until = performance.now() + seconds * 1000
  return timed(clients, async (client, time) => {
    for (let round = 0; performance.now() < until; round += 1) await time(() => operation(client, round))
  })
}

/** One client with a pause between two operations, as long as `work` takes. */
export async function measureDuring<Result>(
  { pauseMs, operation }: { readonly pauseMs: number; readonly operation: () => Promise<boolean> },
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly measured: Measured }> {
  let isOver = false
  const measuring = timed(1, async (_, time) => {
    while (!isOver) {
      await time(operation)
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  })
  const result = await work().finally(() => {
    isOver = true
  })
  return { result, measured: await measuring }
}

/** {@link measure} with an end: each item once, in their order, and the next as soon as a client is free. */
export async function measureEach<Item>(
  items: readonly Item[],
  clients: number,
  operation: (item: Item) => Promise<boolean>,
): Promise<Measured> {
  const waiting = items[Symbol.iterator]()
  return timed(clients, async (_, time) => {
    for (const item of waiting) await time(() => operation(item))
  })
}

async function timed(
  clients: number,
  client: (client: number, time: (operation: () => Promise<boolean>) => Promise<void>) => Promise<void>,
): Promise<Measured> {
  const durations: number[] = []
  let failures = 0
  const time = async (operation: () => Promise<boolean>) => {
    const begun = performance.now()
    if (!(await operation())) failures += 1
    durations.push(performance.now() - begun)
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: clients }, (_, index) => client(index, time)))
  const elapsed = (performance.now() - started) / 1000
  durations.sort((one, other) => one - other)
  const at = (share: number) =>
    durations[Math.min(durations.length - 1, Math.floor(durations.length * share))] ?? 0
  return {
    operations: durations.length,
    seconds: elapsed,
    perSecond: (durations.length - failures) / elapsed,
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
    failures,
  }
}

/** The round in the middle: one slow neighbour on a shared machine does not decide. */
export function medianOf(rounds: readonly Measured[]): Measured {
  const sorted = [...rounds].sort((one, other) => one.perSecond - other.perSecond)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (!middle) throw new Error('nothing was measured')
  return middle
}

export interface HttpAnswer {
  readonly status: number
  readonly text: string
  readonly location: string | undefined
}

interface HttpOptions {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

/** The leanest client of Node's own: fetch costs more than what is measured. */
export function httpClient(clients: number) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: clients, scheduling: 'fifo' })
  const once = (url: string, options: HttpOptions): Promise<HttpAnswer> =>
    new Promise((resolve, reject) => {
      const headers =
        options.body === undefined
          ? options.headers
          : { 'content-length': Buffer.byteLength(options.body), ...options.headers }
      const request = http.request(
        url,
        { agent, method: options.method ?? 'GET', ...(headers ? { headers } : {}) },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              text: Buffer.concat(chunks).toString(),
              location: response.headers.location,
            }),
          )
        },
      )
      request.on('error', (error: NodeJS.ErrnoException) => {
        reject(request.reusedSocket && error.code === 'ECONNRESET' ? new ClosedWhileIdle() : error)
      })
      request.end(options.body)
    })
  return async (url: string, options: HttpOptions = {}): Promise<HttpAnswer> => {
    for (;;) {
      try {
        return await once(url, options)
      } catch (error) {
        if (!(error instanceof ClosedWhileIdle)) throw error
      }
    }
  }
}

/** The server closed a connection that had been idle between two measurements: nothing has been asked yet. */
class ClosedWhileIdle extends Error {
  override readonly name = 'ClosedWhileIdle'
}
