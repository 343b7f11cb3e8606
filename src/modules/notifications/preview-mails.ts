import type { JsonObject } from '#src/kernel/json.ts'
import { Temporal } from '#src/kernel/time.ts'
import type { Audience, BookingFacts, PayoutAccountFacts, PayoutFacts } from './domain/facts.ts'
import {
  ACCOUNT_TEMPLATES,
  BOOKING_TEMPLATES,
  PROVIDER_TEMPLATES,
  type ProviderTemplate,
  type BookingTemplate,
  type PayoutTemplate,
  type Template,
} from './domain/who-gets-what.ts'
import { accountUrl, checkoutUrl, customerBookingUrl, providerBookingUrl } from './domain/links.ts'
import { renderMail, type RenderedMail } from './render-mail.ts'
import {
  composeAccountMail,
  composeBookingMail,
  composePayoutMail,
  composeProviderMail,
} from './templates/compose.ts'

export interface MailPreview extends RenderedMail {
  /** 'booking_cancelled.guest.partial-refund': stays the same, to link to. */
  readonly name: string
  readonly template: Template
  readonly audience: Audience
  /** What is special about this one, in a few words. */
  readonly state: string
}

interface Sample {
  readonly state: string
  readonly facts?: Partial<BookingFacts>
  readonly event?: JsonObject
  readonly audiences?: readonly Audience[]
}

const AUDIENCES = ['customer', 'guest', 'provider'] as const
const STARTS_AT = Temporal.Instant.from('2026-11-26T19:00:00Z')
const NOW = STARTS_AT.subtract({ hours: 80 })

const SAMPLE_REFUND_ID = '7c1f2e3d-4b5a-4968-8776-655443322110'

export const SAMPLE_BOOKING: BookingFacts = {
  bookingId: '5f0c9a52-7d1e-4f4b-9b8e-2f1f6a3d7c11',
  code: 'K7QM-2X9D',
  state: 'confirmed',
  provider: {
    id: '0b8f6f0e-55aa-4c1d-8f60-0a4b8f1c2d3e',
    name: 'Ana Moreira Massage',
    slug: 'ana-moreira-massage',
    addressees: [],
  },
  customer: {
    kind: 'customer',
    userId: '9f1d0c7b-2a3e-4d5f-8a6b-7c8d9e0f1a2b',
    name: 'Jonas Weber',
    email: 'jonas@example.com',
    timeZone: 'Europe/Berlin',
  },
  customerNote: 'The bell is out of order, please call.',
  serviceName: 'Deep tissue massage, 60 min',
  extras: [{ name: 'Hot stones', priceMinor: 1_500n }],
  locationKind: 'on_site',
  address: '212 East 9th Street, New York, NY 10003',
  startsAt: STARTS_AT,
  endsAt: STARTS_AT.add({ minutes: 60 }),
  timeZone: 'America/New_York',
  currency: 'USD',
  baseMinor: 10_000n,
  commissionMinor: 1_000n,
  surchargeMinor: 0n,
  providerNetMinor: 9_000n,
  providerKeepsMinor: 9_000n,
  totalMinor: 10_000n,
  refundSteps: [
    { until: STARTS_AT.subtract({ hours: 72 }), refundPercent: 100, refundMinor: 10_000n },
    { until: STARTS_AT.subtract({ hours: 24 }), refundPercent: 50, refundMinor: 5_000n },
    { until: STARTS_AT, refundPercent: 0, refundMinor: 0n },
  ],
  answerDueAt: NOW.add({ hours: 24 }),
  calendarSequence: 0,
  updatedAt: NOW,
  promised: true,
  reviewed: false,
  payment: { status: 'captured', attempted: true, refundWaits: false, lastError: null },
}

export const SAMPLE_PAYOUT: PayoutFacts = {
  payoutId: 'c1a2b3c4-d5e6-4f70-8192-a3b4c5d6e7f8',
  provider: SAMPLE_BOOKING.provider,
  amountMinor: 9_000n,
  currency: 'USD',
  dueAt: STARTS_AT.add({ hours: 169 }),
  paidAt: STARTS_AT.add({ hours: 170 }),
  attemptDueAt: null,
  failureReason: null,
  slip: null,
  timeZone: SAMPLE_BOOKING.timeZone,
  bookings: [
    {
      bookingId: SAMPLE_BOOKING.bookingId,
      code: SAMPLE_BOOKING.code,
      serviceName: SAMPLE_BOOKING.serviceName,
      startsAt: STARTS_AT,
      amountMinor: 9_000n,
    },
  ],
}

const SAMPLE_PAYOUT_ACCOUNT: PayoutAccountFacts = {
  provider: SAMPLE_BOOKING.provider,
  ready: true,
  disconnected: false,
  missingCount: 0,
  bankFailure: null,
  bankFailedAt: null,
  timeZone: SAMPLE_BOOKING.timeZone,
}

