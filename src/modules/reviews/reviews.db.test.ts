import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import type { Actor } from '#src/kernel/actor.ts'
import type { BookingId, ReviewId, UserId } from '#src/kernel/ids.ts'
import { Refusal } from '#src/platform/errors.ts'
import type { Ctx } from '#src/platform/context.ts'
import { startTestApp } from '#tests/support/app.ts'
import {
  makeMember,
  makeOperator,
  makeProvider,
  signUp,
  type MadeProvider,
} from '#tests/support/factories.ts'
import { lockBookingVisibleTo, moveBooking } from '#src/modules/bookings/move-booking.ts'
import { answerReview } from './answer-review.ts'
import { createReview } from './create-review.ts'
import { listReviewRecords } from './list-review-records.ts'
import { listReviews } from './list-reviews.ts'
import { moderateReview } from './moderate-review.ts'

const app = await startTestApp({ worker: false })
const { db } = app.database
const contextOf = (actor: Actor): Ctx => app.composition.contextFor(actor, randomUUID())
const user = (userId: UserId, more: Partial<Extract<Actor, { kind: 'user' }>> = {}): Actor => ({
  kind: 'user',
  userId,
  operatorRole: null,
  providerIds: [],
  ...more,
})

/** A booking that has come to `state` by the listed ways, an hour long and long ago. */
async function makeBooking(
  provider: MadeProvider,
  customerId: UserId | null,
  state: 'confirmed' | 'completed',
  daysAgo: number,
): Promise<BookingId> {
  const id = randomUUID() as BookingId
  const start = app
    .now()
    .subtract({ hours: 24 * daysAgo })
    .toString()
  const steps = [
    [null, 'held', 'hold'],
    ['held', 'confirmed', 'confirm'],
    ...(state === 'completed'
      ? [
          ['confirmed', 'in_progress', 'start'],
          ['in_progress', 'completed', 'complete'],
        ]
      : []),
  ]
  await db.transaction(async (tx) => {
    await tx.execute(sql`
      insert into bookings (id, code, provider_id, service_id, calendar_id, state, customer_id, guest_name, guest_email, is_guest, starts_at, ends_at,
        occupied, time_zone, local_start, session_id, service_name, duration_minutes, buffer_before_minutes, buffer_after_minutes,
        minimum_notice_minutes, location_kind, booking_mode, cancellation_policy, currency, base_minor, commission_minor, surcharge_minor,
        provider_net_minor, total_minor, platform_fee_basis_points, guest_fee_basis_points, hold_expires_at, event_count, created_at, updated_at)
      values (${id}, ${id.slice(0, 9)}, ${provider.providerId}, ${provider.serviceId}, ${provider.calendarId}, ${state}, ${customerId},
        ${customerId ? null : 'Gus Guest'}, ${customerId ? null : 'gus@example.test'}, ${customerId === null}, ${start}, ${start}::timestamptz + interval '1 hour',
        tstzrange(${start}, ${start}::timestamptz + interval '1 hour'), 'UTC', ${start}::timestamptz at time zone 'UTC', ${id}, 'A service', 60, 0, 0,
        0, 'on_site', 'instant', 'flexible', 'USD', 10000, 1000, ${customerId ? 0 : 1000}, 9000, ${customerId ? 10_000 : 11_000}, 1000, 2000, ${start}, ${steps.length}, ${start}, ${start})`)
    for (const [index, [from, to, transition]] of steps.entries()) {
      await tx.execute(sql`insert into booking_events (booking_id, sequence, transition, from_state, to_state, actor_kind, at)
        values (${id}, ${index + 1}, ${transition}, ${from}, ${to}, 'system', ${start})`)
    }
  })
  return id
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  return error instanceof Refusal ? error.code : `not refused: ${String(error)}`
}

async function ratingOf({ providerId }: MadeProvider) {
  const { rows } = await db.execute(
    sql`select rating_sum as sum, rating_count as count from providers where id = ${providerId}`,
  )
  return rows[0]
}

