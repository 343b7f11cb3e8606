import { sayMoment } from './format.ts'

export interface PolicyStep {
  /** Until when this share comes back. */
  until: string
  refundPercent: number
}

/** "Free to cancel until Wed, Nov 25, 2:00 PM; then 50 % back until the start." Steps in order of time; those behind `now` are left out. */
export function policySentence(
  steps: readonly PolicyStep[],
  startsAt: string,
  now: string,
  timeZone: string,
  locale: string,
): string {
  const ahead = steps.filter((step) => Date.parse(step.until) > Date.parse(now))
  const giving = ahead.filter((step) => step.refundPercent > 0)
  if (giving.length === 0) return 'Cancelling gives no refund.'
  const clauses = giving.map((step, index) => {
    const until =
      Date.parse(step.until) >= Date.parse(startsAt) ? 'the start' : sayMoment(step.until, timeZone, locale)
    const words = step.refundPercent === 100 ? 'free to cancel' : `${step.refundPercent} % back`
    const clause = index === 0 ? words.charAt(0).toUpperCase() + words.slice(1) : `then ${words}`
    return `${clause} until ${until}`
  })
  const last = giving.at(-1)
  const endsEarly = last !== undefined && Date.parse(last.until) < Date.parse(startsAt)
  return `${clauses.join('; ')}${endsEarly ? '; after that no refund' : ''}.`
}

/** The four policies without dates, for before a time is chosen. */
export const POLICY_WORDS: Readonly<Record<'flexible' | 'moderate' | 'strict' | 'non_refundable', string>> = {
  flexible: 'Free to cancel until 24 h before, then 50 % back.',
  moderate: 'Free to cancel until 72 h before, 50 % back until 24 h before, then no refund.',
  strict: '50 % back until 7 days before, then no refund.',
  non_refundable: 'Cancelling gives no refund.',
}
