import { z } from 'zod'

/**
 * Trouble on demand. A fault matches API calls ("POST /v1/refunds", "GET /v1/*") or deliveries of events
 * ("event:charge.refunded", "event:*"), a number of times, then is spent.
 *
 * For API calls: delay answers late · drop-before closes the connection, nothing done · drop-after-commit closes it
 * when all is done · 429 and 500 do nothing (the 500 is stored under the idempotency key, as Stripe does) ·
 * 500-after-success does everything and stores the 500 · truncate cuts the answer · hang never answers.
 * For events: delay · drop-before loses the delivery for good · drop-after-commit, 429 and 500 treat it as failed
 * although the app had it, so it comes again · truncate cuts the body · duplicate sends twice · reorder lets later
 * events pass · hang sends half and stops until the timeout.
 */
const ACTIONS = [
  'delay',
  'drop-before',
  'drop-after-commit',
  '429',
  '500',
  '500-after-success',
  'truncate',
  'duplicate',
  'reorder',
  'hang',
] as const
export type FaultAction = (typeof ACTIONS)[number]

const faultSchema = z.strictObject({
  match: z.string().regex(/^((GET|POST|DELETE) \/(v1|oauth)\/\S*|event:\S+)$/),
  action: z.enum(ACTIONS),
  /** How many matches it strikes; without it, every one until cleared. */
  times: z.int().min(1).optional(),
  /** Strike only each n-th match: `every: 20` is 5 %, and the same 5 % in every run. */
  every: z.int().min(1).default(1),
  /** Ends by itself this long after it was armed, in real time. */
  forSeconds: z.int().min(1).max(3600).optional(),
  delayMs: z.int().min(0).max(600_000).default(1000),
})
export const faultScript = z.union([z.array(faultSchema), faultSchema.transform((fault) => [fault])])
export type Fault = z.infer<typeof faultSchema>

interface Armed extends Fault {
  /** Real time, milliseconds. */
  endsAtMs: number
  seen: number
  struck: number
}

export interface Faults {
  add(faults: Fault[]): void
  clear(): void
  list(): readonly Armed[]
  /** `subject` is "POST /v1/refunds" with the route's pattern or the real path, or "event:" and a type. */
  strike(...subjects: string[]): Fault | undefined
}

const API_ONLY = new Set<FaultAction>(['500-after-success'])
const EVENT_ONLY = new Set<FaultAction>(['duplicate', 'reorder'])

export function openFaults(): Faults {
  let armed: Armed[] = []
  const dropEnded = () => {
    armed = armed.filter(({ endsAtMs }) => endsAtMs > Date.now())
  }
  return {
    add(faults) {
      for (const fault of faults) {
        const event = fault.match.startsWith('event:')
        if ((event ? API_ONLY : EVENT_ONLY).has(fault.action)) {
          throw new RangeError(`${fault.action} is not a fault of ${event ? 'events' : 'API calls'}`)
        }
      }
      armed.push(
        ...faults.map((fault) => ({
          ...fault,
          endsAtMs: Date.now() + (fault.forSeconds ?? Infinity) * 1000,
          seen: 0,
          struck: 0,
        })),
      )
    },
    clear() {
      armed = []
    },
    list() {
      dropEnded()
      return armed
    },
    strike(...subjects) {
      dropEnded()
      for (const fault of armed) {
        if (!subjects.some((subject) => matches(fault.match, subject))) continue
        fault.seen += 1
        if (fault.seen % fault.every !== 0) continue
        fault.struck += 1
        if (fault.times !== undefined && fault.struck >= fault.times)
          armed = armed.filter((other) => other !== fault)
        return fault
      }
      return undefined
    },
  }
}

function matches(pattern: string, subject: string): boolean {
  return pattern.endsWith('*') ? subject.startsWith(pattern.slice(0, -1)) : pattern === subject
}
