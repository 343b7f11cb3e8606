import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { pageConfig } from '#src/boot/web.ts'
import { ButtonLink } from '#src/ui/button.tsx'
import { Notice } from '#src/ui/notice.tsx'
import { Column } from '#src/ui/shell.tsx'
import { pageLocale } from '../../../page-locale.ts'
import { BookingSummary } from '../../manage/booking-summary.tsx'
import { openBooking } from '../../open-booking.ts'
import { feePercent } from '../../price-lines.ts'
import { one, queryString, type Query } from '../../query.ts'
import { CheckoutForm } from './checkout-form.tsx'
import { ClaimButton } from './claim-button.tsx'
import { HoldWatch } from './hold-watch.tsx'

export const metadata: Metadata = { title: 'Checkout', robots: { index: false }, referrer: 'no-referrer' }

interface PageProps {
  params: Promise<{ bookingId: string }>
  searchParams: Promise<Query>
}

export default async function CheckoutPage({ params, searchParams }: PageProps) {
  const [{ bookingId }, query, locale] = await Promise.all([params, searchParams, pageLocale()])
  const key = one(query, 'key')
  const here = `/checkout/${bookingId}${queryString({ key })}`
  const { view, now, guestKey, signedIn } = await openBooking(bookingId, key, here)
  const chooseAgain = `/providers/${view.provider.slug}/book${queryString({ service: view.service.id })}`

  if (view.state === 'expired' || (view.state === 'held' && !view.actions.pay))
    return <HoldOver href={chooseAgain} />
  if (view.state !== 'held') redirect(`/bookings/${bookingId}/confirmation${queryString({ key })}`)

  const secondsLeft = view.holdExpiresAt ? (Date.parse(view.holdExpiresAt) - Date.parse(now)) / 1000 : 0
  const signInHref = guestKey && !signedIn ? `/login${queryString({ redirect_url: here })}` : null
  return (
    <Column className="pt-8 sm:pt-12">
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-2">
        <h1 className="text-3xl">
          {view.bookingMode === 'request' ? 'Send your request' : 'Review and pay'}
        </h1>
        <HoldWatch secondsLeft={secondsLeft} />
      </div>
      <div className="mt-6 grid items-start gap-x-14 gap-y-8 lg:grid-cols-[1fr_26rem]">
        <div className="lg:order-2">
          <BookingSummary
            view={view}
            now={now}
            locale={locale.tag}
            feePercent={feePercent(pageConfig())}
            signInHref={signInHref}
          />
        </div>
        <div className="flex flex-col gap-6">
          {view.paymentError && (
            <Notice tone="warning" title="The payment did not go through">
              Nothing was charged and your time is still held. Try again, perhaps with another card.
            </Notice>
          )}
          {view.isGuest && signedIn && guestKey && (
            <ClaimButton
              guestKey={guestKey}
              guestFee={view.figures.guestFee}
              bookingId={view.id}
              locale={locale.tag}
            />
          )}
          <CheckoutForm
            bookingId={view.id}
            guestKey={guestKey}
            guest={
              view.isGuest
                ? {
                    name: view.customer?.name ?? '',
                    email: view.customer?.email ?? '',
                    phone: view.customer?.phone ?? '',
                  }
                : null
            }
            total={view.figures.total}
            request={view.bookingMode === 'request'}
            signInHref={signInHref}
            memberTotal={view.figures.base}
            locale={locale.tag}
          />
        </div>
      </div>
    </Column>
  )
}

function HoldOver({ href }: { href: string }) {
  return (
    <Column width="narrow" className="py-16">
      <h1 className="text-3xl">The time is no longer held</h1>
      <p className="mt-3 text-ink-soft">
        We keep a time for {pageConfig().HOLD_MINUTES} minutes while you pay. Nothing was charged. If the time
        is still free you can take it again.
      </p>
      <ButtonLink href={href} className="mt-8">
        Choose a time
      </ButtonLink>
    </Column>
  )
}
