// The life of a process, inside the test's own: it can end at a named point, as by a power cut. Whatever it was doing then
// never goes on: calls that it had made are not answered, and its sessions at the database are cut by whoever buries it.
import type pg from 'pg'
import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'

export const CRASH_POINTS = [
  'before a call to Stripe',
  'after a call to Stripe',
  'inside a transaction',
  'before a commit',
  'after a commit',
] as const
export type CrashPoint = (typeof CRASH_POINTS)[number]

export interface Life {
  /** Resolves when it ends. */
  readonly death: Promise<void>
  isOver(): boolean
  /** Ends when the point is passed for the nth time from now. */
  endAt(point: CrashPoint, nth: number): void
  spare(): void
  /** Called at each point. Never resolves for the dead. */
  pass(point: CrashPoint): Promise<void>
}

const never = () => new Promise<never>(() => undefined)

export function beginLife(): Life {
  const { promise: death, resolve } = Promise.withResolvers<void>()
  let end: { point: CrashPoint; left: number } | null = null
  let over = false
  return {
    death,
    isOver: () => over,
    endAt(point, nth) {
      end = { point, left: nth }
    },
    spare() {
      end = null
    },
    async pass(point) {
      if (!over && end?.point === point) {
        end.left -= 1
        if (end.left === 0) {
          over = true
          resolve()
        }
      }
      if (over) await never()
    },
  }
}

// Reading an event is no call.
const IN_MEMORY = new Set<PropertyKey>(['verifyEvent', 'parseEvent', 'livemode'])

/** The gateway as the process calls it. */
export function mortalGateway(gateway: PaymentGateway, life: Life): PaymentGateway {
  return new Proxy(gateway, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name)
      if (IN_MEMORY.has(name) || typeof method !== 'function') return method
      return async (...given: unknown[]) => {
        await life.pass('before a call to Stripe')
        const answer: unknown = await Reflect.apply(method, target, given)
        await life.pass('after a call to Stripe')
        return answer
      }
    },
  })
}

/** The same of its connections to the database. */
export function makeMortal(pool: pg.Pool, life: Life): void {
  const connect = pool.connect.bind(pool) as (...given: unknown[]) => unknown
  pool.connect = ((...given: unknown[]) =>
    life.isOver() ? never() : connect(...given)) as pg.Pool['connect']
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...given: unknown[]) => unknown
    let open = false
    const inTurn = async (word: string, given: unknown[]) => {
      if (open) await life.pass(word === 'commit' ? 'before a commit' : 'inside a transaction')
      if (word === 'begin') open = true
      if (word === 'commit' || word === 'rollback') open = false
      const answer = await query(...given)
      if (word === 'commit') await life.pass('after a commit')
      return answer
    }
    client.query = ((...given: unknown[]) => {
      if (life.isOver()) return never()
      // With a callback it is a statement of its own, and no point is in it.
      if (typeof given.at(-1) === 'function') return query(...given)
      return inTurn(firstWordOf(given[0]), given)
    }) as pg.ClientBase['query']
  })
}

function firstWordOf(statement: unknown): string {
  const text = typeof statement === 'string' ? statement : (statement as { text?: string }).text
  return /^\s*(\w+)/.exec(text ?? '')?.[1]?.toLowerCase() ?? ''
}
