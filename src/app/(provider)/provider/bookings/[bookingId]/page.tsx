import { notFound, redirect } from 'next/navigation'
import { isId, type BookingId } from '#src/kernel/ids.ts'
import { getBookingView } from '#src/modules/bookings/reads.ts'
import { orNotFound } from '../../../../or-not-found.ts'
import { requireAccount } from '../../../../require-account.ts'

/** The short address that mails carry. */
export default async function BookingLink({ params }: { params: Promise<{ bookingId: string }> }) {
  const { bookingId } = await params
  const { ctx } = await requireAccount(`/provider/bookings/${bookingId}`)
  if (!isId(bookingId)) notFound()
  const { provider, id } = await orNotFound(getBookingView(ctx, bookingId as BookingId))
  redirect(`/provider/${provider.slug}/bookings/${id}`)
}
