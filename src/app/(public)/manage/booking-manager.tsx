import { isLive } from '#src/kernel/booking-states.ts'
import { Temporal } from '#src/kernel/time.ts'
import type { BookingId, ServiceId } from '#src/kernel/ids.ts'
import { pageConfig, pageContext } from '#src/boot/web.ts'
import type { BookingView } from '#src/modules/bookings/reads.ts'
import type { DocumentItem } from '#src/modules/documents/reads.ts'
import { listSlotsOfService, nextSlotsOfService } from '#src/modules/catalog/reads.ts'
import { findReviewOfBooking } from '#src/modules/reviews/reads.ts'
import { StateBadge } from '#src/ui/badge.tsx'
import { ButtonLink } from '#src/ui/button.tsx'
import { Card } from '#src/ui/card.tsx'
import { localDateOf, sayDate, sayMoment, sayZone } from '#src/ui/format.ts'
import type { PageLocale } from '#src/ui/locale.ts'
import { addMonths, monthOf } from '#src/ui/month-grid.ts'
import { policySentence } from '#src/ui/policy-sentence.ts'
import { PrintButton } from '#src/ui/print-button.tsx'
import { Timeline } from '#src/ui/timeline.tsx'
import { DocumentLinks } from '../../document-links.tsx'
import { TRANSITION_WORDS } from '../../transition-words.ts'
import { feePercent } from '../price-lines.ts'
import { isDate, one, queryString, type Query } from '../query.ts'
import { BookingSummary } from './booking-summary.tsx'
import { CalendarLinks } from './calendar-links.tsx'
import { CancelButton } from './cancel-button.tsx'
import { RefundStatus } from './refund-status.tsx'
import { ReviewForm } from './review-form.tsx'
import { TimeChanger } from './time-changer.tsx'

export interface BookingManagerProps {
  view: BookingView
  documents: readonly DocumentItem[]
  now: string
  guestKey: string | null
  locale: PageLocale
  query: Query
  /** The page it is on. */
  path: string
}

const CHARGED = new Set(['captured', 'partially_refunded'])

/** A booking in the hands of whoever booked it, by link or signed in. Looking at it changes nothing; its buttons do. */
export async function BookingManager({
  view,
  documents,
  now,
  guestKey,
  locale,
  query,
  path,
}: BookingManagerProps) {
  const { actions, timeZone } = view
  const { db } = await pageContext()
  const review =
    view.state === 'completed' && !actions.review ? await findReviewOfBooking(db, view.id as BookingId) : null
  const changing = actions.reschedule && one(query, 'change') === 'time'
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
        <h1 className="text-3xl">{view.service.name}</h1>
        <StateBadge state={view.state} />
      </div>
      <p className="mt-2 max-w-prose text-lg text-ink-soft">{explanation(view, locale.tag)}</p>
      <div className="mt-8 flex flex-col gap-6">
        {changing && <ChangeTime view={view} guestKey={guestKey} locale={locale} query={query} path={path} />}
        <RefundStatus view={view} locale={locale.tag} />
        <BookingSummary view={view} now={now} locale={locale.tag} feePercent={feePercent(pageConfig())} />
        <div data-no-print className="flex flex-wrap items-center gap-3">
          {actions.pay && (
            <ButtonLink href={`/checkout/${view.id}${queryString({ key: guestKey })}`}>Pay now</ButtonLink>
          )}
          {actions.reschedule && !changing && (
            <ButtonLink href={`${path}?change=time`}>Change the time</ButtonLink>
          )}
          {isLive(view.state) && view.state !== 'held' && <CalendarLinks view={view} guestKey={guestKey} />}
          {actions.cancel && view.cancelRefund && (
            <CancelButton
              bookingId={view.id}
              guestKey={guestKey}
              refund={view.cancelRefund}
              total={view.figures.total}
              charged={CHARGED.has(view.payment.status)}
              policy={policySentence(view.policy.steps, view.startsAt, now, timeZone, locale.tag)}
              locale={locale.tag}
            />
          )}
          {!isLive(view.state) && (
            <ButtonLink
              href={`/providers/${view.provider.slug}/book${queryString({ service: view.service.id })}`}
              look="secondary"
            >
              Book again
            </ButtonLink>
          )}
          <PrintButton />
        </div>
        {view.state === 'confirmed' && !actions.reschedule && (
          <p className="text-sm text-ink-soft">
            The time can no longer be changed here: the booking is too near.
          </p>
        )}
        <DocumentLinks items={documents} guestKey={guestKey} locale={locale.tag} />
        {(actions.review || review) && (
          <Card as="section">
            <ReviewForm
              bookingId={view.id}
              guestKey={guestKey}
              providerName={view.provider.name}
              review={review && { ...review, at: sayDate(review.createdAt, timeZone, locale.tag) }}
            />
          </Card>
        )}
        <Card as="section">
          <h2 className="text-lg">What happened so far</h2>
          <p className="mb-4 text-sm text-ink-soft">Times in {sayZone(timeZone, now)}</p>
          <Timeline
            entries={view.timeline.map(({ at, transition, by, reason }) => ({
              at: sayMoment(at, timeZone, locale.tag),
              iso: at,
              title: `${WORDS[transition] ?? transition}${by === 'system' || by === view.party ? '' : `, by the ${by}`}`,
              detail: reason,
            }))}
          />
        </Card>
      </div>
    </>
  )
}

