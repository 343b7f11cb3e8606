import type { BookingFacts, PayoutAccountFacts, PayoutFacts } from './facts.ts'

// Controls, line and paragraph separators, and the marks that reverse or hide text.
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/gu

/** What a person wrote, as one line without anything a header, a calendar file or a reader could take for something else. */
export function oneLine(text: string, lengthMax = 200): string {
  const flat = text.toWellFormed().replace(UNPRINTABLE, ' ').replace(/\s+/gu, ' ').trim()
  const characters = Array.from(flat)
  return characters.length <= lengthMax ? flat : `${characters.slice(0, lengthMax - 1).join('')}…`
}

/** Several lines of a person's words, the line breaks kept as plain newlines. */
export function severalLines(text: string, lengthMax = 1_000): string {
  const lines = text.split(/\r\n|[\r\n\u2028\u2029]/u).map((line) => oneLine(line, lengthMax))
  return lines.join('\n').trim().slice(0, lengthMax)
}

/**
 * The name to greet somebody by, or null. Anybody may type a name and somebody else's address: a "name" that is a link
 * or an advertisement is not repeated in our mail.
 */
export function greetingName(name: string): string | null {
  const line = oneLine(name, 60)
  return line === '' || /[:/@<>\\]|www\.|\p{L}\.\p{L}{2,}|\d{4,}/iu.test(line) ? null : line
}

/** The facts with everything that people typed made plain, at one place, so that no template can forget it. */
export function plainFacts(facts: BookingFacts): BookingFacts {
  return {
    ...facts,
    provider: { ...facts.provider, name: oneLine(facts.provider.name, 120) },
    customer: { ...facts.customer, name: oneLine(facts.customer.name, 120) },
    customerNote: severalLines(facts.customerNote),
    serviceName: oneLine(facts.serviceName, 120),
    extras: facts.extras.map((extra) => ({ ...extra, name: oneLine(extra.name, 120) })),
    address: oneLine(facts.address),
    payment: {
      ...facts.payment,
      lastError: facts.payment.lastError === null ? null : oneLine(facts.payment.lastError, 300),
    },
  }
}

export function plainPayout(payout: PayoutFacts): PayoutFacts {
  return {
    ...payout,
    provider: { ...payout.provider, name: oneLine(payout.provider.name, 120) },
    failureReason: payout.failureReason === null ? null : oneLine(payout.failureReason, 300),
    bookings: payout.bookings.map((booking) => ({
      ...booking,
      serviceName: oneLine(booking.serviceName, 120),
    })),
  }
}

export function plainPayoutAccount(account: PayoutAccountFacts): PayoutAccountFacts {
  return { ...account, provider: { ...account.provider, name: oneLine(account.provider.name, 120) } }
}
