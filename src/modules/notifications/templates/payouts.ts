import type { Temporal } from '#src/kernel/time.ts'
import { earningsUrl, statementUrl } from '../domain/links.ts'
import { exactWhen, shortDate, shortWhen } from '../domain/when.ts'
import {
  amountOf,
  instantIn,
  minorIn,
  type Detail,
  type Link,
  type MailContent,
  type PayoutView,
  type PriceLine,
} from './content.ts'

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

/** An event of before payouts could be sent in part names no amount: it was all. */
function sentMinorOf({ payout, event }: PayoutView): bigint {
  return 'amountMinor' in event ? minorIn(event, 'amountMinor') : payout.amountMinor
}

/** What was earned, what of it is kept for an earlier debt, and what was sent. */
function sentLines(view: PayoutView): PriceLine[] {
  const { payout, event } = view
  const sentMinor = sentMinorOf(view)
  const nettedMinor = minorIn(event, 'nettedMinor')
  const amount = (minor: bigint) => amountOf(minor, payout.currency)
  const earned = payout.bookings.map(({ code }) => ({
    label: code,
    amount: amount(sentMinor + nettedMinor),
  }))
  const kept =
    nettedMinor > 0n ? [{ label: 'Kept for what was refunded before', amount: amount(-nettedMinor) }] : []
  return [...earned, ...kept, { label: 'Payout', amount: amount(sentMinor), total: true }]
}

function wasPaidDetail({ paidAt, dueAt, timeZone }: PayoutView['payout']): Detail {
  return { label: 'Was paid', lines: [exactWhen(paidAt ?? dueAt, timeZone)] }
}

/** The month in which it is: that of the sending or taking back, in UTC, as the statement has it. */
function statementLink({ payout, appUrl }: PayoutView, at: Temporal.Instant): Link {
  return { label: 'Statement of the month', url: statementUrl(appUrl, payout, at) }
}

function shared(view: PayoutView, at: Temporal.Instant) {
  const { payout, appUrl } = view
  return {
    button: { label: 'See your earnings', url: earningsUrl(appUrl, payout) },
    links: [statementLink(view, at)],
    reason: `You get this mail because you run ${payout.provider.name} on Ecosystem.`,
  }
}

function takenBack(view: PayoutView): Omit<MailContent, 'subject' | 'heading' | 'paragraphs'> {
  const { payout } = view
  const left = amountOf(payout.amountMinor, payout.currency)
  return {
    preview: 'The booking was refunded after it had been paid to you.',
    mood: 'attention',
    details: [wasPaidDetail(payout), bookingsDetail(view)],
    price: [{ label: 'What is left to you', amount: left, total: true }],
    notes: [],
    ...shared(view, instantIn(view.event, 'occurredAt') ?? payout.paidAt ?? payout.dueAt),
  }
}

export function payoutSent(view: PayoutView): MailContent {
  const { payout } = view
  const sentMinor = sentMinorOf(view)
  const amount = amountOf(sentMinor, payout.currency)
  const at = payout.paidAt ?? payout.dueAt
  const codes = `For ${payout.bookings.map(({ code }) => code).join(', ')}.`
  const common = {
    preview: codes,
    mood: 'good' as const,
    details: [
      { label: 'Sent', lines: [exactWhen(at, payout.timeZone)] },
      ...(payout.slip === null
        ? []
        : [{ label: 'Promised for', lines: [exactWhen(payout.dueAt, payout.timeZone), payout.slip] }]),
      bookingsDetail(view),
    ],
    price: sentLines(view),
    notes: [],
    ...shared(view, at),
  }
  if (sentMinor === 0n) {
    return {
      ...common,
      subject: `Earned and kept for what was refunded before: ${shortDate(at, payout.timeZone)}`,
      heading: 'This payout settles what was refunded before',
      paragraphs: [
        `Hello ${payout.provider.name},`,
        'what you earned with the booking below is kept for what was given back to a customer after it had been paid to you. Nothing is sent this time.',
      ],
    }
  }
  return {
    ...common,
    subject: `Payout sent: ${amount} on ${shortDate(at, payout.timeZone)}`,
    heading: `${amount} is on its way`,
    paragraphs: [
      `Hello ${payout.provider.name},`,
      `we sent ${amount} to your payout account. Your bank shows it by ${shortDate(at.add({ hours: 24 * BANK_DAYS_MAX }), payout.timeZone)} at the latest.`,
    ],
  }
}

/** What was given back to the customer after it had been paid out has been taken back from the account. */
export function payoutReversed(view: PayoutView): MailContent {
  const { payout, event } = view
  const amount = amountOf(minorIn(event, 'amountMinor'), payout.currency)
  return {
    subject: `Taken back: ${amount} of a payout`,
    heading: `${amount} was taken back`,
    paragraphs: [
      `Hello ${payout.provider.name},`,
      `the booking below was given back to the customer, or lost to their bank, after it had been paid to you. We took ${amount} back from your payout account; nothing more is owed for it.`,
    ],
    ...takenBack(view),
  }
}

/** The account had less than was to be taken back. */
export function payoutOwed(view: PayoutView): MailContent {
  const { payout, event } = view
  const amount = amountOf(minorIn(event, 'amountMinor'), payout.currency)
  return {
    subject: `Kept from your next payouts: ${amount}`,
    heading: `${amount} is kept from your next payouts`,
    paragraphs: [
      `Hello ${payout.provider.name},`,
      `the booking below was given back to the customer, or lost to their bank, after it had been paid to you. Your payout account does not hold the ${amount} any more, so we keep it from what you earn next. You need not do anything.`,
    ],
    ...takenBack(view),
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
    ...shared(view, payout.dueAt),
    button: { label: 'Check your payout account', url: earningsUrl(view.appUrl, payout) },
  }
}