describe('a review', () => {
  it('is written once, by whom the booking was for, after it is completed, and counts at once', async () => {
    const provider = await makeProvider(db)
    const { userId } = await signUp(app.url, 'Ana Maria Silva')
    const bookingId = await makeBooking(provider, userId, 'completed', 3)
    const ctx = contextOf(user(userId))
    const review = await createReview(ctx, { bookingId, rating: 4, body: 'Good.' })
    expect(review).toMatchObject({ authorName: 'Ana S.', rating: 4, serviceName: 'A service' })
    expect(await ratingOf(provider)).toEqual({ sum: 4, count: 1 })
    expect(await codeOf(createReview(ctx, { bookingId, rating: 1, body: '' }))).toBe('review.already_written')
    const confirmed = await makeBooking(provider, userId, 'confirmed', 5)
    expect(await codeOf(createReview(ctx, { bookingId: confirmed, rating: 5, body: '' }))).toBe(
      'review.not_completed',
    )
    expect(await ratingOf(provider)).toEqual({ sum: 4, count: 1 })
    expect((await listReviews(db, provider.providerId)).items.map(({ body }) => body)).toEqual(['Good.'])
  })

  it('can be written by a guest with the key of that booking, and by nobody else', async () => {
    const provider = await makeProvider(db)
    const [mine, other] = [
      await makeBooking(provider, null, 'completed', 3),
      await makeBooking(provider, null, 'completed', 4),
    ]
    const { userId } = await signUp(app.url)
    for (const actor of [
      user(userId),
      { kind: 'anonymous' } as const,
      { kind: 'guest', bookingId: other } as const,
    ]) {
      expect(await codeOf(createReview(contextOf(actor), { bookingId: mine, rating: 5, body: '' }))).toBe(
        'booking.not_found',
      )
    }
    const review = await createReview(contextOf({ kind: 'guest', bookingId: mine }), {
      bookingId: mine,
      rating: 5,
      body: '',
    })
    expect(review.authorName).toBe('Gus G.')
  })

  it('written twice at the same moment is one', async () => {
    const provider = await makeProvider(db)
    const bookingId = await makeBooking(provider, null, 'completed', 3)
    const ctx = contextOf({ kind: 'guest', bookingId })
    const codes = await Promise.all(
      Array.from({ length: 8 }, () => codeOf(createReview(ctx, { bookingId, rating: 5, body: '' }))),
    )
    expect(codes.filter((code) => code === 'review.already_written')).toHaveLength(7)
    expect(await ratingOf(provider)).toEqual({ sum: 5, count: 1 })
  })

  it('waits for a no-show that is being reported, and is not written then', async () => {
    const provider = await makeProvider(db)
    const bookingId = await makeBooking(provider, null, 'completed', 0)
    const system = contextOf({ kind: 'system', name: 'test' })
    const { writing } = await db.transaction(async (tx) => {
      const { booking } = await lockBookingVisibleTo(tx, system, bookingId)
      await moveBooking(tx, system, booking, {
        transition: 'report_no_show',
        party: 'provider',
        set: { noShowParty: 'customer', endKind: 'provider', endReason: 'nobody came' },
      })
      const review = codeOf(
        createReview(contextOf({ kind: 'guest', bookingId }), { bookingId, rating: 1, body: '' }),
      )
      await Promise.race([
        review,
        app.eventually('it waits', async () => {
          const { rows } = await db.execute(
            sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
          )
          return rows.length > 0
        }),
      ])
      return { writing: review }
    })
    expect(await writing).toBe('review.not_completed')
    expect(await ratingOf(provider)).toEqual({ sum: 0, count: 0 })
  })

  it('is answered once by the provider, and hidden by an operator with a reason, out of the rating', async () => {
    const provider = await makeProvider(db)
    const bookingId = await makeBooking(provider, null, 'completed', 3)
    const [owner, operator] = await Promise.all([signUp(app.url, 'Owner'), signUp(app.url, 'Operator')])
    await makeMember(db, provider.providerId, owner.userId)
    await makeOperator(db, operator.userId)
    const { id } = await createReview(contextOf({ kind: 'guest', bookingId }), {
      bookingId,
      rating: 1,
      body: 'No.',
    })
    const reviewId = id as ReviewId
    const ask = (path: string, method: string, body: object, cookie: string) =>
      app.request(`/api/v1/reviews/${id}${path}`, { method, body, headers: { cookie } })

    expect((await ask('/reply', 'POST', { reply: 'Mine now' }, operator.cookie)).status).toBe(200)
    expect(
      await codeOf(
        answerReview(
          contextOf(user(owner.userId, { providerIds: [provider.providerId] })),
          reviewId,
          'Again',
        ),
      ),
    ).toBe('review.already_answered')
    expect(await codeOf(answerReview(contextOf(user(owner.userId)), reviewId, 'Not mine'))).toBe(
      'review.not_found',
    )

    expect((await ask('/moderation', 'PUT', { status: 'hidden', reason: 'Spam' }, owner.cookie)).status).toBe(
      404,
    )
    expect((await ask('/moderation', 'PUT', { status: 'hidden' }, operator.cookie)).status).toBe(422)
    for (const status of ['hidden', 'hidden', 'published', 'hidden'] as const) {
      await moderateReview(contextOf(user(operator.userId, { operatorRole: 'support' })), {
        reviewId,
        status,
        reason: 'Spam',
      })
      expect(await ratingOf(provider)).toEqual(
        status === 'hidden' ? { sum: 0, count: 0 } : { sum: 1, count: 1 },
      )
    }
    expect((await listReviews(db, provider.providerId)).items).toEqual([])
    const { rows } = await db.execute(
      sql`select reason from audit_log where subject_id = ${id} and action = 'review.moderate'`,
    )
    expect(rows).toHaveLength(3)
  })

  it('is listed newest first, in pages that neither skip nor repeat', async () => {
    const { providerId } = await makeProvider(db)
    await db.execute(sql`
      insert into reviews (id, imported_from, provider_id, author_name, rating, created_at)
      select gen_random_uuid(), 'test', ${providerId}, 'Someone', 5, '2026-01-01'::timestamptz + (n / 3) * interval '0.000001 seconds' from generate_series(1, 25) n`)
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await app.request(
        `/api/v1/providers/${providerId}/reviews?limit=4${cursor ? `&cursor=${cursor}` : ''}`,
      )
      seen.push(...page.body.items.map(({ id }: { id: string }) => id))
      cursor = page.body.nextCursor ?? undefined
    } while (cursor)
    expect(seen).toHaveLength(25)
    expect(new Set(seen).size).toBe(25)
    expect(
      (await app.request(`/api/v1/providers/${providerId}/reviews?cursor=nonsense`)).body.errors,
    ).toMatchObject([{ path: 'cursor' }])
  })

  it('is found by the name in the address too, and only while the page is public', async () => {
    const { slug } = await makeProvider(db)
    const paused = await makeProvider(db, { status: 'paused' })
    const list = (name: string) => app.request(`/api/v1/providers/${name}/reviews`)
    expect(await list(slug)).toMatchObject({ status: 200, body: { items: [] } })
    for (const name of [paused.slug, paused.providerId, 'nobody'])
      expect(await list(name)).toMatchObject({ status: 404, body: { code: 'provider.not_found' } })
  })
})

