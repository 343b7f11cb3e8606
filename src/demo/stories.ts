import type { Random } from './random.ts'

/** What somebody does about a booking, and when: counted in hours from its making, its start or its end. */
export interface Act {
  readonly does:
    | 'accept'
    | 'decline'
    | 'cancel'
    | 'cancel as provider'
    | 'reschedule'
    | 'report absent customer'
    | 'report absent provider'
    | 'review'
  readonly from: 'booked' | 'start' | 'end'
  readonly hours: number
}

/** How one booking is meant to go. Hours are counted from the present, so that the past is always as long ago. */
export interface Story {
  /** Names it; the same booking when told again. */
  readonly name: string
  readonly who: 'demo customer' | 'customer' | 'guest'
  readonly provider: 'showcase' | 'any'
  readonly service: 'instant' | 'request' | 'group'
  /** Only a service whose terms give back what the story needs. */
  readonly policy?: 'flexible'
  readonly bookedAt: number
  /** It starts somewhere between these. */
  readonly starts: readonly [earliest: number, latest: number]
  /** Not over before this many hours from the present. */
  readonly endsAfter?: number
  /** Stories of one session share it: the seats of a group. */
  readonly session?: string
  /** `later` pays nothing and goes on; `never` does not even open the payment page. */
  readonly pays: 'at once' | 'later' | 'never'
  /** Another card than the one that the payment page suggests. */
  readonly card?: string
  readonly acts: readonly Act[]
}

type Outline = Partial<Omit<Story, 'name'>>

const DAY = 24
/** The card whose owner tells the bank, soon after, that it was not them. */
const DISPUTED_CARD = '4000000000000259'
/** How far back the first booking is made; the clock starts before it. */
export const HISTORY_DAYS = 21

const ACCEPT: Act = { does: 'accept', from: 'booked', hours: 3 }
const DECLINE: Act = { does: 'decline', from: 'booked', hours: 5 }
const MOVE: Act = { does: 'reschedule', from: 'booked', hours: 6 }
const LATE_CANCEL: Act = { does: 'cancel', from: 'start', hours: -21 }
const PROVIDER_CANCEL: Act = { does: 'cancel as provider', from: 'booked', hours: 9 }
const NO_CUSTOMER: Act = { does: 'report absent customer', from: 'end', hours: 1 }
const NO_PROVIDER: Act = { does: 'report absent provider', from: 'end', hours: 1 }

export interface Telling {
  readonly scale: 'full' | 'small'
  /** Hours since midnight where the showcase is: its days are told as its calendar has them. */
  readonly hourAtShowcase: number
}

/** How many people the showcase sees today and on each of the days after. */
const SHOWCASE_DAYS = [6, 5, 4, 5, 4, 3, 2]

