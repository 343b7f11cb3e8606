import { describe, expect, test } from 'vitest'
import type { Audience, BookingFacts } from '../domain/facts.ts'
import {
  ACCOUNT_TEMPLATES,
  BOOKING_TEMPLATES,
  PAYOUT_TEMPLATES,
  PROVIDER_TEMPLATES,
} from '../domain/who-gets-what.ts'
import { previewMails, SAMPLE_BOOKING, type MailPreview } from '../preview-mails.ts'
import { renderMail } from '../render-mail.ts'
import { composeBookingMail } from './compose.ts'
import type { BookingView } from './content.ts'

const APP = 'https://ecosystem.test'
const previews = await previewMails(APP)

/** What a reader sees of the HTML: tags gone, entities read. */
function visible(html: string): string {
  const body = html.slice(html.indexOf('<body'))
  const entities: Record<string, string> = {
    '&amp;': '&',
    '&lt;': '<',
    '&gt;': '>',
    '&quot;': '"',
    '&#x27;': "'",
  }
  return body
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(amp|lt|gt|quot|#x27);/g, (entity) => entities[entity] ?? entity)
}

function view(audience: Audience, facts: Partial<BookingFacts> = {}, event = {}): BookingView {
  return {
    facts: { ...SAMPLE_BOOKING, ...facts },
    audience,
    event,
    manageUrl: `${APP}/manage/key`,
    payUrl: `${APP}/checkout/id`,
    guestKey: audience === 'guest' ? 'key' : null,
    appUrl: APP,
    now: SAMPLE_BOOKING.startsAt.subtract({ hours: 80 }),
  }
}

test('there is a preview of every template', () => {
  expect(new Set(previews.map(({ template }) => template))).toEqual(
    new Set([...BOOKING_TEMPLATES, ...PAYOUT_TEMPLATES, ...ACCOUNT_TEMPLATES, ...PROVIDER_TEMPLATES]),
  )
  expect(new Set(previews.map(({ name }) => name)).size).toBe(previews.length)
})

const isOneOf =
  (templates: readonly string[]) =>
  ({ template }: MailPreview) =>
    templates.includes(template)
const isOfProvider = isOneOf(PROVIDER_TEMPLATES)
const isOfMoney = isOneOf([...BOOKING_TEMPLATES, ...PAYOUT_TEMPLATES])
const named = (some: readonly MailPreview[]) => some.map((preview) => [preview.name, preview] as const)

test.each(named(previews.filter(isOfMoney)))(
  '%s says amount, zone and code, in HTML and in plain text',
  (_, mail) => {
    for (const body of [visible(mail.html), mail.text]) {
      expect(body).toMatch(/\$\d+\.\d\d/)
      expect(body).toMatch(/UTC−5/)
      expect(body).toContain(SAMPLE_BOOKING.code)
    }
  },
)

test.each(named(previews.filter(isOfProvider)))('%s says whose account it is and what to do', (_, mail) => {
  for (const body of [visible(mail.html), mail.text]) {
    expect(body).toContain('Hello Ana Moreira Massage')
    expect(body).toMatch(/connect it again|its page|correct your bank details/i)
    expect(body).toMatch(/waits for you|money is safe/)
  }
})

describe.each(named(previews))('%s', (_, mail) => {
  test('says why it was sent, and nothing that is no word', () => {
    for (const body of [visible(mail.html), mail.text]) {
      expect(body).toMatch(/You get this mail because/)
      expect(body).not.toMatch(/undefined|null|NaN|\[object|Invalid Date/)
    }
  })

  test('has one button, and the same links in the plain text', () => {
    const links = [...mail.html.matchAll(/<a ([^>]*)href="([^"]*)"/g)]
    expect(links.filter(([, before]) => before?.includes('class="button"'))).toHaveLength(1)
    for (const [, , href = ''] of links) {
      expect(href).toMatch(/^https:\/\/ecosystem\.test\//)
      expect(mail.text).toContain(href.replaceAll('&amp;', '&'))
    }
  })

  test('has a subject of one line that states the fact', () => {
    expect(mail.subject).toMatch(/^[^\r\n]{10,200}$/)
    expect(mail.subject).toMatch(/\d|Ana/)
  })

  test('is small and takes nothing from elsewhere', () => {
    expect(mail.html.length).toBeLessThan(40_000) // Gmail cuts at 102 kB
    expect(mail.html).not.toMatch(/<img|<script|<link |url\(|@import/i)
  })
})

const PAID_OR_REFUNDED = [
  ['booking_confirmed.guest.instant', 'receipt?key=sample-key'],
  ['booking_confirmed.customer.instant', 'receipt'],
  ['booking_accepted.customer.accepted', 'receipt'],
  ['booking_cancelled.guest.partial-refund', 'credit-note?refund=REFUND&key=sample-key'],
  ['booking_cancelled.customer.full-refund', 'credit-note?refund=REFUND'],
  ['booking_cancelled.provider.full-refund', 'credit-note?refund=REFUND'],
  ['no_show.customer.provider-missed', 'credit-note?refund=REFUND'],
  ['booking_refunded.guest.in-part', 'credit-note?refund=REFUND&key=sample-key'],
  ['late_payment_refunded.customer.refunded', 'receipt'],
] as const

test.each(PAID_OR_REFUNDED)('%s leads to its document: %s', (name, at) => {
  const { text = '' } = previews.find((preview) => preview.name === name) ?? {}
  const { bookingId } = SAMPLE_BOOKING
  const refund = /refund=([0-9a-f-]{36})/.exec(text)?.[1] ?? ''
  const url = `${APP}/bookings/${bookingId}/documents/${at.replace('REFUND', refund)}`
  expect(text.split('\n')).toContain(url)
})

test.each([
  'booking_cancelled.guest.no-refund',
  'booking_cancelled.customer.request-withdrawn',
  'no_show.customer.customer-missed',
])('%s promises no credit note, since nothing goes back', (name) => {
  expect(previews.find((preview) => preview.name === name)?.text).not.toContain('/documents/')
})

test.each([
  'sent.provider.one-booking',
  'failed.provider.one-booking',
  'reversed.provider.in-part',
  'owed.provider.all',
])('payout_%s leads to the statement of its month', (name) => {
  expect(previews.find((preview) => preview.name === `payout_${name}`)?.text).toContain(
    `${APP}/provider/ana-moreira-massage/payouts/statements/2026-12`,
  )
})

describe('what the mails say', () => {
  const subject = (
    template: (typeof BOOKING_TEMPLATES)[number],
    audience: Audience,
    facts = {},
    event = {},
  ) => composeBookingMail(template, view(audience, facts, event)).subject

  test('subjects carry the fact', () => {
    expect(subject('booking_confirmed', 'customer')).toBe(
      'Confirmed: Thu, Nov 26, 2:00 PM with Ana Moreira Massage',
    )
    expect(subject('booking_confirmed', 'provider')).toBe('Confirmed: Thu, Nov 26, 2:00 PM with Jonas Weber')
    expect(subject('booking_rescheduled', 'guest')).toBe(
      'Moved: now Thu, Nov 26, 2:00 PM with Ana Moreira Massage',
    )
    expect(subject('booking_cancelled', 'guest', {}, { refundMinor: 5_500 })).toBe(
      'Cancelled: Thu, Nov 26, 2:00 PM with Ana Moreira Massage, $55.00 refunded',
    )
    expect(subject('starts_in_2_hours', 'customer')).toBe('In 2 hours: 2:00 PM with Ana Moreira Massage')
  })

  test('the guest fee is a line of its own, for guests only', () => {
    const guest = composeBookingMail(
      'booking_confirmed',
      view('guest', { surchargeMinor: 1_000n, totalMinor: 11_000n }),
    )
    expect(guest.price).toEqual([
      { label: 'Deep tissue massage, 60 min', amount: '$85.00' },
      { label: 'Hot stones', amount: '$15.00' },
      { label: 'Guest booking fee', amount: '$10.00' },
      { label: 'Paid', amount: '$110.00', total: true },
    ])
    const customer = composeBookingMail('booking_confirmed', view('customer'))
    expect(customer.price.map(({ label }) => label)).not.toContain('Guest booking fee')
  })

  test('the provider sees what they earn, and no guest fee', () => {
    const { price } = composeBookingMail(
      'booking_confirmed',
      view('provider', { surchargeMinor: 1_000n, totalMinor: 11_000n }),
    )
    expect(price).toEqual([
      { label: 'Price', amount: '$100.00' },
      { label: 'Commission', amount: '−$10.00' },
      { label: 'You receive', amount: '$90.00', total: true },
    ])
  })

  test("the provider's clock comes first, the customer's own beside it where it differs", () => {
    const when = (facts: Partial<BookingFacts>) =>
      composeBookingMail('booking_confirmed', view('customer', facts)).details.find(
        ({ label }) => label === 'When',
      )?.lines
    expect(when({})).toEqual([
      'Thursday, November 26, 2026, 2:00 PM – 3:00 PM (EST, UTC−5, New York)',
      'On your clock: Thu, Nov 26, 8:00 PM (CET, UTC+1, Berlin)',
    ])
    expect(when({ customer: { ...SAMPLE_BOOKING.customer, timeZone: 'America/Toronto' } })).toHaveLength(1)
  })

  test('the policy is dates and amounts', () => {
    const { notes } = composeBookingMail('booking_confirmed', view('guest'))
    expect(notes[0]).toBe(
      'If you cancel: full refund ($100.00) until Mon, Nov 23, 2:00 PM, then 50% refund ($50.00) until Wed, Nov 25, 2:00 PM; after that no refund. Times are EST, UTC−5, New York.',
    )
    const none = composeBookingMail(
      'booking_confirmed',
      view('customer', {
        refundSteps: [{ until: SAMPLE_BOOKING.startsAt, refundPercent: 0, refundMinor: 0n }],
      }),
    )
    expect(none.notes[0]).toBe('Cancellation: no refund if you cancel.')
  })

  test('a refund is shown with amount and dates; money only reserved is said to be released', () => {
    const refunded = composeBookingMail(
      'booking_cancelled',
      view('customer', {}, { by: 'provider', refundMinor: 10_000, occurredAt: '2026-11-22T20:00:00Z' }),
    )
    expect(refunded.paragraphs.join(' ')).toContain(
      '$100.00 goes back to the card that paid. We asked for it on Sun, Nov 22, 2026',
    )
    expect(refunded.paragraphs.join(' ')).toContain('expect it by Sun, Dec 6, 2026')
    const reserved = composeBookingMail(
      'booking_declined',
      view('guest', {
        payment: { status: 'authorized', attempted: true, refundWaits: false, lastError: null },
      }),
    )
    expect(reserved.paragraphs.join(' ')).toContain('You have not been charged. The reservation of $100.00')
  })

  test('the provider of a cancelled booking reads what goes back and what they keep', () => {
    const facts = { state: 'cancelled' as const, providerKeepsMinor: 4_500n }
    const mail = composeBookingMail(
      'booking_cancelled',
      view('provider', facts, { by: 'customer', refundMinor: 5_000 }),
    )
    expect(mail.paragraphs[2]).toBe(
      'The customer gets $50.00 back. You keep $45.00, paid out as usual. The time is free again.',
    )
    expect(mail.price.at(-1)).toEqual({ label: 'You keep', amount: '$45.00', total: true })
    const full = composeBookingMail(
      'booking_cancelled',
      view('provider', { ...facts, providerKeepsMinor: 0n }, { by: 'provider', refundMinor: 10_000 }),
    )
    expect(full.price.map(({ label }) => label)).not.toContain('You keep')
  })

  test('currencies without cents and with three decimals are written as they are', () => {
    const total = (currency: BookingFacts['currency'], totalMinor: bigint) =>
      composeBookingMail('booking_confirmed', view('customer', { currency, totalMinor })).price.at(-1)?.amount
    expect(total('JPY', 15_000n)).toBe('¥15,000')
    expect(total('KWD', 1_250n)).toMatch(/^KWD\s1\.250$/)
    expect(total('HUF', 17_550n)).toMatch(/^HUF\s175\.50$/)
    expect(total('UGX', 50_000n)).toMatch(/^UGX\s50,000$/)
  })
})

describe('what people typed', () => {
  const evil = 'Eve\r\nBcc: victim@example.com\u202e<script>alert(1)</script>&"\'\u0000'

  test.each(BOOKING_TEMPLATES)('cannot become a header or HTML in %s', async (template) => {
    for (const audience of ['customer', 'guest', 'provider'] as const) {
      const facts = {
        customer: { ...SAMPLE_BOOKING.customer, name: evil },
        provider: { ...SAMPLE_BOOKING.provider, name: evil },
        serviceName: evil,
        customerNote: evil,
        address: evil,
        extras: [{ name: evil, priceMinor: 0n }],
        payment: { ...SAMPLE_BOOKING.payment, lastError: evil },
      }
      const mail = await renderMail(
        composeBookingMail(
          template,
          view(audience, facts, { reason: evil, by: 'customer', party: 'customer' }),
        ),
      )
      expect(mail.subject).not.toMatch(/\p{Cc}|\u202e/u)
      expect(mail.html).not.toContain('<script')
      expect(mail.html).not.toContain('\u202e')
    }
  })

  test('a guest name that is a link is not repeated to the address it was typed for', () => {
    const spam = { customer: { ...SAMPLE_BOOKING.customer, name: 'Win at evil.example' } }
    const { paragraphs } = composeBookingMail('booking_confirmed', view('guest', spam))
    expect(paragraphs[0]).toBe('Hello,')
  })
})
