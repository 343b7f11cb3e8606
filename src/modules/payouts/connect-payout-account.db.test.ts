import { eq, sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { ANONYMOUS, type Actor } from '#src/kernel/actor.ts'
import type { ProviderId, UserId } from '#src/kernel/ids.ts'
import {
  eventsAbout,
  finishOnboarding,
  makeProvider,
  moneyRig,
  moveTo,
  openReadyAccount,
  paidBooking,
  type BookedProvider,
  type MadeBooking,
  payOutToBank,
} from '#tests/support/money.ts'
import { startConnection } from './connect-payout-account.ts'
import { schedulePayout } from './schedule-payout.ts'
import { payouts } from './tables.ts'

const rig = await moneyRig()
const { db, owner } = rig.database
const CALLBACK = 'http://localhost:3000/api/stripe/connect/callback'

afterEach(() => rig.clearFaults())

async function memberOf({ providerId }: Pick<BookedProvider, 'providerId'>): Promise<Actor> {
  const userId = randomUUID() as UserId
  await owner.execute(
    sql`insert into users (id, name, email) values (${userId}, 'Mona Member', ${`${userId}@example.com`})`,
  )
  return { kind: 'user', userId, operatorRole: null, providerIds: [providerId] }
}

const begin = (actor: Actor, providerId: ProviderId) =>
  rig.call(actor, 'POST', `/providers/${providerId}/payout-account/connection`)

/** Where the provider is sent to. */
async function begun(actor: Actor, { providerId }: BookedProvider): Promise<string> {
  const answer = await begin(actor, providerId)
  expect(answer.status).toBe(201)
  return (answer.body as { url: string }).url
}

/** Fills in the page of the gateway. @returns the address it leads back to. */
async function answerAt(url: string, given: Record<string, string>): Promise<string> {
  const page = await (await fetch(url)).text()
  const hidden = [...page.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)]
  const answer = await fetch(new URL('/oauth/authorize', url), {
    method: 'POST',
    body: new URLSearchParams({
      ...Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value])),
      ...given,
    }),
    redirect: 'manual',
  })
  expect(answer.status).toBe(303)
  return answer.headers.get('location') ?? ''
}

const saysYes = (url: string, account = 'new') => answerAt(url, { answer: 'connect', account })

/** What the page then says, and whose page it is. */
async function comesBack(actor: Actor, address: string): Promise<[outcome: string | null, path: string]> {
  const { pathname, searchParams } = await rig.visit(actor, address)
  return [searchParams.get('connection'), pathname]
}

const pageOf = ({ providerId }: BookedProvider) => `/provider/provider-${providerId}/payouts`

async function accountOf({ providerId }: BookedProvider) {
  const { rows } = await db.execute<{ id: string | null; ready: boolean; requirements: string[] }>(sql`
    select payout_account_id as id, payout_account_ready as ready, payout_account_requirements as requirements
    from providers where id = ${providerId}`)
  return rows[0]
}

async function connected(): Promise<{ provider: BookedProvider; member: Actor; accountId: string }> {
  const provider = await makeProvider(rig)
  const member = await memberOf(provider)
  await comesBack(member, await saysYes(await begun(member, provider)))
  const account = await accountOf(provider)
  expect(account).toMatchObject({ ready: true })
  return { provider, member, accountId: account?.id ?? '' }
}

/** Waits until the webhook of something done by hand has come in and was acted on. */
async function until<T>(look: () => Promise<T>): Promise<void> {
  await expect
    .poll(
      async () => {
        await rig.runJobs()
        return look()
      },
      { timeout: 10_000, interval: 20 },
    )
    .toBe(true)
}

async function disconnect(provider: BookedProvider, accountId: string): Promise<void> {
  await rig.byHand(accountId, 'deauthorize')
  await until(async () => (await accountOf(provider))?.requirements.includes('disconnected'))
}