describe('the records of reviews', () => {
  it('show those who run the provider, and operators, what is hidden and what waits for an answer', async () => {
    const provider = await makeProvider(db)
    const { userId } = await signUp(app.url, 'Rita Reviewer')
    const [first, second] = [
      await makeBooking(provider, userId, 'completed', 4),
      await makeBooking(provider, userId, 'completed', 3),
    ]
    const author = contextOf(user(userId))
    const rude = await createReview(author, { bookingId: first, rating: 1, body: 'Rude.' })
    const kind = await createReview(author, { bookingId: second, rating: 5, body: 'Kind.' })
    const operator = contextOf(user(userId, { operatorRole: 'support' }))
    await moderateReview(operator, { reviewId: rude.id as ReviewId, status: 'hidden', reason: 'Abusive' })

    const { providerId } = provider
    const owner = contextOf(user(userId, { providerIds: [providerId] }))
    const all = await listReviewRecords(owner, { providerId })
    expect(all.items.find(({ id }) => id === rude.id)).toMatchObject({
      ...{ status: 'hidden', moderationReason: 'Abusive', booking: { id: first } },
    })
    expect((await listReviewRecords(owner, { providerId, bookingId: second })).items).toHaveLength(1)
    expect((await listReviewRecords(owner, { providerId, unanswered: true })).items).toMatchObject([
      { id: kind.id },
    ])
    await answerReview(owner, kind.id as ReviewId, 'Thank you')
    expect((await listReviewRecords(owner, { providerId, unanswered: true })).items).toEqual([])
    expect((await listReviewRecords(operator, { status: 'hidden' })).items.map(({ id }) => id)).toContain(
      rude.id,
    )
  })

  it('are nobody else’s business', async () => {
    const { providerId } = await makeProvider(db)
    const stranger = contextOf(user(randomUUID() as UserId))
    expect(await codeOf(listReviewRecords(stranger, { providerId }))).toBe('review.not_found')
    expect(await codeOf(listReviewRecords(stranger, {}))).toBe('review.not_found')
  })
})
