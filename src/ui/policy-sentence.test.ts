import { describe, expect, it } from 'vitest'
import { policySentence, refundSentence } from './policy-sentence.ts'

const START = '2026-11-26T19:00:00Z'
const say = (steps: [until: string, refundPercent: number][], now: string) =>
  policySentence(
    steps.map(([until, refundPercent]) => ({ until, refundPercent })),
    START,
    now,
    'America/Toronto',
    'en-US',
  )

describe('the policy in one sentence', () => {
  it('names what comes back until when, in the provider’s zone', () => {
    const flexible: [string, number][] = [
      ['2026-11-25T19:00:00Z', 100],
      [START, 50],
    ]
    expect(say(flexible, '2026-11-20T00:00:00Z')).toBe(
      'Free to cancel until Wed, Nov 25, 2:00\u00a0PM; then 50% back until the start.',
    )
    expect(say(flexible, '2026-11-26T00:00:00Z')).toBe('50% back until the start.')
  })

  it('says when nothing comes back any more', () => {
    const moderate: [string, number][] = [
      ['2026-11-23T19:00:00Z', 100],
      ['2026-11-25T19:00:00Z', 50],
      [START, 0],
    ]
    expect(say(moderate, '2026-11-24T00:00:00Z')).toBe(
      '50% back until Wed, Nov 25, 2:00\u00a0PM; after that no refund.',
    )
    expect(say(moderate, '2026-11-26T00:00:00Z')).toBe('Cancelling gives no refund.')
    expect(say([[START, 0]], '2026-11-20T00:00:00Z')).toBe('Cancelling gives no refund.')
  })
})

describe('what a move does to a later refund', () => {
  const amount = (amountMinor: number) => ({ amountMinor, currency: 'USD' })
  const after = (steps: [hoursBefore: number, refundPercent: number, minor: number][], now: string) =>
    refundSentence(
      steps.map(([hoursBefore, refundPercent, minor]) => ({
        hoursBefore,
        refundPercent,
        refund: amount(minor),
      })),
      START,
      now,
      'America/Toronto',
      'en-US',
    )

  it('is said in amounts and dates', () => {
    const flexible: [number, number, number][] = [
      [24, 100, 8_360],
      [0, 50, 4_180],
    ]
    expect(after(flexible, '2026-11-20T00:00:00Z')).toBe(
      '$83.60 back until Wed, Nov 25, 2:00\u00a0PM; then $41.80 back until the start.',
    )
  })

  it('once the ceiling has come down, has one step where the policy had two', () => {
    const capped: [number, number, number][] = [
      [24, 50, 4_180],
      [0, 50, 4_180],
    ]
    expect(after(capped, '2026-11-20T00:00:00Z')).toBe('$41.80 back until the start.')
  })
})
