import { EMAIL_VERIFICATION_HOURS, PASSWORD_RESET_HOURS } from '../domain/account-links.ts'
import { greetingName } from '../domain/plain-words.ts'
import type { AccountView, MailContent } from './content.ts'

const HOURS_A_DAY = 24

function hello({ name }: AccountView): string {
  const greeted = greetingName(name)
  return greeted === null ? 'Hello,' : `Hello ${greeted},`
}

export function passwordReset(view: AccountView): MailContent {
  return {
    subject: `Choose a new password (the link works for ${PASSWORD_RESET_HOURS} hour)`,
    preview: 'If you did not ask for this, nothing changes.',
    mood: 'neutral',
    heading: 'Choose a new password',
    paragraphs: [
      hello(view),
      'somebody, hopefully you, asked for a new password for your account.',
      `The link works once, within ${PASSWORD_RESET_HOURS} hour. Afterwards you are signed out everywhere else.`,
    ],
    details: [],
    price: [],
    notes: [
      'If it was not you, leave this mail alone: the present password stays, and nobody has seen anything of the account.',
    ],
    button: { label: 'Choose a new password', url: view.url },
    reason: 'You get this mail because a new password was asked for at Ecosystem with your address.',
  }
}

export function emailVerification(view: AccountView): MailContent {
  return {
    subject: `Confirm your email address within ${EMAIL_VERIFICATION_HOURS / HOURS_A_DAY} days`,
    preview: 'Then bookings made with it as a guest can join your account.',
    mood: 'good',
    heading: 'Is this your address?',
    paragraphs: [
      hello(view),
      'your account is ready, and you can use it already.',
      'Once you confirm that this mailbox is yours, bookings that were made with its address as a guest can join your account.',
    ],
    details: [],
    price: [],
    notes: [
      'If you have no account with us, leave this mail alone: without your confirmation it gets nothing of yours.',
    ],
    button: { label: 'Confirm the address', url: view.url },
    reason: 'You get this mail because an account was opened at Ecosystem with your address.',
  }
}
