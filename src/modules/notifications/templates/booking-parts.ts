import { isBefore, type Temporal } from '#src/kernel/time.ts'
import { greetingName } from '../domain/plain-words.ts'
import { documentUrl } from '../domain/links.ts'
import { exactWhen, sameClock, shortDate, shortWhen, spanWhen, clockTime, zoneLabel } from '../domain/when.ts'
import {
  amountOf,
  instantIn,
  type BookingView,
  type Detail,
  type Link,
  type MailContent,
  type PriceLine,
} from './content.ts'

/** How long banks take to show a refund (https://docs.stripe.com/refunds: five to ten business days). */
const REFUND_CALENDAR_DAYS_MAX = 14

export function isProvider({ audience }: BookingView): boolean {
  return audience === 'provider'
}

export function providerName({ facts }: BookingView): string {
  return facts.provider.name
}

/** The customer by name, or as "your customer" when the name is not one to repeat. */
export function customerName({ facts }: BookingView): string {
  return greetingName(facts.customer.name) ?? 'your customer'
}

/** Who the reader meets. */
export function otherParty(view: BookingView): string {
  return isProvider(view) ? customerName(view) : providerName(view)
}

/** "Thu, Nov 26, 2:00 PM", on the provider's clock. */
export function startShort({ facts }: BookingView): string {
  return shortWhen(facts.startsAt, facts.timeZone)
}

export function exact({ facts }: BookingView, at: Temporal.Instant): string {
  return exactWhen(at, facts.timeZone)
}

export function whenDetail({ facts, audience }: BookingView): Detail {
  const lines = [spanWhen(facts.startsAt, facts.endsAt, facts.timeZone)]
  const own = facts.customer.timeZone
  if (audience !== 'provider' && own !== null && !sameClock(facts.startsAt, own, facts.timeZone)) {
    lines.push(`On your clock: ${shortWhen(facts.startsAt, own)} (${zoneLabel(facts.startsAt, own)})`)
  }
  return { label: 'When', lines }
}

function whereDetail({ facts }: BookingView): Detail[] {
  if (facts.locationKind === 'online') return [{ label: 'Where', lines: ['Online'] }]
  return facts.address === '' ? [] : [{ label: 'Where', lines: [facts.address] }]
}

/** What every mail about a booking shows: what, when, where, with whom, and the code. */
export function bookingDetails(view: BookingView): Detail[] {
  const { facts } = view
  const extras = facts.extras.map(({ name }) => `with ${name}`)
  const details: Detail[] = [
    { label: 'Service', lines: [facts.serviceName, ...extras] },
    whenDetail(view),
    ...whereDetail(view),
  ]
  if (isProvider(view)) {
    const label = facts.customer.kind === 'guest' ? 'Guest' : 'Customer'
    details.push({ label, lines: [facts.customer.name] })
    if (facts.customerNote !== '')
      details.push({ label: 'Their note', lines: facts.customerNote.split('\n') })
  } else {
    details.push({ label: 'With', lines: [providerName(view)] })
  }
  details.push({ label: 'Booking code', lines: [facts.code] })
  return details
}

/** What the customer pays, or what the provider earns: each sees their own side, whole. */
export function priceLines(view: BookingView, totalLabel: string): PriceLine[] {
  const { facts } = view
  const line = (label: string, amountMinor: bigint): PriceLine => ({
    label,
    amount: amountOf(amountMinor, facts.currency),
  })
  if (isProvider(view)) {
    return [
      line('Price', facts.baseMinor),
      line('Commission', -facts.commissionMinor),
      { ...line('You receive', facts.providerNetMinor), total: true },
    ]
  }
  const extrasMinor = facts.extras.reduce((sum, { priceMinor }) => sum + priceMinor, 0n)
  return [
    line(facts.serviceName, facts.baseMinor - extrasMinor),
    ...facts.extras.map(({ name, priceMinor }) => line(name, priceMinor)),
    ...(facts.surchargeMinor > 0n ? [line('Guest booking fee', facts.surchargeMinor)] : []),
    { ...line(totalLabel, facts.totalMinor), total: true },
  ]
}

