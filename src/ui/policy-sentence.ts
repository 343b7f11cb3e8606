import type { MoneyJson } from '#src/kernel/money.ts'
import type { CancellationPolicy } from '#src/kernel/service-terms.ts'
import { sayMoment, sayMoney, sayPercent } from './format.ts'

export interface PolicyStep {
  /** Until when this share comes back. */
  until: string
  refundPercent: number
}

/** "Free to cancel until Wed, Nov 25, 2:00 PM; then 50% back until the start." Steps in order of time; those behind `now` are left out. */
export function policySentence(
  steps: readonly PolicyStep[],
  startsAt: string,
  now: string,
  timeZone: string,
  locale: string,
): string {
  return sentence(steps, startsAt, now, timeZone, locale, ({ refundPercent }) =>
    refundPercent === 100 ? 'free to cancel' : `${sayPercent(refundPercent)} back`,
  )
}

export interface RefundStep {
  hoursBefore: number
  refundPercent: number
  refund: MoneyJson
}

/** "$83.60 back until Wed, Nov 25, 2:00 PM; then $41.80 back until the start." For a start that is only being considered. */
export function refundSentence(
  steps: readonly RefundStep[],
  startsAt: string,
  now: string,
  timeZone: string,
  locale: string,
): string {
  const dated = steps.map(({ hoursBefore, ...step }) => ({
    ...step,
    until: new Date(Date.parse(startsAt) - hoursBefore * HOUR_MS).toISOString(),
  }))
  return sentence(dated, startsAt, now, timeZone, locale, ({ refund }) => `${sayMoney(refund, locale)} back`)
}

const HOUR_MS = 3_600_000

function sentence<Step extends PolicyStep>(
  steps: readonly Step[],
  startsAt: string,
  now: string,
  timeZone: string,
  locale: string,
  say: (step: Step) => string,
): string {
  const ahead = steps.filter((step) => Date.parse(step.until) > Date.parse(now))
  // Where a ceiling makes two steps alike, only the later says anything.
  const giving = ahead
    .filter((step) => step.refundPercent > 0)
    .filter((step, index, all) => all[index + 1]?.refundPercent !== step.refundPercent)
  if (giving.length === 0) return 'Cancelling gives no refund.'
  const clauses = giving.map((step, index) => {
    const until =
      Date.parse(step.until) >= Date.parse(startsAt) ? 'the start' : sayMoment(step.until, timeZone, locale)
    const words = say(step)
    const clause = index === 0 ? words.charAt(0).toUpperCase() + words.slice(1) : `then ${words}`
    return `${clause} until ${until}`
  })
  const last = giving.at(-1)
  const endsEarly = last !== undefined && Date.parse(last.until) < Date.parse(startsAt)
  return `${clauses.join('; ')}${endsEarly ? '; after that no refund' : ''}.`
}

/** The four policies without dates, for before a time is chosen. */
export const POLICY_WORDS: Readonly<Record<CancellationPolicy, string>> = {
  flexible: 'Free to cancel until 24 h before, then 50% back.',
  moderate: 'Free to cancel until 72 h before, 50% back until 24 h before, then no refund.',
  strict: '50% back until 7 days before, then no refund.',
  non_refundable: 'Cancelling gives no refund.',
}
