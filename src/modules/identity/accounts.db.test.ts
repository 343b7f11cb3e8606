import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { startTestApp } from '#tests/support/app.ts'
import { fullHourIn, makeMember, makeProvider, signUp, type MadeProvider } from '#tests/support/factories.ts'
import { payWithCard } from '#tests/support/pay.ts'

const app = await startTestApp()
const { db } = app.database

interface Received {
  subject: string
  text: string
}

/** The link in the newest mail to somebody whose subject begins so. */
async function linkMailedTo(email: string, subject: string): Promise<URL> {
  const text = await app.eventually(`a mail "${subject}…" to ${email}`, async () => {
    const { rows } = await db.execute<Received & Record<string, unknown>>(sql`
      select subject, plain_text as text from mailbox_messages
      where recipient = ${email} order by delivered_at desc, id desc`)
    return rows.find((mail) => mail.subject.startsWith(subject))?.text
  })
  return new URL(/https?:\/\/\S+/.exec(text)?.[0] ?? '')
}

const account = (path: string, body: object, headers: Record<string, string> = {}) =>
  app.request(`/api/auth/${path}`, { method: 'POST', body, headers: { origin: app.url, ...headers } })

const signIn = (email: string, password: string) => account('sign-in/email', { email, password })

async function proveMailbox(email: string): Promise<void> {
  const link = await linkMailedTo(email, 'Confirm your email address')
  const token = link.searchParams.get('token') ?? ''
  const { status } = await app.request(`/api/auth/verify-email?${new URLSearchParams({ token })}`)
  expect(status).toBe(200)
}

it('a request about an account that is larger than any has to be is refused before it is read', async () => {
  const answer = await account('sign-up/email', {
    ...{ email: 'large@example.test', password: 'a long enough password' },
    name: 'x'.repeat(100_000),
  })
  expect(answer).toMatchObject({ status: 413, body: { code: 'request.too_large' } })
})

describe('a forgotten password', () => {
  it('is replaced by a link that works once, and ends every session', async () => {
    const { email, cookie } = await signUp(app.url)
    expect((await account('request-password-reset', { email })).status).toBe(200)
    const link = await linkMailedTo(email, 'Choose a new password')
    expect(link.pathname).toBe('/reset-password')
    const token = link.searchParams.get('token')

    expect((await account('reset-password', { token, newPassword: 'short' })).body.code).toBe(
      'PASSWORD_TOO_SHORT',
    )
    const chosen = { token, newPassword: 'another horse, another battery' }
    expect((await account('reset-password', chosen)).status).toBe(200)
    expect((await account('reset-password', chosen)).body.code).toBe('INVALID_TOKEN')

    expect((await app.request('/api/v1/bookings', { headers: { cookie } })).status).toBe(401)
    expect((await signIn(email, 'correct horse battery')).status).toBe(401)
    expect((await signIn(email, chosen.newPassword)).status).toBe(200)
  })

  it('is answered in the same words whether the address is known or not, and nobody unknown gets a mail', async () => {
    const { email } = await signUp(app.url)
    const unknown = `nobody-${email}`
    const known = await account('request-password-reset', { email })
    const stranger = await account('request-password-reset', { email: unknown })
    expect([stranger.status, stranger.body]).toEqual([known.status, known.body])
    const { rows } = await db.execute(sql`select from mails where recipient_email = ${unknown}`)
    expect(rows).toHaveLength(0)
  })

  it('leaves nothing behind that would open the account', async () => {
    const { email } = await signUp(app.url)
    await account('request-password-reset', { email })
    const token = (await linkMailedTo(email, 'Choose a new password')).searchParams.get('token') ?? ''
    expect(token.length).toBeGreaterThan(20)
    const kept = await app.eventually('the mail is marked as sent', async () => {
      const { rows } = await db.execute<{ kept: string }>(sql`
        select row_to_json(m)::text as kept from mails m
        where recipient_email = ${email} and template = 'password_reset' and status = 'sent'`)
      return rows[0]?.kept
    })
    expect(kept).not.toContain(token)
    const { rows } = await db.execute<{ kept: string }>(
      sql`select row_to_json(v)::text as kept from verifications v`,
    )
    expect(rows.map((row) => row.kept).join()).not.toContain(token)
  })

  it('cannot be replaced by a link that is too old', async () => {
    const { email } = await signUp(app.url)
    await account('request-password-reset', { email })
    const token = (await linkMailedTo(email, 'Choose a new password')).searchParams.get('token')
    await db.execute(sql`update verifications set expires_at = now() - interval '1 second'`)
    expect(
      (await account('reset-password', { token, newPassword: 'another horse, another battery' })).body.code,
    ).toBe('INVALID_TOKEN')
    expect((await signIn(email, 'correct horse battery')).status).toBe(200)
  })
})

