import type { Metadata } from 'next'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { pageConfig } from '#src/boot/web.ts'
import type { BookingView } from '#src/modules/bookings/reads.ts'
import { ButtonLink } from '#src/ui/button.tsx'
import { sayMoment } from '#src/ui/format.ts'
import { CalendarIcon, CheckIcon, ClockIcon } from '#src/ui/icons.tsx'
import { PrintButton } from '#src/ui/print-button.tsx'
import { Column } from '#src/ui/shell.tsx'
import { pageLocale } from '../../../../page-locale.ts'
import { BookingSummary } from '../../../manage/booking-summary.tsx'
import { CalendarLinks } from '../../../manage/calendar-links.tsx'
import { IntoAccount } from '../../../manage/into-account.tsx'
import { openBooking } from '../../../open-booking.ts'
import { feePercent } from '../../../price-lines.ts'
import { one, queryString, type Query } from '../../../query.ts'
import { PaymentWatch } from './payment-watch.tsx'

export const metadata: Metadata = { title: 'Your booking', robots: { index: false }, referrer: 'no-referrer' }

interface PageProps {
  params: Promise<{ bookingId: string }>
  searchParams: Promise<Query>
}

/** Where the payment page leads back to, and what can be kept or printed afterwards. */
export default async function ConfirmationPage({ params, searchParams }: PageProps) {
  const [{ bookingId }, query, locale] = await Promise.all([params, searchParams, pageLocale()])
  const key = one(query, 'key')
  const here = `/bookings/${bookingId}/confirmation${queryString({ key })}`
  const { view, now, guestKey, signedIn } = await openBooking(bookingId, key, here)
  const manageHref = guestKey ? `/manage/${guestKey}` : `/dashboard/bookings/${bookingId}`
  return (
    <Column width="medium" className="pt-10 sm:pt-16">
      {view.state === 'held' ? (
        <PaymentWatch
          bookingId={view.id}
          guestKey={guestKey}
          checkoutHref={`/checkout/${bookingId}${queryString({ key })}`}
        />
      ) : (
        <Outcome view={view} locale={locale.tag} />
      )}
      <div className="mt-8">
        <BookingSummary view={view} now={now} locale={locale.tag} feePercent={feePercent(pageConfig())} />
      </div>
      {(view.state === 'confirmed' || view.state === 'awaiting_provider') && (
        <div data-no-print className="mt-6 flex flex-wrap items-center gap-3">
          <ButtonLink href={manageHref}>Change or cancel</ButtonLink>
          <CalendarLinks view={view} guestKey={guestKey} />
          <PrintButton />
        </div>
      )}
      {guestKey && view.state !== 'held' && (
        <div className="mt-8">
          <IntoAccount bookingId={bookingId} guestKey={guestKey} here={here} signedIn={signedIn} />
        </div>
      )}
    </Column>
  )
}

function Outcome({ view, locale }: { view: BookingView; locale: string }) {
  const mailed = view.customer ? ` We have sent everything to ${view.customer.email}.` : ''
  switch (view.state) {
    case 'awaiting_provider':
      return (
        <Headline icon={<ClockIcon className="size-8" />} title="Requested">
          {view.provider.name} answers
          {view.answerDueAt
            ? ` by ${sayMoment(view.answerDueAt, view.timeZone, locale)}`
            : ' within 24 hours'}
          . Your card is charged only if they accept.{mailed}
        </Headline>
      )
    case 'expired':
    case 'declined':
    case 'cancelled':
      return (
        <Headline icon={<CalendarIcon className="size-8" />} title="This booking did not come about">
          {view.payment.status === 'unpaid' || view.payment.status === 'voided'
            ? 'Nothing was charged.'
            : 'What was paid is on its way back to your card.'}{' '}
          <Link
            className="link"
            href={`/providers/${view.provider.slug}/book${queryString({ service: view.service.id })}`}
          >
            Choose another time
          </Link>
        </Headline>
      )
    default:
      return (
        <Headline icon={<CheckIcon className="size-8" />} title="Confirmed">
          It is booked and paid.{mailed}
        </Headline>
      )
  }
}

function Headline({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) {
  return (
    <div className="flex items-start gap-4">
      <span className="mt-1 inline-flex size-14 shrink-0 items-center justify-center rounded-full bg-slot-hover text-on-slot-hover">
        {icon}
      </span>
      <div>
        <h1 className="text-3xl">{title}</h1>
        <p className="mt-2 text-lg text-ink-soft">{children}</p>
      </div>
    </div>
  )
}
