import type { Temporal } from '#src/kernel/time.ts'

/** How it ended when somebody went to connect the account they have at the payment company, in words for them. */
export const CONNECTION_OUTCOMES = {
  connected: { title: 'Your account is connected', sentence: 'What you earn is paid to it from now on.' },
  denied: {
    title: 'Nothing was connected',
    sentence: 'You did not give access to an account. You can do that at any time, or set up a new one.',
  },
  lapsed: {
    title: 'That took too long',
    sentence: 'A connection has to be finished within 15 minutes. Nothing was connected; please begin again.',
  },
  used: {
    title: 'This connection was answered already',
    sentence: 'Look below for what came of it. To connect another account, begin again.',
  },
  foreign: {
    title: 'Somebody else began this connection',
    sentence: 'Nothing was connected. Sign in as the person who began it, and begin again.',
  },
  unknown: { title: 'This link is not right', sentence: 'Nothing was connected. Please begin again.' },
  kept: {
    title: 'You have a payout account',
    sentence: 'It stays the one you are paid to, because money may be on its way there.',
  },
  taken: {
    title: 'That account belongs to another provider',
    sentence: 'Each provider is paid to an account of their own. Please choose another one.',
  },
  in_flight: {
    title: 'A payout to your previous account is still under way',
    sentence: 'Nothing was connected. Please begin again in some minutes.',
  },
  rejected: {
    title: 'The account could not be connected',
    sentence: 'The payment company did not accept the answer. Nothing was connected; please begin again.',
  },
  unavailable: {
    title: 'The payment company does not answer',
    sentence: 'Please begin again in some minutes. Connecting the same account twice does no harm.',
  },
} as const satisfies Record<string, { title: string; sentence: string }>
export type ConnectionOutcome = keyof typeof CONNECTION_OUTCOMES

/** From setting out to coming back, with the time it takes to sign in there. */
export const CONNECTION_MINUTES = 15

export interface ConnectStateFacts {
  readonly userId: string
  readonly expiresAt: Temporal.Instant
  readonly usedAt: Temporal.Instant | null
}

/** Why a state could not be used by this person. */
export function whyNotUsable(
  state: ConnectStateFacts | null,
  userId: string | null,
): Extract<ConnectionOutcome, 'unknown' | 'foreign' | 'used' | 'lapsed'> {
  if (state === null) return 'unknown'
  if (state.userId !== userId) return 'foreign'
  return state.usedAt === null ? 'lapsed' : 'used'
}
