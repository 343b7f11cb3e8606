import type { Metadata } from 'next'
import { notFound, redirect } from 'next/navigation'
import { guestContext, pageContext } from '#src/boot/web.ts'
import { isId, type BookingId, type RefundId } from '#src/kernel/ids.ts'
import type { BookingView } from '#src/modules/bookings/reads.ts'
import { findDocumentOf } from '#src/modules/documents/reads.ts'
import { ButtonLink } from '#src/ui/button.tsx'
import { Column } from '#src/ui/shell.tsx'
import { orNotFound } from '../../../../../or-not-found.ts'
import { LinkOver } from '../../../../manage/link-over.tsx'
import { openBooking } from '../../../../open-booking.ts'
import { one, queryString, type Query } from '../../../../query.ts'

// The address may carry a guest's key: it must not travel on in a Referer, nor into a search engine.
export const metadata: Metadata = {
  title: 'Your document',
  robots: { index: false, follow: false },
  referrer: 'no-referrer',
}

interface PageProps {
  params: Promise<{ bookingId: string; kind: string }>
  searchParams: Promise<Query>
}

/**
 * Where mails lead to that were written before the document was: to the receipt of a booking or the credit note of a refund,
 * and until it has been issued to a page that says when it will be.
 */
export default async function DocumentOfBookingPage({ params, searchParams }: PageProps) {
  const [{ bookingId, kind }, query] = await Promise.all([params, searchParams])
  const [key, refund] = [one(query, 'key'), one(query, 'refund')]
  const page = `/bookings/${bookingId}/documents/${kind}`
  const ctx = await pageContext()
  const guest = key ? await guestContext(key) : null
  if (key && !guest && ctx.actor.kind === 'anonymous')
    return <LinkOver here={`${page}${queryString({ refund })}`} />
  const here = `${page}${queryString({ refund, key })}`
  const { view, guestKey } = await openBooking(bookingId, key, here)
  const wanted = wantedOf(kind, refund)
  const found = await orNotFound(findDocumentOf(guest ?? ctx, bookingId as BookingId, wanted))
  if (found) redirect(`/documents/${found}${queryString({ key: guestKey })}`)
  const [title, sentence] = wordsOf(wanted.kind, view)
  return (
    <Column width="narrow" className="py-16">
      <h1 className="text-3xl">{title}</h1>
      <p className="mt-3 text-ink-soft">{sentence}</p>
      <div className="mt-8 flex flex-wrap gap-3">
        <ButtonLink href={here}>Look again</ButtonLink>
        <ButtonLink href={guestKey ? `/manage/${guestKey}` : `/bookings/${bookingId}`} look="secondary">
          Open the booking
        </ButtonLink>
      </div>
    </Column>
  )
}

function wantedOf(kind: string, refund: string | undefined) {
  if (kind === 'receipt') return { kind: 'receipt' } as const
  if (kind === 'credit-note' && refund !== undefined && isId(refund))
    return { kind: 'credit_note', refundId: refund as RefundId } as const
  notFound()
}

const NOTHING_TAKEN = new Set(['unpaid', 'authorized', 'voided'])

function wordsOf(
  kind: 'receipt' | 'credit_note',
  { payment }: BookingView,
): [title: string, sentence: string] {
  if (NOTHING_TAKEN.has(payment.status))
    return [
      kind === 'receipt' ? 'There is no receipt yet' : 'There is no credit note',
      payment.status === 'authorized'
        ? 'The amount is reserved on your card and has not been charged. The receipt comes with the charge.'
        : 'Nothing has been charged for this booking.',
    ]
  return kind === 'receipt'
    ? ['Your receipt is being written', 'It is there within a minute of the payment.']
    : [
        'The credit note is not written yet',
        'It is there as soon as the money has gone back to your card. The page of the booking says where your refund is.',
      ]
}
