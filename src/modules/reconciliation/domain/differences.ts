import { isBefore, type Temporal } from '#src/kernel/time.ts'

/** How booking, ledger and Stripe can disagree. A name is never renamed: rows keep it for ever. */
export const DIFFERENCE_KINDS = [
  'missing_in_ledger',
  'missing_at_stripe',
  'amount_differs',
  'booking_differs',
  'figures_differ',
] as const
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number]

interface DifferenceWords {
  readonly name: string
  /** What is so. */
  readonly sentence: string
  /** What the next run does about it; null where no replay is right and a person has to look. */
  readonly replay: string | null
  /** What a person does, where there is no replay or it has not helped. */
  readonly help: string
}

export const DIFFERENCES: Readonly<Record<DifferenceKind, DifferenceWords>> = {
  missing_in_ledger: {
    name: 'Not in the ledger',
    sentence: 'Stripe moved this money and the ledger does not know of it.',
    replay: 'Its events are fetched from Stripe and acted on, and what they name is read again.',
    help: 'Look the object up at Stripe: it was made by hand and is none of ours, or nothing books what happened to it.',
  },
  missing_at_stripe: {
    name: 'Not at Stripe',
    sentence: 'The ledger says that money moved, and Stripe has no line for it.',
    replay: null,
    help: 'Nothing is replayed, for there is nothing at Stripe to replay. Look the object up there; what should not be in the ledger is taken back by a transfer that names it.',
  },
  amount_differs: {
    name: 'Amount differs',
    sentence: 'Stripe and the ledger know the same object and say different amounts.',
    replay: 'Its events are fetched from Stripe and acted on, and what they name is read again.',
    help: 'Compare the lines of the object at Stripe with those of the booking; what is wrong in the ledger is taken back by a transfer that names it.',
  },
  booking_differs: {
    name: 'Booking differs',
    sentence: 'What was paid for the booking less what was given back is not what the ledger took in for it.',
    replay: 'Its payment is read again from Stripe.',
    help: "Compare the booking's payment and refunds with its lines in the ledger.",
  },
  figures_differ: {
    name: 'Figures differ',
    sentence: 'The money of the booking is not what its frozen figures say.',
    replay: null,
    help: 'The figures of a booking never change: find out who wrote the payment or the postings, and correct them by transfers that name them.',
  },
}

/** Whether the kind is about an object at Stripe, and not about a booking. */
export function isOfObject(kind: DifferenceKind): boolean {
  return kind !== 'booking_differs' && kind !== 'figures_differ'
}

/** What our balance grew by for one object; null where a side has no line of it. */
export interface Sides {
  readonly stripeMinor: bigint | null
  readonly ledgerMinor: bigint | null
}

/** How the two sides disagree about one object, if they do. Lines that come to nothing need none on the other side. */
export function compareSides({ stripeMinor, ledgerMinor }: Sides): DifferenceKind | null {
  if ((stripeMinor ?? 0n) === (ledgerMinor ?? 0n)) return null
  if (ledgerMinor === null) return 'missing_in_ledger'
  return stripeMinor === null ? 'missing_at_stripe' : 'amount_differs'
}

/** What has just happened is on its way from one to the other: so young, it is no difference yet. */
export const GRACE_MINUTES = 10

export function isOnItsWay(youngestAt: Temporal.Instant, now: Temporal.Instant): boolean {
  return isBefore(now.subtract({ minutes: GRACE_MINUTES }), youngestAt)
}

/** After so many tries a person is asked, though the tries go on. */
const TRIES_ALONE_MAX = 2

/** What becomes of an open difference, for whoever looks at it. */
export function whatHappensNext(kind: DifferenceKind, repairCount: number): string {
  const { replay, help } = DIFFERENCES[kind]
  if (replay === null) return help
  return repairCount < TRIES_ALONE_MAX ? replay : `Tried ${repairCount} times in vain. ${help}`
}

const OBJECTS: Readonly<Record<string, string>> = {
  ch: 'charge',
  py: 'payment',
  re: 'refund',
  pyr: 'refund',
  tr: 'transfer',
  trr: 'transfer reversal',
  dp: 'dispute',
  du: 'dispute',
  po: 'bank payout',
  tu: 'top-up',
  txn: 'balance transaction',
}

/** What an id names, in a word: 'charge' for ch_…. */
export function objectWord(objectId: string): string {
  return OBJECTS[objectId.slice(0, Math.max(0, objectId.indexOf('_')))] ?? 'posting'
}
