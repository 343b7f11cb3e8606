import { expect, test } from 'vitest'
import { ANONYMOUS, type Actor, type OperatorRole } from './actor.ts'
import type { BookingId, ProviderId, UserId } from './ids.ts'
import { may, mayAs, RIGHTS, ROLES, rolesOf, type Action, type Role } from './rights.ts'

/** The table once more, from the other side: what each role can do. */
const ABILITIES: Readonly<Record<Role, readonly Action[]>> = {
  customer: ['booking.see', 'booking.report_absent_provider'],
  guest: ['booking.see', 'booking.report_absent_provider'],
  provider: [
    'booking.see',
    'booking.exceed_policy',
    'payout_account.open',
    'payout_account.connect',
    'earnings.see',
    'provider.manage',
    'review.see_hidden',
  ],
  support: [
    'booking.see',
    'booking.list_everybodys',
    'earnings.see',
    'ledger.see',
    'provider.suspend',
    'review.see_hidden',
    'review.moderate',
    'console.see',
  ],
  finance: [
    'booking.see',
    'booking.list_everybodys',
    'booking.exceed_policy',
    'booking.report_absent_provider',
    'payment.refund',
    'dispute.answer',
    'payout.retry',
    'payout_account.open',
    'earnings.see',
    'ledger.see',
    'reconciliation.ask',
    'review.see_hidden',
    'console.see',
  ],
  admin: [
    'booking.see',
    'booking.list_everybodys',
    'booking.exceed_policy',
    'booking.report_absent_provider',
    'payment.refund',
    'dispute.answer',
    'payout.retry',
    'payout_account.open',
    'earnings.see',
    'ledger.see',
    'reconciliation.ask',
    'provider.manage',
    'provider.suspend',
    'review.see_hidden',
    'review.moderate',
    'console.see',
    'mailbox.see',
  ],
  system: [
    'booking.see',
    'booking.exceed_policy',
    'booking.report_absent_provider',
    'payment.refund',
    'dispute.answer',
    'payout.retry',
    'payout_account.open',
    'reconciliation.ask',
    'provider.manage',
    'console.see',
  ],
}
const ACTIONS = Object.keys(RIGHTS) as Action[]

test.each(ROLES)('%s may do this and nothing else', (role) => {
  expect(ACTIONS.filter((action) => mayAs(role, action))).toEqual(ABILITIES[role])
})

test('who may not refund gives no more back in any other way, except what is their own to give', () => {
  const giving = ['booking.exceed_policy', 'booking.report_absent_provider'] as const
  const operators = ROLES.filter((role) => mayAs(role, 'console.see'))
  for (const action of giving)
    expect(operators.filter((role) => mayAs(role, action))).toEqual(
      operators.filter((role) => mayAs(role, 'payment.refund')),
    )
})

const own = 'own' as ProviderId
const other = 'other' as ProviderId
const me = 'me' as UserId
const bookingId = 'booking' as BookingId
const user = (operatorRole: OperatorRole | null, ...providerIds: ProviderId[]): Actor => ({
  kind: 'user',
  userId: me,
  operatorRole,
  providerIds,
})
const booking = { bookingId, customerId: me, providerId: own }

test.each<[string, Actor, object | undefined, Role[]]>([
  [
    'all that somebody is, the nearest first',
    user('support', own),
    booking,
    ['customer', 'provider', 'support'],
  ],
  ['a member', user(null, other, own), { providerId: own }, ['provider']],
  ['nothing to a member of another', user(null, other), { providerId: own }, []],
  ['nothing where nothing is named, member or not', user(null, own), undefined, []],
  ['an operator, whatever it is', user('finance'), undefined, ['finance']],
  ['the guest who has the key', { kind: 'guest', bookingId }, booking, ['guest']],
  ['nothing to a guest with another key', { kind: 'guest', bookingId: 'b' as BookingId }, booking, []],
  ['nothing to a guest beside a booking', { kind: 'guest', bookingId }, { providerId: own }, []],
  ['nothing to somebody unknown', ANONYMOUS, { ...booking, customerId: null }, []],
  ['the system', { kind: 'system', name: 'test' }, booking, ['system']],
])('is %s', (_, actor, subject, roles) => {
  expect(rolesOf(actor, subject)).toEqual(roles)
})

test('what any of somebody’s roles allows is allowed', () => {
  expect(may(user('support', own), 'provider.manage', { providerId: own })).toBe(true)
  expect(may(user('support', own), 'provider.manage', { providerId: other })).toBe(false)
  expect(may(user('support'), 'provider.suspend', { providerId: own })).toBe(true)
})
