import { redirect } from 'next/navigation'

/** The short address that mails carry. */
export default async function BookingLink({ params }: { params: Promise<{ bookingId: string }> }) {
  const { bookingId } = await params
  redirect(`/dashboard/bookings/${encodeURIComponent(bookingId)}`)
}
