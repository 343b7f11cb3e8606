// Bookings that journeys begin with: made and paid over HTTP, as the pages do it.
import { ask, hold, look, openPayment } from '#tests/support/people.ts'
import { payWithCard } from '#tests/support/pay.ts'
import { expect, timeOf, type Stage } from './stage.ts'

export const WILLOW = 'willow-and-stone-massage'
export const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

export interface Booked {
  readonly id: string
  readonly code: string
  readonly startsAt: string
  readonly guestKey: string
  readonly email: string
  /** With the guest booking fee, minor units. */
  readonly totalMinor: number
}

interface Offered {
  readonly id: string
  readonly priceMinor: number
}

/** The sports massage of the demonstration, instant and flexible: everything back until a day before, then half. */
export async function sportsMassage({ marketplace: { url } }: Stage): Promise<Offered> {
  const provider = (await (await fetch(`${url}/api/v1/providers/${WILLOW}`)).json()) as {
    services: { id: string; name: string; price: { amountMinor: number } }[]
  }
  const service = provider.services.find(({ name }) => name === 'Sports massage')
  if (!service) throw new Error('the provider of the demonstration offers no sports massage')
  return { id: service.id, priceMinor: service.price.amountMinor }
}

/** When it can be booked, from so many days ahead on. */
export async function freeStarts(
  { marketplace }: Stage,
  { id }: Offered,
  daysAhead: number,
): Promise<string[]> {
  const from = timeOf(marketplace) + daysAhead * DAY_MS
  const window = new URLSearchParams({
    from: new Date(from).toISOString(),
    until: new Date(from + 5 * DAY_MS).toISOString(),
  })
  const answer = await fetch(`${marketplace.url}/api/v1/services/${id}/slots?${window}`)
  const { slots } = (await answer.json()) as { slots: { startsAt: string }[] }
  return slots.map(({ startsAt }) => startsAt)
}

/** A guest has booked and paid; with another card than the one that succeeds, if one is named. */
export async function bookAsGuest(
  { marketplace: { url } }: Stage,
  service: Offered,
  startsAt: string,
  card?: string,
): Promise<Booked> {
  const held = await hold(url, { serviceId: service.id, startsAt, priceMinor: service.priceMinor })
  if (held.status !== 201) throw new Error(`no hold: ${held.status} ${JSON.stringify(held.body)}`)
  const { booking, guestKey } = held.body
  await payWithCard(await openPayment(url, booking.id, { key: guestKey }), card)
  const seen = () => look(url, booking.id, { key: guestKey }).then(({ body }) => body)
  await expect.poll(async () => (await seen()).state).toBe('confirmed')
  const { customer, figures } = await seen()
  return {
    ...{ id: booking.id, code: booking.code, startsAt, guestKey, email: customer.email },
    totalMinor: figures.total.amountMinor,
  }
}

/** Time in the demonstration goes on to this instant. */
export async function passTo({ marketplace }: Stage, at: number): Promise<void> {
  if (at <= timeOf(marketplace)) return
  const to = new Date(at).toISOString()
  const { status } = await ask(`${marketplace.url}/api/v1/demo/clock`, 'POST', { to })
  if (status !== 200) throw new Error(`time did not move to ${to}: ${status}`)
}
