import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { pageConfig } from '#src/boot/web.ts'
import { ButtonLink } from '#src/ui/button.tsx'
import { sayMoney } from '#src/ui/format.ts'
import { Notice } from '#src/ui/notice.tsx'
import { Column } from '#src/ui/shell.tsx'
import { pageLocale } from '../../../page-locale.ts'
import { ClaimButton } from '../../claim-button.tsx'
import { BookingSummary } from '../../manage/booking-summary.tsx'
import { openBooking } from '../../open-booking.ts'
import { feePercent } from '../../price-lines.ts'
import { one, queryString, type Query } from '../../query.ts'
import { CheckoutForm } from './checkout-form.tsx'
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
  const chooseAgain = `/providers/${view.provider.slug}/book${queryString({ service: view.service.id, slot: view.startsAt })}`

  if (view.state === 'expired' || (view.state === 'held' && !view.actions.pay))
    return <HoldOver href={chooseAgain} />
  if (view.state !== 'held') redirect(`/bookings/${bookingId}/confirmation${queryString({ key })}`)

  const secondsLeft = view.holdExpiresAt ? (Date.parse(view.holdExpiresAt) - Date.parse(now)) / 1000 : 0
  const signInHref = guestKey && !signedIn ? `/login${queryString({ redirect_url: here })}` : null
  const asGuest = view.isGuest
  const form = (
    <CheckoutForm
      bookingId={view.id}
      guestKey={guestKey}
      guest={
        asGuest
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
  )
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
          {asGuest && signedIn && guestKey ? (
            <>
              <section>
                <h2 className="text-xl">You are signed in</h2>
                <p className="mt-1 mb-4 text-ink-soft">
                  With your account it costs {sayMoney(view.figures.base, locale.tag)}: the guest booking fee
                  of {sayMoney(view.figures.guestFee, locale.tag)} goes away.
                </p>
                <ClaimButton
                  guestKey={guestKey}
                  label={`Book with my account for ${sayMoney(view.figures.base, locale.tag)}`}
                  doneHref={`/checkout/${view.id}`}
                  wide
                />
              </section>
              <details>
                <summary className="inline-flex min-h-11 cursor-pointer items-center text-link underline underline-offset-4">
                  Book for somebody else, as a guest with the fee
                </summary>
                <div className="mt-4">{form}</div>
              </details>
            </>
          ) : (
            form
          )}
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
