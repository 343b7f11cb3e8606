import { expect, test } from 'vitest'
import { ANONYMOUS, mayManageProvider, OPERATOR_ROLES, type Actor, type OperatorRole } from './actor.ts'
import type { BookingId, ProviderId, UserId } from './ids.ts'

const own = 'own' as ProviderId
const other = 'other' as ProviderId
const user = (operatorRole: OperatorRole | null, ...providerIds: ProviderId[]): Actor => ({
  kind: 'user',
  userId: 'somebody' as UserId,
  operatorRole,
  providerIds,
})

test('a provider is run by its members, and by nobody who is a member elsewhere', () => {
  expect(mayManageProvider(user(null, own), own)).toBe(true)
  expect(mayManageProvider(user(null, other, own), own)).toBe(true)
  expect(mayManageProvider(user(null, other), own)).toBe(false)
  expect(mayManageProvider(user(null), own)).toBe(false)
})

test('of the operators only administrators run the providers of others', () => {
  expect(OPERATOR_ROLES.filter((role) => mayManageProvider(user(role), own))).toEqual(['admin'])
  // An operator who has a business runs that.
  expect(mayManageProvider(user('support', own), own)).toBe(true)
})

test('the system may, and neither a guest nor somebody unknown', () => {
  expect(mayManageProvider({ kind: 'system', name: 'test' }, own)).toBe(true)
  expect(mayManageProvider({ kind: 'guest', bookingId: 'own' as BookingId }, own)).toBe(false)
  expect(mayManageProvider(ANONYMOUS, own)).toBe(false)
})