describe('an account that a provider has already', () => {
  test('is theirs when they come back, and they can be paid', async () => {
    const { provider, accountId } = await connected()
    expect(accountId).toMatch(/^acct_/)
    expect(await eventsAbout(rig, provider.providerId)).toEqual(['provider.payouts_ready'])
    const { rows } = await db.execute(
      sql`select action, after from audit_log where subject_id = ${provider.providerId}`,
    )
    expect(rows).toEqual([{ action: 'provider.connect_payout_account', after: { accountId } }])
  })

  test('is not connected by anybody but the person who set out', async () => {
    const [provider, other] = [await makeProvider(rig), await makeProvider(rig)]
    const [member, colleague, stranger] = [
      await memberOf(provider),
      await memberOf(provider),
      await memberOf(other),
    ]
    const back = await saysYes(await begun(member, provider))
    for (const somebody of [stranger, colleague, ANONYMOUS])
      expect(await comesBack(somebody, back)).toEqual(['foreign', '/provider/payouts'])
    expect([await accountOf(provider), await accountOf(other)]).toMatchObject([{ id: null }, { id: null }])
    expect(await comesBack(member, back)).toEqual(['connected', pageOf(provider)])
  })

  test('is not connected by somebody who has left the provider meanwhile', async () => {
    const provider = await makeProvider(rig)
    const member = await memberOf(provider)
    const back = await saysYes(await begun(member, provider))
    expect(await comesBack({ ...member, providerIds: [] } as Actor, back)).toEqual([
      'foreign',
      '/provider/payouts',
    ])
    expect(await accountOf(provider)).toMatchObject({ id: null })
  })

  test('is connected once by 16 who come back with one address at the same moment', async () => {
    const provider = await makeProvider(rig)
    const member = await memberOf(provider)
    const back = await saysYes(await begun(member, provider))
    const outcomes = await Promise.all(Array.from({ length: 16 }, () => comesBack(member, back)))
    expect(outcomes.map(([outcome]) => String(outcome)).sort()).toEqual([
      'connected',
      ...Array.from({ length: 15 }, () => 'used'),
    ])
    expect(await accountOf(provider)).toMatchObject({ ready: true })
  })

  test('is not connected after 15 minutes', async () => {
    const provider = await makeProvider(rig)
    const member = await memberOf(provider)
    const url = await begun(member, provider)
    await rig.pass({ minutes: 15 })
    expect(await comesBack(member, await saysYes(url))).toEqual(['lapsed', pageOf(provider)])
    expect(await accountOf(provider)).toMatchObject({ id: null })
  })

  test('is not connected when they say no, and the address is used up', async () => {
    const provider = await makeProvider(rig)
    const member = await memberOf(provider)
    const back = await answerAt(await begun(member, provider), { answer: 'deny' })
    expect(await comesBack(member, back)).toEqual(['denied', pageOf(provider)])
    expect(await comesBack(member, back)).toEqual(['used', pageOf(provider)])
  })

  test.each(['', '?state=', '?state=guessed&code=ac_guessed'])(
    'is not connected with an address that nobody was given (%s)',
    async (query) => {
      const member = await memberOf(await makeProvider(rig))
      expect(await comesBack(member, `${CALLBACK}${query}`)).toEqual(['unknown', '/provider/payouts'])
    },
  )

  test('is not connected with a code that was used', async () => {
    const [first, second] = [await makeProvider(rig), await makeProvider(rig)]
    const [one, two] = [await memberOf(first), await memberOf(second)]
    const back = new URL(await saysYes(await begun(one, first)))
    await comesBack(one, back.href)
    const other = new URL(await saysYes(await begun(two, second)))
    other.searchParams.set('code', back.searchParams.get('code') ?? '')
    expect(await comesBack(two, other.href)).toEqual(['rejected', pageOf(second)])
    expect(await accountOf(second)).toMatchObject({ id: null })
  })

  test('is not connected while the gateway does not answer, and is when they begin again', async () => {
    const provider = await makeProvider(rig)
    const member = await memberOf(provider)
    const back = await saysYes(await begun(member, provider))
    await rig.fault({ match: 'POST /oauth/token', action: '500-after-success', times: 1 })
    expect(await comesBack(member, back)).toEqual(['unavailable', pageOf(provider)])
    expect(await accountOf(provider)).toMatchObject({ id: null })
    expect(await comesBack(member, await saysYes(await begun(member, provider)))).toEqual([
      'connected',
      pageOf(provider),
    ])
  })

  test('of another provider is refused, and stays connected for that one', async () => {
    const theirs = await connected()
    const provider = await makeProvider(rig)
    const member = await memberOf(provider)
    expect(await comesBack(member, await saysYes(await begun(member, provider), theirs.accountId))).toEqual([
      'taken',
      pageOf(provider),
    ])
    expect(await accountOf(provider)).toMatchObject({ id: null })
    expect(await rig.gateway.readPayoutAccount(theirs.accountId)).toMatchObject({ ready: true })
  })

  test('does not take the place of the one they are paid to', async () => {
    const provider = await makeProvider(rig)
    const member = await memberOf(provider)
    const [one, two] = [await begun(member, provider), await begun(member, provider)]
    const [back, late] = [await saysYes(one), await saysYes(two)]
    const outcomes = await Promise.all([comesBack(member, back), comesBack(member, late)])
    expect(outcomes.map(([outcome]) => String(outcome)).sort()).toEqual(['connected', 'kept'])
    expect(await begin(member, provider.providerId)).toMatchObject({
      status: 409,
      body: { code: 'provider.payout_account_kept' },
    })
  })

  test('connected by two providers at the same moment is one’s', async () => {
    const [first, second] = [await makeProvider(rig), await makeProvider(rig)]
    const [one, two] = [await memberOf(first), await memberOf(second)]
    const gone = await connected()
    await disconnect(gone.provider, gone.accountId)
    await db.execute(
      sql`update providers set payout_account_id = null where id = ${gone.provider.providerId}`,
    )
    const backs = [
      await saysYes(await begun(one, first), gone.accountId),
      await saysYes(await begun(two, second), gone.accountId),
    ] as const
    const outcomes = await Promise.all([comesBack(one, backs[0]), comesBack(two, backs[1])])
    expect(outcomes.map(([outcome]) => String(outcome)).sort()).toEqual(['connected', 'taken'])
    expect(await rig.gateway.readPayoutAccount(gone.accountId)).toMatchObject({ ready: true })
  })
})

