import { payoutAccountUrl } from '../domain/links.ts'
import { exactWhen } from '../domain/when.ts'
import type { MailContent, PayoutAccountView } from './content.ts'

function shared({ account, appUrl }: PayoutAccountView) {
  return {
    mood: 'attention' as const,
    price: [],
    button: { label: 'See your payout account', url: payoutAccountUrl(appUrl, account) },
    reason: `You get this mail because you run ${account.provider.name} on Ecosystem.`,
  }
}

export function payoutsNotReady(view: PayoutAccountView): MailContent {
  const { account } = view
  return {
    ...shared(view),
    subject: `Your payout account needs attention: ${account.provider.name}`,
    preview: 'New bookings are paused until it can receive money again.',
    heading: 'Your payout account needs attention',
    paragraphs: [
      `Hello ${account.provider.name},`,
      account.disconnected
        ? 'your payout account was disconnected from us, and money can no longer be sent to it. Connect it again, or set up another one.'
        : `the payment company has paused your payout account.${missing(account.missingCount)}`,
      'Until then your page can be seen but not booked. Bookings you have stay as they are, and what you have earned waits for you.',
    ],
    details: [],
    notes: ['As soon as the account is in order you can be booked again, and what is due is sent by itself.'],
  }
}

function missing(count: number): string {
  if (count === 0) return ' Its page says why, and what to do.'
  return ` ${count === 1 ? 'One answer is' : `${count} answers are`} missing; its page asks for ${count === 1 ? 'it' : 'them'}.`
}

export function bankPayoutFailed(view: PayoutAccountView): MailContent {
  const { account } = view
  return {
    ...shared(view),
    subject: `Your bank sent a payout back: ${account.provider.name}`,
    preview: 'The money is safe. Please check your bank details.',
    heading: 'Your bank sent a payout back',
    paragraphs: [
      `Hello ${account.provider.name},`,
      `the payment company tried to pay money out to your bank, and it came back. ${account.bankFailure ?? ''}`,
      'The money is safe in your payout account. Please open it and correct your bank details there; it is then paid out again.',
    ],
    details:
      account.bankFailedAt === null
        ? []
        : [{ label: 'Came back', lines: [exactWhen(account.bankFailedAt, account.timeZone)] }],
    notes: ['You can still be booked.'],
  }
}