/** The cancellation policy as sentences with dates and amounts: nobody has to count hours. */
export function policyNote(view: BookingView): string {
  const { facts, now } = view
  const who = isProvider(view) ? 'the customer' : 'you'
  const ahead = facts.refundSteps
    .filter(({ until }) => isBefore(now, until))
    // After a late move several steps may give the same; the last of them says until when.
    .filter((step, index, steps) => step.refundPercent !== steps[index + 1]?.refundPercent)
  const paying = ahead.filter(({ refundPercent }) => refundPercent > 0)
  if (paying.length === 0) return `Cancellation: no refund if ${who} ${who === 'you' ? 'cancel' : 'cancels'}.`
  const parts = paying.map(({ until, refundPercent, refundMinor }) => {
    const share = refundPercent === 100 ? 'full refund' : `${refundPercent}% refund`
    const end = until.equals(facts.startsAt) ? 'until it starts' : `until ${shortWhen(until, facts.timeZone)}`
    return `${share} (${amountOf(refundMinor, facts.currency)}) ${end}`
  })
  const rest = paying.length < ahead.length ? '; after that no refund' : ''
  const zone = `Times are ${zoneLabel(facts.startsAt, facts.timeZone)}.`
  return `If ${who} ${who === 'you' ? 'cancel' : 'cancels'}: ${parts.join(', then ')}${rest}. ${zone}`
}

export function refundSentence(view: BookingView, refundMinor: bigint): string {
  const { facts } = view
  if (facts.payment.refundWaits)
    return `You have disputed this payment, and your bank has the money until it has decided. What of the ${amountOf(refundMinor, facts.currency)} it does not give you itself goes back to the card that paid then.`
  const askedAt = instantIn(view.event, 'occurredAt') ?? view.now
  const by = shortDate(askedAt.add({ hours: 24 * REFUND_CALENDAR_DAYS_MAX }), facts.timeZone)
  const amount = amountOf(refundMinor, facts.currency)
  return `${amount} goes back to the card that paid. We asked for it on ${shortDate(askedAt, facts.timeZone)}; banks take 5 to 10 working days, so expect it by ${by}.`
}

/** What is said of money that was only reserved. */
export function releasedSentence({ facts }: BookingView): string {
  return `You have not been charged. The reservation of ${amountOf(facts.totalMinor, facts.currency)} on your card is released; some banks show it for a few more days.`
}

export function reasonFor(view: BookingView, what = 'this booking'): string {
  if (isProvider(view))
    return `You get this mail because ${what} is with ${providerName(view)}, which you run on Ecosystem.`
  return view.audience === 'guest'
    ? `You get this mail because ${what} was made as a guest with this address. The link in it is yours alone: do not pass it on.`
    : `You get this mail because you made ${what} with your Ecosystem account.`
}

export function manageButton(view: BookingView, label?: string): MailContent['button'] {
  return { label: label ?? (isProvider(view) ? 'Open the booking' : 'Manage booking'), url: view.manageUrl }
}

/** To the customer's receipt, once there is money that it could be for. */
export function receiptLink({ appUrl, facts, guestKey: key }: BookingView): Link {
  return { label: 'Receipt', url: documentUrl(appUrl, facts, 'receipt', { key }) }
}

/** To the credit note of the refund that the event speaks of; nothing without one. */
export function creditNoteLinks({ appUrl, facts, guestKey: key, event }: BookingView): Link[] {
  const refundId = event['refundId']
  if (typeof refundId !== 'string') return []
  return [{ label: 'Credit note', url: documentUrl(appUrl, facts, 'credit-note', { key, refundId }) }]
}

export function greeting(view: BookingView): string {
  const name = isProvider(view) ? providerName(view) : greetingName(view.facts.customer.name)
  return name === null ? 'Hello,' : `Hello ${name},`
}

export function timeOnly({ facts }: BookingView, at: Temporal.Instant): string {
  return clockTime(at, facts.timeZone)
}