describe('POST /v1/providers/{id}/payout-account/connection', () => {
  test('404: not theirs, operators included', async () => {
    const { providerId } = await makeProvider(rig)
    const stranger = await memberOf(await makeProvider(rig))
    const admin: Actor = {
      kind: 'user',
      userId: randomUUID() as UserId,
      operatorRole: 'admin',
      providerIds: [],
    }
    for (const actor of [ANONYMOUS, stranger, admin])
      expect(await begin(actor, providerId)).toMatchObject({
        status: 404,
        body: { code: 'provider.not_found' },
      })
  })
})

test('409: this installation has no application at the payment company', async () => {
  const provider = await makeProvider(rig)
  const { STRIPE_CONNECT_CLIENT_ID: _, ...config } = rig.config
  const ctx = { ...rig.ctx(), config, actor: await memberOf(provider) }
  await expect(startConnection(ctx, rig.gateway, provider.providerId)).rejects.toMatchObject({
    code: 'provider.connection_not_offered',
  })
})

describe('an account that leaves us', () => {
  test('leaves the provider not bookable; what is due waits, and is paid when they connect again', async () => {
    const { provider, member, accountId } = await connected()
    const booking = await earned(provider)
    await disconnect(provider, accountId)
    expect(await accountOf(provider)).toEqual({
      id: accountId,
      ready: false,
      requirements: ['disconnected'],
    })
    expect(await triedPayout(booking)).toMatchObject({ status: 'scheduled', waitsFor: 'account_not_ready' })

    expect(await comesBack(member, await saysYes(await begun(member, provider), accountId))).toEqual([
      'connected',
      pageOf(provider),
    ])
    await rig.runJobs()
    expect(await triedPayout(booking)).toMatchObject({ status: 'paid', waitsFor: null })
    expect(await eventsAbout(rig, provider.providerId)).toEqual([
      'provider.payouts_ready',
      'provider.payouts_not_ready',
      'provider.payouts_ready',
    ])
  })

  test('whose leaving we have not heard of makes a payout wait for it, not for us', async () => {
    const { provider, accountId } = await connected()
    const booking = await earned(provider)
    await rig.fault({ match: 'event:*', action: 'drop-before' })
    await rig.byHand(accountId, 'deauthorize')
    expect(await triedPayout(booking)).toMatchObject({ status: 'scheduled', waitsFor: 'account_not_ready' })
    expect(await accountOf(provider)).toMatchObject({ ready: false, requirements: ['disconnected'] })
  })

  test('gives way to another, connected or opened', async () => {
    const { provider, member, accountId } = await connected()
    await disconnect(provider, accountId)
    await comesBack(member, await saysYes(await begun(member, provider)))
    const second = await accountOf(provider)
    expect(second).toMatchObject({ ready: true })
    expect(second?.id).not.toBe(accountId)

    await disconnect(provider, second?.id ?? '')
    const path = `/providers/${provider.providerId}/payout-account`
    expect(await rig.call(member, 'POST', path)).toMatchObject({ status: 201 })
    const third = await accountOf(provider)
    expect([accountId, second?.id]).not.toContain(third?.id)
    await finishOnboarding(rig, third?.id ?? '')
    expect(await rig.call(member, 'POST', `${path}/check`)).toMatchObject({ body: { ready: true } })
  })

  test('does not give way while a transfer to it may be on its way', async () => {
    const { provider, member, accountId } = await connected()
    const booking = await earned(provider)
    await rig.fault({ match: 'POST /v1/transfers', action: 'drop-before' })
    await triedPayout(booking)
    await disconnect(provider, accountId)
    expect(await comesBack(member, await saysYes(await begun(member, provider)))).toEqual([
      'in_flight',
      pageOf(provider),
    ])
    expect(await rig.call(member, 'POST', `/providers/${provider.providerId}/payout-account`)).toMatchObject({
      status: 409,
      body: { code: 'provider.payout_in_flight' },
    })
    expect(await accountOf(provider)).toMatchObject({ id: accountId })
  })
})

