import { expect, it } from 'vitest'
import type { Actor } from '#src/kernel/actor.ts'
import type { BookingId, ProviderId, UserId } from '#src/kernel/ids.ts'
import { partyOf, type Involved } from './party.ts'

const booking: Involved = {
  id: 'b' as BookingId,
  customerId: 'customer' as UserId,
  providerId: 'p' as ProviderId,
}
const user = (userId: string, providerIds: string[] = [], operator = false): Actor => ({
  kind: 'user',
  userId: userId as UserId,
  providerIds: providerIds as ProviderId[],
  operatorRole: operator ? 'support' : null,
})

it.each<[string, Actor, string | null]>([
  ['the customer', user('customer'), 'customer'],
  ['the customer who also works there', user('customer', ['p']), 'customer'],
  ['a member of the provider', user('other', ['p']), 'provider'],
  ['a member who is an operator too', user('other', ['p'], true), 'provider'],
  ['an operator', user('other', [], true), 'operator'],
  ['a stranger with an account', user('other', ['q']), null],
  ['the guest with its link', { kind: 'guest', bookingId: 'b' as BookingId }, 'guest'],
  ['a guest with the link of another booking', { kind: 'guest', bookingId: 'c' as BookingId }, null],
  ['nobody in particular', { kind: 'anonymous' }, null],
])('%s', (_who, actor, party) => {
  expect(partyOf(booking, actor)).toBe(party)
})