/** A month in the life of the marketplace: every state a booking can be in, as often as it would occur, give or take. */
export function tellStories(random: Random, { scale, hourAtShowcase }: Telling): Story[] {
  const stories: Story[] = []
  const times = (full: number) => (scale === 'full' ? full : Math.max(1, Math.round(full / 12)))
  const tell = (name: string, count: number, outline: () => Outline) => {
    for (let index = 1; index <= count; index += 1) {
      const told = outline()
      stories.push({ ...usual(random), ...told, name: `${name}-${index}` })
    }
  }
  const review = (): Act => ({ does: 'review', from: 'end', hours: random.between(2, 60) })
  const ago = (days: number, span: number) => {
    const start = -days * DAY - random.next() * span * DAY
    return {
      bookedAt: Math.max(start - random.between(20, 96), -HISTORY_DAYS * DAY + 2),
      starts: [start, start + 2 * DAY],
    } as const
  }
  const ahead = (from: number, until: number, bookedAgo: number) =>
    ({ bookedAt: -random.between(2, bookedAgo), starts: [from, until] }) as const

  const showcase = { provider: 'showcase' } as const
  const demoCustomer = { who: 'demo customer' } as const

  tell('paid-out', times(29), () => ({ ...ago(10, 8), acts: random.chance(0.85) ? [review()] : [] }))
  tell('paid-out-showcase', times(5), () => ({ ...showcase, ...ago(10, 8), acts: [review()] }))
  tell('paid-out-demo', times(3), () => ({ ...demoCustomer, ...ago(10, 7), acts: [review()] }))
  tell('paid-out-request', times(3), () => ({ ...ago(10, 6), service: 'request', acts: [ACCEPT, review()] }))
  tell('in-escrow', times(11), () => ({ ...ago(2.1, 4), acts: random.chance(0.6) ? [review()] : [] }))
  tell('in-escrow-showcase', times(4), () => ({
    ...showcase,
    ...ago(2.1, 3.5),
    acts: random.chance(0.5) ? [review()] : [],
  }))
  tell('in-escrow-demo', times(2), () => ({ ...demoCustomer, ...ago(2.1, 3), acts: [] }))
  tell('class-past', times(4), () => ({
    ...ago(5, 0),
    bookedAt: -7 * DAY,
    service: 'group',
    session: 'past',
    acts: random.chance(0.5) ? [review()] : [],
  }))

  tell('in-progress', times(4), () => ({
    bookedAt: -random.between(26, 40),
    starts: [-1.4, -0.05],
    endsAfter: 0.3,
  }))
  tell('today', times(5), () => ahead(0.5, 20, 70))
  tell('tomorrow', times(5), () => ahead(20, 44, 90))
  tell('next-week', times(5), () => ahead(3 * DAY, 9 * DAY, 120))
  SHOWCASE_DAYS.forEach((count, day) => {
    const midnight = day * DAY - hourAtShowcase
    tell(`showcase-day-${day}`, times(count), () => ({
      ...showcase,
      // Before the day begins, whatever the hour is now: today has a morning as well.
      bookedAt: Math.min(midnight, 0) - random.between(5, 70),
      starts: [midnight, midnight + DAY],
    }))
  })
  tell('upcoming-demo', times(3), () => ({ ...demoCustomer, ...ahead(20, 6 * DAY, 60) }))
  tell('class-ahead', times(4), () => ({
    ...showcase,
    bookedAt: -random.between(6, 30),
    starts: [20, 7 * DAY],
    service: 'group',
    session: 'ahead',
  }))

  tell('asked', times(3), () => ({
    bookedAt: -random.between(1, 9),
    starts: [40, 6 * DAY],
    service: 'request',
  }))
  tell('asked-showcase', times(3), () => ({
    ...showcase,
    bookedAt: -random.between(2, 14),
    starts: [40, 6 * DAY],
    service: 'request',
  }))
  tell('asked-demo', times(1), () => ({
    ...demoCustomer,
    bookedAt: -4,
    starts: [60, 6 * DAY],
    service: 'request',
  }))
  tell('accepted', times(2), () => ({
    ...ahead(40, 6 * DAY, 60),
    service: 'request',
    acts: [{ ...ACCEPT, hours: 1 }],
  }))
  tell('held', times(2), () => ({ who: 'guest', bookedAt: 0, starts: [10, 5 * DAY], pays: 'later' }))
  tell('held-demo', times(1), () => ({ ...demoCustomer, bookedAt: 0, starts: [20, 5 * DAY], pays: 'later' }))
  tell('expired', times(3), () => ({ ...ago(1.5, 12), pays: 'later' }))
  tell('abandoned', times(2), () => ({ ...ago(1.5, 12), pays: 'never' }))

  tell('declined', times(3), () => ({ ...ago(1, 12), service: 'request', acts: [DECLINE] }))
  tell('declined-demo', times(1), () => ({
    ...demoCustomer,
    ...ago(3, 2),
    service: 'request',
    acts: [DECLINE],
  }))
  tell('unanswered', times(3), () => {
    const bookedAt = -random.between(2, 14) * DAY
    return { bookedAt, starts: [bookedAt + 48, bookedAt + 120], service: 'request' }
  })
  tell('cancelled-late', times(3), () => ({
    ...ago(1, 12),
    bookedAt: -19 * DAY,
    who: 'customer',
    policy: 'flexible',
    acts: [LATE_CANCEL],
  }))
  tell('cancelled-late-demo', times(1), () => ({
    ...demoCustomer,
    ...ago(4, 1),
    bookedAt: -8 * DAY,
    policy: 'flexible',
    acts: [LATE_CANCEL],
  }))
  tell('cancelled-early', times(3), () => ({
    ...{
      who: 'guest',
      bookedAt: -random.between(3, 14) * DAY,
      starts: [2 * DAY, 8 * DAY],
      policy: 'flexible',
    },
    acts: [{ does: 'cancel', from: 'booked', hours: 8 }],
  }))
  tell('cancelled-by-provider', times(2), () => ({
    ...ago(1, 9),
    bookedAt: -15 * DAY,
    acts: [PROVIDER_CANCEL],
  }))
  tell('cancelled-late-showcase', times(2), () => ({
    ...showcase,
    ...ago(1.5, 7),
    bookedAt: -12 * DAY,
    policy: 'flexible',
    acts: [LATE_CANCEL],
  }))
  tell('declined-showcase', times(1), () => ({
    ...showcase,
    ...ago(1, 5),
    service: 'request',
    acts: [DECLINE],
  }))
  tell('cancelled-by-showcase', times(1), () => ({
    ...showcase,
    ...ago(2, 3),
    bookedAt: -9 * DAY,
    acts: [PROVIDER_CANCEL],
  }))

  tell('customer-absent', times(2), () => ({ ...ago(1.2, 9), acts: [NO_CUSTOMER] }))
  tell('customer-absent-showcase', times(1), () => ({ ...showcase, ...ago(9, 2), acts: [NO_CUSTOMER] }))
  tell('provider-absent', times(2), () => ({ ...ago(1.2, 9), acts: [NO_PROVIDER] }))
  tell('disputed', times(1), () => ({ ...ago(1.5, 2), card: DISPUTED_CARD }))
  tell('provider-absent-demo', times(1), () => ({ ...demoCustomer, ...ago(5, 2), acts: [NO_PROVIDER] }))
  tell('moved-past', times(3), () => ({ ...ago(5, 7), acts: [MOVE, review()] }))
  tell('moved-ahead', times(2), () => ({ ...ahead(2 * DAY, 6 * DAY, 60), acts: [MOVE] }))
  tell('moved-demo', times(1), () => ({
    ...demoCustomer,
    bookedAt: -30,
    starts: [3 * DAY, 6 * DAY],
    acts: [MOVE],
  }))
  return stories
}

function usual(random: Random) {
  return {
    ...{
      who: random.chance(0.45) ? 'guest' : 'customer',
      provider: 'any',
      service: 'instant',
      pays: 'at once',
    },
    ...{ bookedAt: -DAY, starts: [DAY, 2 * DAY], acts: [] },
  } as const satisfies Partial<Story>
}