const PROVIDER_SAMPLES: Readonly<
  Record<ProviderTemplate, readonly { state: string; facts: Partial<PayoutAccountFacts> }[]>
> = {
  payouts_not_ready: [
    { state: 'answers-missing', facts: { ready: false, missingCount: 2 } },
    { state: 'restricted', facts: { ready: false } },
    { state: 'disconnected', facts: { ready: false, disconnected: true } },
  ],
  bank_payout_failed: [
    {
      state: 'account-closed',
      facts: { bankFailure: 'The bank says that the account is closed.', bankFailedAt: STARTS_AT },
    },
  ],
}

const REQUEST = { status: 'authorized', attempted: true, refundWaits: false, lastError: null } as const
const UNPAID = {
  status: 'unpaid',
  attempted: true,
  refundWaits: false,
  lastError: 'Your card was declined.',
} as const
const CUSTOMERS = ['customer', 'guest'] as const
const PROVIDER = ['provider'] as const

const SAMPLES: Readonly<Record<BookingTemplate, readonly Sample[]>> = {
  booking_confirmed: [
    { state: 'instant' },
    { state: 'online', facts: { locationKind: 'online', customerNote: '', extras: [] } },
  ],
  request_received: [{ state: 'waiting', facts: { state: 'awaiting_provider', payment: REQUEST } }],
  booking_accepted: [{ state: 'accepted' }],
  booking_declined: [
    {
      state: 'by-the-provider',
      facts: { state: 'declined', payment: REQUEST },
      event: { byDeadline: false },
      audiences: CUSTOMERS,
    },
    { state: 'not-answered', facts: { state: 'declined', payment: REQUEST }, event: { byDeadline: true } },
  ],
  payment_failed: [
    { state: 'card-declined', facts: { state: 'held', payment: UNPAID }, audiences: CUSTOMERS },
  ],
  hold_expired: [
    { state: 'not-paid-in-time', facts: { state: 'expired', payment: UNPAID }, audiences: CUSTOMERS },
  ],
  late_payment_refunded: [{ state: 'refunded', facts: { state: 'expired' } }],
  starts_in_24_hours: [{ state: 'due' }],
  starts_in_2_hours: [{ state: 'due' }],
  booking_rescheduled: [
    { state: 'by-the-customer', event: { by: 'customer', fromStartsAt: '2026-11-25T19:00:00Z' } },
    { state: 'by-the-provider', event: { by: 'provider', fromStartsAt: '2026-11-25T19:00:00Z' } },
  ],
  booking_cancelled: [
    {
      state: 'full-refund',
      facts: { state: 'cancelled', providerKeepsMinor: 0n },
      event: { by: 'provider', refundMinor: 10_000, reason: 'I am ill, I am sorry.' },
    },
    {
      state: 'partial-refund',
      facts: { state: 'cancelled', providerKeepsMinor: 4_500n },
      event: { by: 'customer', refundMinor: 5_000 },
    },
    {
      state: 'no-refund',
      facts: { state: 'cancelled' },
      event: { by: 'customer', refundMinor: 0 },
    },
    {
      state: 'request-withdrawn',
      facts: { state: 'cancelled', payment: REQUEST },
      event: { by: 'customer', refundMinor: 0 },
    },
  ],
  no_show: [
    { state: 'customer-missed', facts: { state: 'no_show' }, event: { party: 'customer', refundMinor: 0 } },
    {
      state: 'provider-missed',
      facts: { state: 'no_show' },
      event: { party: 'provider', refundMinor: 10_000 },
    },
  ],
  review_ask: [{ state: 'asked', facts: { state: 'completed' }, audiences: CUSTOMERS }],
  booking_refunded: [
    {
      state: 'in-part',
      facts: { state: 'completed', providerKeepsMinor: 6_750n },
      event: { refundMinor: 2_500, reason: 'The room was cold.' },
    },
  ],
  refund_failed: [
    {
      state: 'card-closed',
      facts: { state: 'cancelled' },
      event: { refundMinor: 5_000 },
      audiences: CUSTOMERS,
    },
  ],
  payment_disputed: [
    {
      state: 'chargeback',
      facts: { state: 'completed' },
      event: { amountMinor: 10_000, inquiry: false },
      audiences: PROVIDER,
    },
    {
      state: 'inquiry',
      facts: { state: 'completed' },
      event: { amountMinor: 10_000, inquiry: true },
      audiences: PROVIDER,
    },
  ],
  dispute_closed: [
    {
      state: 'won',
      facts: { state: 'completed' },
      event: { amountMinor: 10_000, won: true },
      audiences: PROVIDER,
    },
    {
      state: 'lost',
      facts: { state: 'completed', providerKeepsMinor: 0n },
      event: { amountMinor: 10_000, won: false },
      audiences: PROVIDER,
    },
  ],
}

interface PayoutSample {
  readonly state: string
  readonly facts?: Partial<PayoutFacts>
  readonly event: JsonObject
}

