import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { startTestApp } from '#tests/support/app.ts'
import { fullHourIn, makeOperator, makeProvider, signUp } from '#tests/support/factories.ts'
import { payWithCard } from '#tests/support/pay.ts'
import { getDispute, listDisputes } from './disputes.ts'
import { getOperatorHome, listTroubledBookings } from './troubles.ts'

const app = await startTestApp()
const { db } = app.database

interface Disputed {
  disputeId: string
  stripeId: string
  bookingId: string
  key: string
}

const byHand = (id: string, action: string) =>
  fetch(`${app.stripeUrl}/objects/${id}/${action}`, { method: 'POST', redirect: 'manual' })

/** A paid booking whose customer's bank has taken the money back, or asks about it. */
async function disputedBooking(how: 'dispute' | 'inquire' = 'dispute'): Promise<Disputed> {
  const provider = await makeProvider(db)
  const held = await app.request('/api/v1/bookings', {
    method: 'POST',
    body: {
      serviceId: provider.serviceId,
      startsAt: fullHourIn(48, app.now()),
      expectedTotal: { amountMinor: 11_000, currency: 'USD' },
      note: 'Please ring twice.',
      guest: { name: 'Gail Guest', email: 'gail@example.test' },
    },
  })
  const { booking, guestKey } = held.body
  const started = await app.request(`/api/v1/bookings/${booking.id}/checkout`, {
    method: 'POST',
    body: {},
    key: guestKey,
  })
  await payWithCard(started.body.paymentUrl)
  const chargeId = await app.eventually('it is paid and the mail is out', async () => {
    const { rows } = await db.execute<{ charge_id: string }>(sql`
      select p.charge_id from payments p where p.booking_id = ${booking.id} and p.captured_minor > 0
        and exists (select from mails m where m.booking_id = p.booking_id and m.recipient_kind = 'guest' and m.status = 'sent')`)
    return rows[0]?.charge_id
  })
  await byHand(chargeId, how)
  const { id, stripe_dispute_id: stripeId } = await app.eventually('the dispute is known', async () => {
    const { rows } = await db.execute<{ id: string; stripe_dispute_id: string }>(
      sql`select id, stripe_dispute_id from disputes where booking_id = ${booking.id}`,
    )
    return rows[0]
  })
  return { disputeId: id, stripeId, bookingId: booking.id, key: guestKey }
}

async function operator(role: 'finance' | 'support') {
  const user = await signUp(app.url)
  await makeOperator(db, user.userId, role)
  return user.cookie
}

describe('a dispute', () => {
  it('has its evidence gathered and handed in once, by those who decide about money', async () => {
    const { disputeId } = await disputedBooking()
    const ctx = app.composition.contextFor({ kind: 'system', name: 'test' })
    const { evidence, evidenceDueAt } = await getDispute(ctx, disputeId)
    expect(evidenceDueAt).not.toBeNull()
    expect(evidence.customerName).toBe('Gail Guest')
    const told = [
      'the customer wrote to the provider: "Please ring twice."',
      'the time was chosen by the guest',
      "$110.00 was paid by card on Stripe's own payment page",
      'the booking was confirmed',
      'mail to gail@example.test: "Confirmed',
    ]
    const places = told.map((words) => evidence.history.indexOf(words))
    expect(places).not.toContain(-1)
    expect(places).toEqual(places.toSorted((one, other) => one - other))
    expect(evidence.policy).toMatch(/24 hours.*For this booking: 100 % until \d{4}-\d\d-\d\d/)
    expect(evidence.policyDisclosure).toMatch(
      /By paying you accept.*It was in the confirmation sent to gail@/,
    )

    const handIn = (cookie: string) =>
      app.request(`/api/v1/disputes/${disputeId}/evidence`, {
        method: 'POST',
        body: { reason: 'She was there.' },
        headers: { cookie },
      })
    expect((await handIn(await operator('support'))).body.code).toBe('auth.not_allowed')
    const finance = await operator('finance')
    const handed = await handIn(finance)
    expect(handed).toMatchObject({ status: 201, body: { evidenceSubmittedAt: expect.any(String) } })
    expect((await handIn(finance)).body.code).toBe('dispute.wrong_state')
    const { handedIn } = await getDispute(ctx, disputeId)
    expect(handedIn).toEqual({ ...evidence, refusal: 'She was there.' })
    const { rows } = await db.execute(
      sql`select action from audit_log where action = 'dispute.submit_evidence' and after->>'disputeId' = ${disputeId}`,
    )
    expect(rows).toHaveLength(1)
  })

  it('that grew out of an inquiry is answered anew, whatever the inquiry was told', async () => {
    const { disputeId, stripeId } = await disputedBooking('inquire')
    const cookie = await operator('finance')
    const handIn = (reason: string) =>
      app.request(`/api/v1/disputes/${disputeId}/evidence`, {
        method: 'POST',
        body: { reason },
        headers: { cookie },
      })
    expect((await handIn('We asked her.')).status).toBe(201)
    await byHand(stripeId, 'escalate')
    const ctx = app.composition.contextFor({ kind: 'system', name: 'test' })
    await app.eventually('the inquiry has become a dispute', async () => {
      const { status, evidenceSubmittedAt } = await getDispute(ctx, disputeId)
      return status === 'open' && evidenceSubmittedAt === null
    })
    expect((await handIn('She was there.')).status).toBe(201)
    expect((await getDispute(ctx, disputeId)).handedIn?.refusal).toBe('She was there.')
  })

  it('keeps the payment from being refunded until it is decided', async () => {
    const { bookingId, stripeId } = await disputedBooking()
    const cookie = await operator('finance')
    const refund = () =>
      app.request(`/api/v1/bookings/${bookingId}/refunds`, {
        method: 'POST',
        body: { amount: { amountMinor: 1_000, currency: 'USD' }, reason: 'A kindness.' },
        headers: { cookie },
      })
    expect(await refund()).toMatchObject({ status: 409, body: { code: 'payment.disputed' } })
    await byHand(stripeId, 'win')
    await app.eventually('it is won', async () => (await refund()).status === 201)
  })

  it('of no id at all is not found', async () => {
    const ctx = app.composition.contextFor({ kind: 'system', name: 'test' })
    await expect(getDispute(ctx, 'nonsense')).rejects.toMatchObject({ code: 'dispute.not_found' })
  })

  it('F39 calls the operator three days before the bank decides without us', async () => {
    const { disputeId, bookingId } = await disputedBooking()
    const ctx = () => app.composition.contextFor({ kind: 'system', name: 'test' })
    const before = (await getOperatorHome(ctx())).bookings.evidence_due
    app.moveTo(app.now().add({ hours: 24 * 7 }))
    expect((await getOperatorHome(ctx())).bookings.evidence_due).toBe(before + 1)
    const { items } = await listDisputes(ctx(), { status: 'open' })
    expect(items.map(({ id }) => id)).toContain(disputeId)
    const troubled = await listTroubledBookings(ctx(), 'evidence_due', { limit: 50 })
    expect(troubled.items.find(({ id }) => id === bookingId)?.about).toEqual({
      amount: { amountMinor: 11_000, currency: 'USD' },
      at: expect.any(String),
      reason: 'fraudulent',
      disputeId,
    })
  })

  it('does not exist for people who are no operators', async () => {
    const { disputeId, key } = await disputedBooking()
    const refused = await app.request(`/api/v1/disputes/${disputeId}/evidence`, {
      method: 'POST',
      body: {},
      key,
    })
    expect(refused.status).toBe(404)
  })
})
