import { notFound, redirect } from 'next/navigation'
import { cache } from 'react'
import { guestContext, pageContext } from '#src/boot/web.ts'
import { isId, type BookingId } from '#src/kernel/ids.ts'
import { getBookingView, type BookingView } from '#src/modules/bookings/reads.ts'
import { orNotFound } from '../or-not-found.ts'
import { queryString } from './query.ts'

export interface OpenedBooking {
  readonly view: BookingView
  /** ISO; the time the page speaks of. */
  readonly now: string
  /** The key that opened it; null for somebody signed in. */
  readonly guestKey: string | null
  /** Whoever looks has an account, whatever opened the booking. */
  readonly signedIn: boolean
}

/** The booking of a page, opened by a guest's key or by a session. Without either, signing in comes first. */
export const openBooking = cache(
  async (id: string, key: string | undefined, here: string): Promise<OpenedBooking> => {
    if (!isId(id)) notFound()
    const ctx = await pageContext()
    const signedIn = ctx.actor.kind === 'user'
    const guest = key ? await guestContext(key) : null
    if (!guest && !signedIn) redirect(`/login${queryString({ redirect_url: here })}`)
    const reader = guest ?? ctx
    const view = await orNotFound(getBookingView(reader, id as BookingId))
    return { view, now: reader.now.toString(), guestKey: guest && key ? key : null, signedIn }
  },
)
