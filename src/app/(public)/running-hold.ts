import { cookies } from 'next/headers'
import { guestContext, pageContext } from '#src/boot/web.ts'
import { getBookingView, HELD_COOKIE, listBookings } from '#src/modules/bookings/reads.ts'
import { queryString } from './query.ts'

/** A time that whoever looks is holding, and where they pay for it. */
export interface RunningHold {
  readonly startsAt: string
  readonly until: string
  readonly href: string
}

/** Nobody holds more at once in earnest. */
const HOLDS_MAX = 10

/** Their running hold of this service: by account, or by what this browser remembers of a guest. */
export async function runningHold(serviceId: string): Promise<RunningHold | null> {
  return (await holdOfAccount(serviceId)) ?? (await holdOfGuest(serviceId))
}

async function holdOfAccount(serviceId: string): Promise<RunningHold | null> {
  const ctx = await pageContext()
  if (ctx.actor.kind !== 'user') return null
  const { items } = await listBookings(ctx, {
    as: 'customer',
    states: ['held'],
    order: 'soonest',
    limit: HOLDS_MAX,
  })
  const found = items.find(({ service, actions }) => service.id === serviceId && actions.pay)
  return found ? holdOf(found, null) : null
}

async function holdOfGuest(serviceId: string): Promise<RunningHold | null> {
  const key = (await cookies()).get(HELD_COOKIE)?.value
  const ctx = key ? await guestContext(key) : null
  if (!key || ctx?.actor.kind !== 'guest') return null
  const view = await getBookingView(ctx, ctx.actor.bookingId)
  return view.service.id === serviceId && view.actions.pay ? holdOf(view, key) : null
}

function holdOf(
  { id, startsAt, holdExpiresAt }: { id: string; startsAt: string; holdExpiresAt: string | null },
  key: string | null,
): RunningHold | null {
  return holdExpiresAt === null
    ? null
    : { startsAt, until: holdExpiresAt, href: `/checkout/${id}${queryString({ key })}` }
}
