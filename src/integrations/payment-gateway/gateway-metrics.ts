import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { CircuitState } from '#src/platform/circuit-breaker.ts'
import type { EventEndpoint, PaymentGateway } from './port.ts'

export type GatewayOperation = keyof PaymentGateway
/** As `port.ts` says it: rejected is a definitive no; of what is unanswered nobody knows whether it took effect. */
export type CallOutcome = 'answered' | 'rejected' | 'unanswered' | 'not_asked' | 'bug'

export interface GatewayMetrics {
  /** Begins to time a call. @returns what to say its outcome to. */
  time(operation: GatewayOperation): (outcome: CallOutcome) => void
  rateLimited(): void
  /** An event was turned away. */
  unsigned(endpoint: EventEndpoint, because: UnsignedBecause): void
  /** How far our clock is ahead of the one that an event was signed by; below zero: behind. */
  skew(endpoint: EventEndpoint, seconds: number): void
}

/** Why the signature of an event does not count. Forged: made with another secret, or for other bytes. */
export const UNSIGNED_BECAUSE = ['missing', 'garbled', 'forged', 'too_old', 'unreadable'] as const
export type UnsignedBecause = (typeof UNSIGNED_BECAUSE)[number]
const ENDPOINTS: readonly EventEndpoint[] = ['platform', 'connect']

const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 8, 12, 20, 40]
const STATES: readonly CircuitState[] = ['closed', 'open', 'half_open']

export function gatewayMetrics(registry: Registry, circuit: () => CircuitState): GatewayMetrics {
  const registers = [registry]
  const durations = new Histogram({
    name: 'ecosystem_gateway_call_duration_seconds',
    help: 'Calls of the payment gateway, the wait for their turn included',
    labelNames: ['operation', 'outcome'],
    buckets: SECONDS,
    registers,
  })
  const rateLimited = new Counter({
    name: 'ecosystem_gateway_rate_limited_total',
    help: 'Requests that the payment gateway turned away because there were too many',
    registers,
  })
  const unsigned = new Counter({
    name: 'ecosystem_webhook_unsigned_total',
    help: 'Events that were refused because their signature does not count',
    labelNames: ['endpoint', 'reason'],
    registers,
  })
  // From the beginning, so that the first one is a rise from 0, which an alert on the rate sees.
  for (const endpoint of ENDPOINTS)
    for (const reason of UNSIGNED_BECAUSE) unsigned.inc({ endpoint, reason }, 0)
  const skew = new Gauge({
    name: 'ecosystem_webhook_clock_skew_seconds',
    help: 'How far our clock was ahead of the one that the last event was signed by. Above 300 all are refused',
    labelNames: ['endpoint'],
    registers,
  })
  registry.registerMetric(
    new Gauge({
      name: 'ecosystem_gateway_circuit_state',
      help: 'Whether the payment gateway is asked (closed), left alone (open), or tried (half_open): 1 for what is so',
      labelNames: ['state'],
      registers: [],
      collect() {
        for (const state of STATES) this.set({ state }, state === circuit() ? 1 : 0)
      },
    }),
  )
  return {
    time(operation) {
      const stop = durations.startTimer({ operation })
      return (outcome) => void stop({ outcome })
    },
    rateLimited: () => rateLimited.inc(),
    unsigned: (endpoint, reason) => unsigned.inc({ endpoint, reason }),
    skew: (endpoint, seconds) => skew.set({ endpoint }, seconds),
  }
}