describe('what happens to an account', () => {
  test('that loses its capability makes the provider not bookable, until it is back', async () => {
    const provider = await makeProvider(rig)
    const accountId = await openReadyAccount(rig, provider.providerId)
    await owner.execute(
      sql`update providers set payout_account_id = ${accountId}, payout_account_ready = true where id = ${provider.providerId}`,
    )
    await rig.byHand(accountId, 'lose-capability')
    await until(async () => (await accountOf(provider))?.ready === false)
    await rig.byHand(accountId, 'regain-capability')
    await until(async () => (await accountOf(provider))?.ready === true)
    expect(await eventsAbout(rig, provider.providerId)).toEqual([
      'provider.payouts_not_ready',
      'provider.payouts_ready',
    ])
  })

  test('whose bank sends a payout back is told once, until one arrives', async () => {
    const { provider, accountId } = await connected()
    const failure = async () => {
      const { rows } = await db.execute<{ failure: string | null; at: string | null }>(sql`
        select bank_payout_failure as failure, bank_payout_failed_at as at from providers where id = ${provider.providerId}`)
      return rows[0]
    }
    await rig.byHand(await payOutToBank(rig, accountId), 'fail')
    await until(async () => (await failure())?.failure === 'account_closed')
    expect((await failure())?.at).not.toBeNull()
    await rig.byHand(await payOutToBank(rig, accountId), 'fail')
    await rig.delivered('payout.failed', 2)
    await rig.runJobs()
    expect(await eventsAbout(rig, provider.providerId)).toEqual([
      'provider.payouts_ready',
      'provider.bank_payout_failed',
    ])

    await rig.byHand(await payOutToBank(rig, accountId), 'pay')
    await until(async () => (await failure())?.failure === null)
    expect(await failure()).toEqual({ failure: null, at: null })
  })
})

/** A booking of this provider, over, with its payout scheduled. */
async function earned(provider: BookedProvider): Promise<MadeBooking> {
  const booking = await paidBooking(rig, provider)
  await moveTo(rig, booking.id, 'confirm', 'start', 'complete')
  await schedulePayout(rig.ctx(), booking.id)
  return booking
}

/** Escrow is over, and what is due is tried. */
async function triedPayout(booking: MadeBooking) {
  const ahead = booking.endsAt.add({ hours: 7 * 24 }).since(rig.ctx().now)
  if (ahead.sign > 0) await rig.pass(ahead)
  await rig.sweep('payouts.due')
  await rig.runJobs()
  const [payout] = await db.select().from(payouts).where(eq(payouts.bookingId, booking.id))
  return payout
}
