import Link from 'next/link'
import type { BookingView } from '#src/modules/bookings/reads.ts'
import { Card } from '#src/ui/card.tsx'
import { Facts } from '#src/ui/facts.tsx'
import { onOneLine, sayDuration, sayLongDay, saySpan, sayZone } from '#src/ui/format.ts'
import { InYourZone } from '#src/ui/in-your-zone.tsx'
import { Photo } from '#src/ui/photo.tsx'
import { policySentence } from '#src/ui/policy-sentence.ts'
import { PriceBox } from '#src/ui/price-box.tsx'
import { priceLines } from '../price-lines.ts'

export interface BookingSummaryProps {
  view: BookingView
  now: string
  locale: string
  feePercent: number
  /** Offered at checkout only: signing in removes the guest fee. */
  signInHref?: string | null
}

const CANCELLABLE = new Set(['held', 'awaiting_provider', 'confirmed'])
const PAID = new Set(['captured', 'partially_refunded', 'refunded', 'disputed', 'dispute_lost'])

/** All that goes back or has gone back, with its state in a word. */
function goingBack({ refunds, figures }: BookingView) {
  const good = refunds.filter(({ status }) => status !== 'failed')
  if (good.length === 0) return null
  const amountMinor = good.reduce((sum, { amount }) => sum + amount.amountMinor, 0)
  return {
    label: good.every(({ status }) => status !== 'on_its_way' && status !== 'waiting')
      ? 'Refunded'
      : 'On its way back',
    amount: { amountMinor, currency: figures.total.currency },
  }
}

/** What, when, where, with whom, and for how much: the same sheet at checkout, on the confirmation and on the manage page. */
export function BookingSummary({ view, now, locale, feePercent, signInHref }: BookingSummaryProps) {
  const { place, provider, service, timeZone, startsAt, endsAt, figures, payment } = view
  const addressWith = (postalCode: string) =>
    [place.addressLine, place.city, place.region, postalCode].filter(Boolean).join(', ')
  const address = addressWith(place.postalCode)
  return (
    <Card as="section">
      <h2 className="sr-only">Your booking</h2>
      <div className="flex items-center gap-4">
        <Photo
          src={place.photo}
          name={provider.name}
          sizes="64px"
          className="size-16 shrink-0 rounded-control"
        />
        <div className="min-w-0">
          <p className="text-lg leading-snug font-semibold">{service.name}</p>
          <p className="text-ink-soft">
            <Link className="link" href={`/providers/${provider.slug}`}>
              {provider.name}
            </Link>
            , {sayDuration(service.durationMinutes)}
          </p>
        </div>
      </div>
      <div className="mt-5 border-t border-line pt-5">
        <Facts
          items={[
            [
              'When',
              <span key="when">
                <time dateTime={startsAt} className="font-semibold">
                  {sayLongDay(startsAt, timeZone, locale)}, {saySpan(startsAt, endsAt, timeZone, locale)}
                </time>
                <span className="block text-sm text-ink-soft">{sayZone(timeZone, startsAt)}</span>
                <InYourZone at={startsAt} timeZone={timeZone} locale={locale} />
              </span>,
            ],
            [
              'Where',
              service.locationKind === 'online' ? (
                'Online. The provider sends the link.'
              ) : (
                <span key="where">
                  {addressWith(onOneLine(place.postalCode))}
                  {address && (
                    <a
                      data-no-print
                      className="link block text-sm"
                      rel="noreferrer"
                      href={`https://www.openstreetmap.org/search?${new URLSearchParams({ query: address })}`}
                    >
                      Show on a map
                    </a>
                  )}
                </span>
              ),
            ],
            view.customer ? ['For', `${view.customer.name}, ${view.customer.email}`] : null,
            [
              'Booking',
              <span className="tabular" key="code">
                {view.code}
              </span>,
            ],
          ]}
        />
      </div>
      <div className="mt-5 border-t border-line pt-5">
        <PriceBox
          lines={priceLines(service.name, figures)}
          guestFee={
            view.isGuest
              ? { amount: figures.guestFee, percent: feePercent, signInHref: signInHref ?? null }
              : null
          }
          total={figures.total}
          totalLabel={PAID.has(payment.status) ? 'Paid' : 'Total'}
          refunded={goingBack(view)}
          locale={locale}
        />
        {CANCELLABLE.has(view.state) && (
          <p className="mt-4 text-sm text-ink-soft">
            {policySentence(view.policy.steps, startsAt, now, timeZone, locale)}
          </p>
        )}
      </div>
    </Card>
  )
}
