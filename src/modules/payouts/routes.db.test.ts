import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { randomUUID } from 'node:crypto'
import { ANONYMOUS, type Actor } from '#src/kernel/actor.ts'
import type { ProviderId, UserId } from '#src/kernel/ids.ts'
import { makeProvider, moneyRig, moveTo, openReadyAccount, paidBooking } from '#tests/support/money.ts'
import { schedulePayout } from './schedule-payout.ts'

const rig = await moneyRig()
const provider = await makeProvider(rig)
const member: Actor = {
  kind: 'user',
  userId: randomUUID() as UserId,
  operatorRole: null,
  providerIds: [provider.providerId],
}
const stranger: Actor = { ...member, providerIds: [randomUUID() as ProviderId] }
const operator = (operatorRole: 'support' | 'finance'): Actor => ({
  ...member,
  operatorRole,
  providerIds: [],
})
const of = (path: string) => `/providers/${provider.providerId}/${path}`

describe('GET /v1/providers/{id}/earnings', () => {
  test('200: in pages, for members and operators', async () => {
    for (let count = 0; count < 2; count += 1)
      await moveTo(rig, (await paidBooking(rig, provider)).id, 'confirm')
    const first = await rig.call(member, 'GET', of('earnings?limit=1'))
    expect(first).toMatchObject({
      status: 200,
      body: {
        currency: 'USD',
        held: { amountMinor: 18_000, currency: 'USD' },
        items: [{ status: 'held' }],
        payoutAccountReady: false,
      },
    })
    const { nextCursor } = first.body as { nextCursor: string }
    const second = await rig.call(operator('support'), 'GET', of(`earnings?limit=1&cursor=${nextCursor}`))
    expect(second).toMatchObject({ status: 200, body: { items: [{ status: 'held' }], nextCursor: null } })
  })

  test.each([ANONYMOUS, stranger])(
    '404: not theirs, and no different from what is not there (%j)',
    async (actor) => {
      const notTheirs = await rig.call(actor, 'GET', of('earnings'))
      const notThere = await rig.call(actor, 'GET', `/providers/${randomUUID()}/earnings`)
      expect(notTheirs).toMatchObject({ status: 404, body: { code: 'provider.not_found' } })
      expect(notThere).toMatchObject({ status: 404, body: { code: 'provider.not_found' } })
    },
  )

  test.each([
    'limit=0',
    'limit=51',
    'cursor=x',
    `cursor=${Buffer.from('{"startsAt":1}').toString('base64url')}`,
  ])('422: %s', async (query) => {
    expect(await rig.call(member, 'GET', of(`earnings?${query}`))).toMatchObject({
      status: 422,
      body: { code: 'request.invalid' },
    })
  })
})

describe('POST /v1/providers/{id}/payout-account', () => {
  test('201: a page of the gateway; the account is opened once', async () => {
    const [one, other] = await Promise.all([1, 2].map(() => rig.call(member, 'POST', of('payout-account'))))
    const opened = [one, other].filter((answer) => answer?.status === 201)
    expect(opened.length).toBeGreaterThanOrEqual(1) // the other may find the first one's call under way
    expect(await rig.call(member, 'POST', of('payout-account'))).toMatchObject({
      status: 201,
      body: { url: expect.stringContaining('/connect/onboarding/') as string },
    })
    const { rowCount } = await rig.database.db.execute(
      `select from stripe_operations where kind = 'payout_account' and subject_id = '${provider.providerId}'`,
    )
    expect(rowCount).toBe(1)
  })

  test('404: not theirs', async () => {
    expect(await rig.call(stranger, 'POST', of('payout-account'))).toMatchObject({
      status: 404,
      body: { code: 'provider.not_found' },
    })
  })

  test('503: the gateway does not answer', async () => {
    await rig.fault({ match: 'POST /v1/account_links', action: 'drop-before', times: 2 })
    expect(await rig.call(member, 'POST', of('payout-account'))).toMatchObject({
      status: 503,
      body: { code: 'payment.unavailable' },
    })
    await rig.clearFaults()
  })
})

