import { expect, test } from 'vitest'
import { ANONYMOUS, type Actor } from '#src/kernel/actor.ts'
import type { UserId } from '#src/kernel/ids.ts'
import { mayReadMailbox } from './mailbox-access.ts'

const operator = (operatorRole: 'support' | 'admin'): Actor => ({
  kind: 'user',
  userId: '9f1d0c7b-2a3e-4d5f-8a6b-7c8d9e0f1a2b' as UserId,
  operatorRole,
  providerIds: [],
})

test('the mailbox is open in a demo and to developers, else to administrators only, and never without the embedded mailer', () => {
  const production = { MAILER: 'mailbox', DEMO_MODE: false, NODE_ENV: 'production' } as const
  expect(mayReadMailbox({ ...production, DEMO_MODE: true }, ANONYMOUS)).toBe(true)
  expect(mayReadMailbox({ ...production, NODE_ENV: 'development' }, ANONYMOUS)).toBe(true)
  expect(mayReadMailbox(production, ANONYMOUS)).toBe(false)
  expect(mayReadMailbox(production, operator('support'))).toBe(false)
  expect(mayReadMailbox(production, operator('admin'))).toBe(true)
  expect(mayReadMailbox({ ...production, DEMO_MODE: true, MAILER: 'smtp' }, operator('admin'))).toBe(false)
})