const PAYOUT_SAMPLES: Readonly<Record<PayoutTemplate, readonly PayoutSample[]>> = {
  payout_sent: [
    { state: 'one-booking', event: { amountMinor: 9_000, nettedMinor: 0 } },
    {
      state: 'later-than-promised',
      facts: {
        paidAt: STARTS_AT.add({ hours: 240 }),
        slip: 'The customer had disputed the payment, and the payout waited for the outcome.',
      },
      event: { amountMinor: 9_000, nettedMinor: 0 },
    },
    { state: 'less-a-debt', event: { amountMinor: 4_500, nettedMinor: 4_500 } },
    { state: 'all-of-it-a-debt', event: { amountMinor: 0, nettedMinor: 9_000 } },
  ],
  payout_failed: [
    {
      state: 'one-booking',
      facts: {
        paidAt: null,
        failureReason: 'The payout account cannot receive transfers.',
        attemptDueAt: SAMPLE_PAYOUT.dueAt.add({ hours: 6 }),
      },
      event: {},
    },
  ],
  payout_reversed: [{ state: 'in-part', facts: { amountMinor: 4_500n }, event: { amountMinor: 4_500 } }],
  payout_owed: [{ state: 'all', facts: { amountMinor: 0n }, event: { amountMinor: 9_000 } }],
}

/** Every template × audience × state with sample data, for the gallery and for the tests that read them all. */
export async function previewMails(appUrl: string): Promise<MailPreview[]> {
  const previews: MailPreview[] = []
  for (const template of BOOKING_TEMPLATES) {
    for (const sample of SAMPLES[template]) {
      for (const audience of sample.audiences ?? AUDIENCES) {
        const view = sampleView(sample, audience, appUrl)
        const mail = await renderMail(composeBookingMail(template, view))
        previews.push({
          ...mail,
          name: `${template}.${audience}.${sample.state}`,
          template,
          audience,
          state: sample.state,
        })
      }
    }
  }
  for (const [template, samples] of Object.entries(PAYOUT_SAMPLES) as [
    PayoutTemplate,
    readonly PayoutSample[],
  ][]) {
    for (const { state, facts, event } of samples) {
      const payout = { ...SAMPLE_PAYOUT, ...facts }
      const mail = await renderMail(composePayoutMail(template, { payout, event, appUrl }))
      const name = `${template}.provider.${state}`
      previews.push({ ...mail, name, template, audience: 'provider', state })
    }
  }
  for (const template of ACCOUNT_TEMPLATES) {
    const url = accountUrl(appUrl, template, 'sample-token')
    const mail = await renderMail(composeAccountMail(template, { name: SAMPLE_BOOKING.customer.name, url }))
    previews.push({
      ...mail,
      name: `${template}.customer.asked`,
      template,
      audience: 'customer',
      state: 'asked',
    })
  }
  for (const template of PROVIDER_TEMPLATES) {
    for (const { state, facts } of PROVIDER_SAMPLES[template]) {
      const account = { ...SAMPLE_PAYOUT_ACCOUNT, ...facts }
      const mail = await renderMail(composeProviderMail(template, { account, appUrl }))
      previews.push({
        ...mail,
        name: `${template}.provider.${state}`,
        template,
        audience: 'provider',
        state,
      })
    }
  }
  return previews
}

function sampleView(sample: Sample, audience: Audience, appUrl: string) {
  // A guest pays the booking fee, and has no account that would know their zone.
  const asGuest = {
    customer: { ...SAMPLE_BOOKING.customer, kind: 'guest', userId: null, timeZone: null },
    surchargeMinor: 1_000n,
    totalMinor: 11_000n,
    refundSteps: SAMPLE_BOOKING.refundSteps.map((step) => ({
      ...step,
      refundMinor: (step.refundMinor * 11n) / 10n,
    })),
  } as const
  const facts: BookingFacts = { ...SAMPLE_BOOKING, ...(audience === 'guest' ? asGuest : {}), ...sample.facts }
  const urls = {
    customer: customerBookingUrl(appUrl, facts),
    guest: `${appUrl}/manage/sample-link`,
    provider: providerBookingUrl(appUrl, facts),
  }
  const now = facts.state === 'completed' ? facts.endsAt.add({ hours: 24 }) : NOW
  const refundMinor = sample.event?.['refundMinor']
  const refund =
    typeof refundMinor === 'number'
      ? {
          refundMinor: (refundMinor * Number(facts.totalMinor)) / Number(facts.baseMinor),
          ...(refundMinor > 0 && { refundId: SAMPLE_REFUND_ID }),
        }
      : {}
  return {
    facts,
    audience,
    event: { ...sample.event, ...refund },
    manageUrl: urls[audience],
    payUrl: checkoutUrl(appUrl, facts),
    guestKey: audience === 'guest' ? 'sample-key' : null,
    appUrl,
    now,
  }
}