describe('POST /v1/providers/{id}/payout-account/check', () => {
  test('200: what the gateway says now', async () => {
    const providerId = randomUUID()
    const payable = await makeProvider(rig, { id: await openReadyAccount(rig, providerId), ready: false })
    const owner: Actor = { ...member, providerIds: [payable.providerId] }
    expect(await rig.call(owner, 'POST', `/providers/${payable.providerId}/payout-account/check`)).toEqual({
      status: 200,
      body: { ready: true, requirements: [] },
    })
  })

  test('404: not theirs', async () => {
    expect(await rig.call(stranger, 'POST', of('payout-account/check'))).toMatchObject({ status: 404 })
  })
})

describe('POST /v1/payouts/{id}/attempts', () => {
  const retry = (actor: Actor, body: unknown = { reason: 'asked by the provider' }) =>
    rig.call(actor, 'POST', `/payouts/${randomUUID()}/attempts`, body)

  test('403: for whoever does not decide about money', async () => {
    for (const actor of [ANONYMOUS, member, operator('support')]) {
      expect(await retry(actor)).toMatchObject({ status: 403, body: { code: 'auth.not_allowed' } })
    }
  })

  test('404: there is no such payout', async () => {
    expect(await retry(operator('finance'))).toMatchObject({
      status: 404,
      body: { code: 'payout.not_found' },
    })
  })

  test('409: a dispute holds it, with the state it is in', async () => {
    const booking = await paidBooking(rig, provider)
    await moveTo(rig, booking.id, 'confirm', 'start', 'complete')
    await schedulePayout(rig.ctx(), booking.id)
    const { rows } = await rig.database.owner.execute<{ id: string }>(sql`
      update payouts set waits_for = 'disputed' where booking_id = ${booking.id} returning id`)
    const path = `/payouts/${rows[0]?.id}/attempts`
    expect(await rig.call(operator('finance'), 'POST', path, { reason: 'asked' })).toMatchObject({
      status: 409,
      body: { status: 409, code: 'payout.wrong_state', state: 'scheduled' },
    })
  })

  test.each([{}, { reason: '' }, { reason: 'x'.repeat(501) }, { reason: 'fine', more: 1 }])(
    '422: %j',
    async (body) => {
      expect(await retry(operator('finance'), body)).toMatchObject({
        status: 422,
        body: { code: 'request.invalid' },
      })
    },
  )
})

describe('the ledger', () => {
  test('200: the trial balance adds up to zero, and each account opens to its transfers', async () => {
    await paidBooking(rig, provider)
    const { status, body } = await rig.call(operator('support'), 'GET', '/ledger/trial-balance')
    expect(status).toBe(200)
    const { currencies } = body as {
      currencies: { currency: string; difference: unknown; accounts: { accountId: string; code: string }[] }[]
    }
    expect(currencies).toMatchObject([{ currency: 'USD', difference: { amountMinor: 0, currency: 'USD' } }])
    const escrow = currencies[0]?.accounts.find(({ code }) => code === 'escrow')
    const page = await rig.call(
      operator('support'),
      'GET',
      `/ledger/accounts/${escrow?.accountId}/transfers?limit=1`,
    )
    expect(page).toMatchObject({
      status: 200,
      body: {
        items: [{ kind: 'capture', creditCode: 'escrow', amount: { amountMinor: 11_000, currency: 'USD' } }],
      },
    })
    const { nextCursor } = page.body as { nextCursor: string }
    expect(
      await rig.call(
        operator('support'),
        'GET',
        `/ledger/accounts/${escrow?.accountId}/transfers?cursor=${nextCursor}`,
      ),
    ).toMatchObject({ status: 200 })
  })

  test.each([
    [ANONYMOUS, 401, 'auth.required'],
    [member, 403, 'auth.not_allowed'],
  ] as const)('is for operators only (%#)', async (actor, status, code) => {
    for (const path of ['/ledger/trial-balance', `/ledger/accounts/${randomUUID()}/transfers`]) {
      expect(await rig.call(actor, 'GET', path)).toMatchObject({ status, body: { code } })
    }
  })

  test('422: a cursor of another list', async () => {
    const path = `/ledger/accounts/${randomUUID()}/transfers?cursor=abc`
    expect(await rig.call(operator('support'), 'GET', path)).toMatchObject({
      status: 422,
      body: { code: 'request.invalid' },
    })
  })
})