const WORDS: typeof TRANSITION_WORDS = { ...TRANSITION_WORDS, request: 'Sent as a request' }

function explanation(view: BookingView, locale: string): string {
  const { state, provider, answerDueAt, timeZone } = view
  switch (state) {
    case 'held':
      return 'The time is held for you while you pay.'
    case 'awaiting_provider':
      return `${provider.name} answers${answerDueAt ? ` by ${sayMoment(answerDueAt, timeZone, locale)}` : ''}. Your card is charged only if they accept.`
    case 'confirmed':
      return `Everything is settled. ${provider.name} expects you.`
    case 'in_progress':
      return 'Your booking is under way.'
    case 'completed':
      return `Thank you for booking with ${provider.name}.`
    case 'declined':
      return `${provider.name} could not take it. Nothing was charged.`
    case 'expired':
      return 'The time was given back. Nothing was charged.'
    case 'cancelled':
      return 'This booking will not take place.'
    case 'no_show':
      return view.noShowParty === 'provider'
        ? 'The provider did not come. You get everything back.'
        : 'It was reported that you did not come.'
  }
}

const MONTHS_AHEAD_MAX = 12
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/

export async function ChangeTime({
  view,
  guestKey,
  locale,
  query,
  path,
}: Omit<BookingManagerProps, 'now' | 'documents'>) {
  const { db, now } = await pageContext()
  const { timeZone } = view
  const serviceId = view.service.id as ServiceId
  const thisMonth = monthOf(localDateOf(now.toString(), timeZone))
  const next = await nextSlotsOfService(db, serviceId, now, 1)
  const nextMonth = next.slots[0] ? monthOf(next.slots[0].localDate) : null
  const asked = one(query, 'month')
  const booked = monthOf(localDateOf(view.startsAt, timeZone))
  const month = asked && MONTH.test(asked) && asked >= thisMonth ? asked : booked
  const first = Temporal.PlainDate.from(`${month}-01`)
  const window = {
    from: first.subtract({ days: 1 }).toZonedDateTime(timeZone).toInstant(),
    until: first.add({ months: 1, days: 1 }).toZonedDateTime(timeZone).toInstant(),
  }
  const { slots } = await listSlotsOfService(db, serviceId, window, now)
  const day = one(query, 'date') ?? localDateOf(view.startsAt, timeZone)
  const to = (target: string) => `${path}?change=time&month=${target}`
  return (
    <Card as="section">
      <h2 className="text-xl">Choose the new time</h2>
      <p className="mt-1 mb-5 text-ink-soft">
        You keep {sayMoment(view.startsAt, timeZone, locale.tag)} until the new time is yours. The price stays
        the same.
      </p>
      <TimeChanger
        bookingId={view.id}
        guestKey={guestKey}
        backHref={path}
        now={now.toString()}
        startsAt={view.startsAt}
        charged={CHARGED.has(view.payment.status)}
        refunds={view.moving}
        picker={{
          slots,
          timeZone,
          month,
          locale: locale.tag,
          weekStart: locale.weekStart,
          date: isDate(day) ? day : null,
          previousHref: month > thisMonth ? to(addMonths(month, -1)) : null,
          nextHref: month < addMonths(thisMonth, MONTHS_AHEAD_MAX) ? to(addMonths(month, 1)) : null,
          nextFreeHref: nextMonth && nextMonth !== month ? to(nextMonth) : null,
          fields: [
            ['change', 'time'],
            ['month', month],
          ],
        }}
      />
    </Card>
  )
}
