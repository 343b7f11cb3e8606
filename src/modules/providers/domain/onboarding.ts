import { isDisconnected } from './payout-account.ts'

export const ONBOARDING_STEPS = ['profile', 'services', 'availability', 'payouts', 'go_live'] as const
export type OnboardingStepId = (typeof ONBOARDING_STEPS)[number]

/** What is still missing, as a stable code and a sentence for the provider. */
export interface OpenPoint {
  readonly code: string
  readonly sentence: string
}

export interface OnboardingStep {
  readonly id: OnboardingStepId
  readonly done: boolean
  readonly open: readonly OpenPoint[]
}

export interface OnboardingFacts {
  readonly status: 'draft' | 'in_review' | 'live' | 'paused' | 'suspended'
  readonly headline: string
  readonly city: string
  readonly hasCoordinates: boolean
  readonly activeServiceCount: number
  readonly onSiteServiceCount: number
  readonly openingRuleCount: number
  readonly hasPayoutAccount: boolean
  readonly payoutAccountReady: boolean
  readonly payoutAccountRequirements: readonly string[]
}

/** Derived from what is there, so that each step is saved by itself, in any order, on any device. */
export function onboardingSteps(facts: OnboardingFacts): OnboardingStep[] {
  const profile: OpenPoint[] = []
  if (facts.headline === '') profile.push({ code: 'headline', sentence: 'Say in one line what you offer.' })
  if (facts.onSiteServiceCount > 0 && facts.city === '') {
    profile.push({ code: 'address', sentence: 'Give your town, so that customers near you find you.' })
  } else if (facts.onSiteServiceCount > 0 && !facts.hasCoordinates) {
    profile.push({
      code: 'position',
      sentence: `Show us where ${facts.city} is: press “I am there now” in your profile.`,
    })
  }
  const services: OpenPoint[] =
    facts.activeServiceCount === 0
      ? [{ code: 'service', sentence: 'Add a service with its price and length.' }]
      : []
  const availability: OpenPoint[] =
    facts.openingRuleCount === 0
      ? [{ code: 'hours', sentence: 'Set the hours in which you can be booked.' }]
      : []
  const payouts = openPayoutPoints(facts)
  const goLive: OpenPoint[] = facts.status === 'live' ? [] : [goLivePoint(facts.status)]
  const step = (id: OnboardingStepId, open: OpenPoint[]) => ({ id, done: open.length === 0, open })
  return [
    step('profile', profile),
    step('services', services),
    step('availability', availability),
    step('payouts', payouts),
    step('go_live', goLive),
  ]
}

/** What stands against publishing. Payouts do not: the page may be seen before it can be booked. */
export function openPointsBeforeGoLive(steps: readonly OnboardingStep[]): OpenPoint[] {
  return steps.filter(({ id }) => id !== 'payouts' && id !== 'go_live').flatMap(({ open }) => open)
}

function openPayoutPoints(facts: OnboardingFacts): OpenPoint[] {
  if (facts.payoutAccountReady) return []
  if (!facts.hasPayoutAccount) {
    return [
      {
        code: 'payout_account',
        sentence: 'Set up payouts: until then your page can be seen but not booked.',
      },
    ]
  }
  if (isDisconnected(facts.payoutAccountRequirements)) {
    return [
      {
        code: 'payout_disconnected',
        sentence: 'Your payout account was disconnected. Connect it again, or set up another one.',
      },
    ]
  }
  const count = facts.payoutAccountRequirements.length
  const more = count === 0 ? '' : ` ${count} ${count === 1 ? 'answer is' : 'answers are'} still missing.`
  return [{ code: 'payout_requirements', sentence: `Finish the payout set-up.${more}` }]
}

function goLivePoint(status: OnboardingFacts['status']): OpenPoint {
  if (status === 'suspended')
    return { code: 'suspended', sentence: 'Your page was suspended. Write to us to have it back.' }
  if (status === 'paused')
    return { code: 'paused', sentence: 'Your page is paused. Publish it to be found again.' }
  return { code: 'unpublished', sentence: 'Publish your page.' }
}
