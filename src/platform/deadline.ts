import { AsyncLocalStorage } from 'node:async_hooks'

// How long somebody waits for what is being done: said where a request comes in, asked where a vendor is called. The verbs
// between the two need not know.

const endsAt = new AsyncLocalStorage<number>()

/** Whatever `work` asks of vendors, all of it together, has so long. */
export function withDeadline<T>(ms: number, work: () => T): T {
  return endsAt.run(performance.now() + ms, work)
}

/** When it is over, in the time of `performance.now()`; null where nobody waits, as in the worker. */
export function currentDeadline(): number | null {
  return endsAt.getStore() ?? null
}
