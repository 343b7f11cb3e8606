import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { startTestApp } from '#tests/support/app.ts'
import { fullHourIn, makeOperator, makeProvider, signUp } from '#tests/support/factories.ts'
import { payWithCard } from '#tests/support/pay.ts'
import { getDispute, listDisputes } from './disputes.ts'
import { getOperatorHome } from './troubles.ts'

const app = await startTestApp()
const { db } = app.database

/** A paid booking whose customer's bank has taken the money back. */
async function disputedBooking(): Promise<{ disputeId: string; stripeId: string; key: string }> {
  const provider = await makeProvider(db)
  const held = await app.request('/api/v1/bookings', {
    method: 'POST',
    body: {
      serviceId: provider.serviceId,
      startsAt: fullHourIn(48, app.now()),
      expectedTotal: { amountMinor: 11_000, currency: 'USD' },
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
  await fetch(`${app.stripeUrl}/objects/${chargeId}/dispute`, { method: 'POST', redirect: 'manual' })
  const { id, stripe_dispute_id: stripeId } = await app.eventually('the dispute is known', async () => {
    const { rows } = await db.execute<{ id: string; stripe_dispute_id: string }>(
      sql`select id, stripe_dispute_id from disputes where booking_id = ${booking.id}`,
    )
    return rows[0]
  })
  return { disputeId: id, stripeId, key: guestKey }
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
    expect(evidence.history).toContain('confirm by the system')
    expect(evidence.history).toContain('mail to gail@example.test: "Confirmed')
    expect(evidence.policy).toContain('24 hours')

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
    const { rows } = await db.execute(
      sql`select action from audit_log where action = 'dispute.submit_evidence' and after->>'disputeId' = ${disputeId}`,
    )
    expect(rows).toHaveLength(1)
  })

  it('F39 calls the operator three days before the bank decides without us', async () => {
    const { disputeId } = await disputedBooking()
    const ctx = () => app.composition.contextFor({ kind: 'system', name: 'test' })
    const before = (await getOperatorHome(ctx())).bookings.evidence_due
    app.moveTo(app.now().add({ hours: 24 * 7 }))
    expect((await getOperatorHome(ctx())).bookings.evidence_due).toBe(before + 1)
    const { items } = await listDisputes(ctx(), { status: 'open' })
    expect(items.map(({ id }) => id)).toContain(disputeId)
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
