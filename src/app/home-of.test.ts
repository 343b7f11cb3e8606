import { expect, test } from 'vitest'
import type { Actor } from '#src/kernel/actor.ts'
import type { ProviderId, UserId } from '#src/kernel/ids.ts'
import { homeOf } from './home-of.ts'

const user: Extract<Actor, { kind: 'user' }> = {
  kind: 'user',
  userId: 'b5f4d2d0-0000-4000-8000-000000000001' as UserId,
  operatorRole: null,
  providerIds: [],
}
const provides = ['b5f4d2d0-0000-4000-8000-000000000002' as ProviderId]

test.each([
  ['a customer to their bookings', user, '/dashboard'],
  ['a provider to the workspace', { ...user, providerIds: provides }, '/provider'],
  ['an operator to the console', { ...user, operatorRole: 'support' }, '/operator'],
  [
    'an operator who also provides to the console',
    { ...user, operatorRole: 'admin', providerIds: provides },
    '/operator',
  ],
] as const)('signing in leads %s', (_, actor, href) => {
  expect(homeOf(actor).href).toBe(href)
})
