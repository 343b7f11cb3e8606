import { earningsUrl } from '../domain/links.ts'
import { exactWhen, shortDate, shortWhen } from '../domain/when.ts'
import { amountOf, type Detail, type MailContent, type PayoutView, type PriceLine } from './content.ts'

/** When a bank shows a transfer that has left the platform, at most. */
const BANK_DAYS_MAX = 7

function bookingsDetail({ payout }: PayoutView): Detail {
  const { length } = payout.bookings
  return {
    label: length === 1 ? 'Booking' : `${length} bookings`,
    lines: payout.bookings.map(
      ({ code, serviceName, startsAt }) => `${code}: ${serviceName}, ${shortWhen(startsAt, payout.timeZone)}`,
    ),
  }
}

function amountLines({ payout }: PayoutView, totalLabel: string): PriceLine[] {
  const lines = payout.bookings.map(({ code, amountMinor }) => ({
    label: code,
    amount: amountOf(amountMinor, payout.currency),
  }))
  return [...lines, { label: totalLabel, amount: amountOf(payout.amountMinor, payout.currency), total: true }]
}

function shared({ payout, appUrl }: PayoutView) {
  return {
    button: { label: 'See your earnings', url: earningsUrl(appUrl, payout) },
    reason: `You get this mail because you run ${payout.provider.name} on Ecosystem.`,
  }
}

export function payoutSent(view: PayoutView): MailContent {
  const { payout } = view
  const amount = amountOf(payout.amountMinor, payout.currency)
  const at = payout.paidAt ?? payout.dueAt
  return {
    subject: `Payout sent: ${amount} on ${shortDate(at, payout.timeZone)}`,
    preview: `For ${payout.bookings.map(({ code }) => code).join(', ')}.`,
    mood: 'good',
    heading: `${amount} is on its way`,
    paragraphs: [
      `Hello ${payout.provider.name},`,
      `we sent ${amount} to your payout account. Your bank shows it by ${shortDate(at.add({ hours: 24 * BANK_DAYS_MAX }), payout.timeZone)} at the latest.`,
    ],
    details: [{ label: 'Sent', lines: [exactWhen(at, payout.timeZone)] }, bookingsDetail(view)],
    price: amountLines(view, 'Payout'),
    notes: [],
    ...shared(view),
  }
}

export function payoutFailed(view: PayoutView): MailContent {
  const { payout } = view
  const amount = amountOf(payout.amountMinor, payout.currency)
  const why = payout.failureReason ?? ''
  return {
    subject: `Payout not sent: ${amount} is waiting`,
    preview: 'The money is safe. Please check your payout account.',
    mood: 'attention',
    heading: `${amount} could not be paid out`,
    paragraphs: [
      `Hello ${payout.provider.name},`,
      `your payout could not be sent.${why === '' ? '' : ` The answer was: ${why}`} The money is safe and stays yours.`,
      payout.attemptDueAt === null
        ? 'Please check your payout account. Our team has been told and will look at it too.'
        : `We try again by ourselves on ${exactWhen(payout.attemptDueAt, payout.timeZone)}. Please check your payout account before then.`,
    ],
    details: [{ label: 'Was due', lines: [exactWhen(payout.dueAt, payout.timeZone)] }, bookingsDetail(view)],
    price: amountLines(view, 'Waiting'),
    notes: [],
    ...shared(view),
    button: { label: 'Check your payout account', url: earningsUrl(view.appUrl, payout) },
  }
}