describe('bookings made as a guest', () => {
  async function bookAsGuest(provider: MadeProvider, email: string, hours: number) {
    const { body } = await app.request('/api/v1/bookings', {
      method: 'POST',
      body: {
        serviceId: provider.serviceId,
        startsAt: fullHourIn(hours, app.now()),
        expectedTotal: { amountMinor: 11_000, currency: 'USD' },
        guest: { name: 'Gail Guest', email },
      },
    })
    return { id: String(body.booking.id), key: String(body.guestKey) }
  }

  async function bookAndPay(provider: MadeProvider, email: string, hours: number) {
    const booked = await bookAsGuest(provider, email, hours)
    const { body } = await app.request(`/api/v1/bookings/${booked.id}/checkout`, {
      method: 'POST',
      body: {},
      key: booked.key,
    })
    await payWithCard(body.paymentUrl)
    await app.eventually('the booking is confirmed', async () => {
      const answer = await app.request(`/api/v1/bookings/${booked.id}`, { key: booked.key })
      return answer.body.state === 'confirmed'
    })
    return booked
  }

  const claim = (cookie?: string) =>
    app.request('/api/v1/mailbox-claims', { method: 'POST', body: {}, headers: cookie ? { cookie } : {} })

  it('join the account that proves the mailbox, all but those being paid, and their links end', async () => {
    const [provider, other] = [await makeProvider(db), await makeProvider(db)]
    const { email, cookie } = await signUp(app.url)
    const paid = await bookAndPay(provider, email.toUpperCase(), 48)
    const held = await bookAsGuest(other, email, 48)
    const foreign = await bookAndPay(other, `not-${email}`, 60)

    expect(await claim()).toMatchObject({ status: 401, body: { code: 'auth.required' } })
    expect(await claim(cookie)).toMatchObject({ status: 403, body: { code: 'auth.mailbox_unproven' } })
    await proveMailbox(email)
    expect(await claim(cookie)).toMatchObject({ status: 201, body: { bookingIds: [paid.id] } })

    const own = await app.request(`/api/v1/bookings/${paid.id}`, { headers: { cookie } })
    expect(own).toMatchObject({
      status: 200,
      body: { party: 'customer', figures: { total: { amountMinor: 11_000 } } },
    })
    expect((await app.request(`/api/v1/bookings/${paid.id}`, { key: paid.key })).status).toBe(404)
    expect((await app.request(`/api/v1/bookings/${held.id}`, { headers: { cookie } })).status).toBe(404)
    expect((await app.request(`/api/v1/bookings/${foreign.id}`, { headers: { cookie } })).status).toBe(404)
    expect(await claim(cookie)).toMatchObject({ status: 201, body: { bookingIds: [] } })
    const { rows } = await db.execute(
      sql`select from audit_log where action = 'booking.claim' and subject_id = ${paid.id}`,
    )
    expect(rows).toHaveLength(1)
  })

  it('stay a guest’s where they are of one’s own service', async () => {
    const provider = await makeProvider(db)
    const { userId, email, cookie } = await signUp(app.url)
    await bookAndPay(provider, email, 48)
    await makeMember(db, provider.providerId, userId)
    await proveMailbox(email)
    expect(await claim(cookie)).toMatchObject({ status: 201, body: { bookingIds: [] } })
  })

  it('are not proven by the link of another account', async () => {
    const [one, other] = [await signUp(app.url), await signUp(app.url)]
    const token =
      (await linkMailedTo(one.email, 'Confirm your email address')).searchParams.get('token') ?? ''
    await app.request(`/api/auth/verify-email?${new URLSearchParams({ token })}`, {
      headers: { cookie: other.cookie },
    })
    expect((await claim(other.cookie)).body.code).toBe('auth.mailbox_unproven')
  })
})
