import { notFound } from 'next/navigation'
import { cache } from 'react'
import { listBookings } from '#src/modules/bookings/reads.ts'
import { getOwnProvider, listMemberships } from '#src/modules/providers/reads.ts'
import { requireAccount } from '../require-account.ts'

/** The provider of that address, for its members; for everybody else there is none. Read once a request. */
export const openWorkspace = cache(async (slug: string, path: string) => {
  const { account, ctx } = await requireAccount(path)
  const memberships = await listMemberships(ctx.db, account.userId)
  const membership = memberships.find((one) => one.slug === slug)
  if (!membership) notFound()
  const provider = await getOwnProvider(ctx.db, ctx.actor, membership.id)
  return { account, ctx, provider, providerId: membership.id, memberships }
})

const REQUESTS_MAX = 50

/** Requests that wait for an answer, the one that lapses first at the top. */
export const openRequests = cache(async (slug: string, path: string) => {
  const { ctx, providerId } = await openWorkspace(slug, path)
  const { items } = await listBookings(ctx, {
    as: 'provider',
    providerId,
    states: ['awaiting_provider'],
    order: 'soonest',
    limit: REQUESTS_MAX,
  })
  return items.toSorted(
    (one, other) =>
      Date.parse(one.answerDueAt ?? one.startsAt) - Date.parse(other.answerDueAt ?? other.startsAt),
  )
})
