import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { pageConfig, pageContext } from '#src/boot/web.ts'
import { isId, type ServiceId } from '#src/kernel/ids.ts'
import { Temporal } from '#src/kernel/time.ts'
import { getQuote } from '#src/modules/bookings/reads.ts'
import { listSlotsOfService, nextSlotsOfService } from '#src/modules/catalog/reads.ts'
import { ButtonLink } from '#src/ui/button.tsx'
import { localDateOf, sayDuration } from '#src/ui/format.ts'
import { addMonths, monthOf } from '#src/ui/month-grid.ts'
import { Breadcrumbs } from '#src/ui/navigation.tsx'
import { POLICY_WORDS } from '#src/ui/policy-sentence.ts'
import { Column } from '#src/ui/shell.tsx'
import { orNotFound, refusalCode } from '../../../../or-not-found.ts'
import { pageLocale } from '../../../../page-locale.ts'
import { all, isDate, one, queryString, type Query } from '../../../query.ts'
import { feePercent, priceLines } from '../../../price-lines.ts'
import { runningHold } from '../../../running-hold.ts'
import { findProvider } from '../find-provider.ts'
import { BookingPicker } from './booking-picker.tsx'

interface PageProps {
  params: Promise<{ slug: string }>
  searchParams: Promise<Query>
}

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/
/** The longest booking horizon is a year. */
const MONTHS_AHEAD_MAX = 12

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const provider = await findProvider((await params).slug)
  return {
    title: `Choose a time at ${provider.name}`,
    robots: { index: false },
    alternates: { canonical: `/providers/${provider.slug}` },
  }
}

export default async function BookPage({ params, searchParams }: PageProps) {
  const [{ slug }, query, ctx, locale] = await Promise.all([
    params,
    searchParams,
    pageContext(),
    pageLocale(),
  ])
  const provider = await findProvider(slug)
  const serviceId = one(query, 'service') ?? provider.service?.id
  const service = provider.services.find(({ id }) => id === serviceId)
  if (!service) notFound()
  const extraIds = all(query, 'extra').filter(
    (id) => isId(id) && service.extras.some((extra) => extra.id === id),
  )
  const quote = await getQuote(ctx, service.id as ServiceId, extraIds).catch((error: unknown) =>
    refusalCode(error),
  )
  if (typeof quote === 'string') return <NotBookable slug={slug} name={provider.name} reason={quote} />

  const { timeZone } = provider
  const chosen = instantIn(one(query, 'slot'))
  const day = one(query, 'date')
  const date = day && isDate(day) ? day : null
  const thisMonth = monthOf(localDateOf(ctx.now.toString(), timeZone))
  const asked =
    one(query, 'month') ?? (chosen ? monthOf(localDateOf(chosen, timeZone)) : date && monthOf(date))
  const next = await nextSlotsOfService(ctx.db, service.id as ServiceId, ctx.now, 1)
  const nextMonth = next.slots[0] ? monthOf(next.slots[0].localDate) : null
  // The first free time decides what is shown first; an empty month links to it.
  const lastMonth = addMonths(thisMonth, MONTHS_AHEAD_MAX)
  const month =
    asked && MONTH.test(asked) && asked >= thisMonth && asked <= lastMonth ? asked : (nextMonth ?? thisMonth)
  const { slots } = await orNotFound(
    listSlotsOfService(ctx.db, service.id as ServiceId, windowOf(month, timeZone), ctx.now, extraIds),
  )

  const here = (changes: Record<string, string | null>) =>
    queryString({ service: service.id, extra: extraIds, ...changes })
  const path = `/providers/${slug}/book`
  return (
    <Column className="pt-4 sm:pt-6">
      <Breadcrumbs
        items={[
          { href: '/search', label: 'Search' },
          { href: `/providers/${slug}`, label: provider.name },
          { label: 'Choose a time' },
        ]}
      />
      <h1 className="mt-4 text-3xl">Choose a time</h1>
      <p className="mt-2 text-lg text-ink-soft">
        {service.name} at {provider.name}, {sayDuration(quote.durationMinutes)}
      </p>
      <BookingPicker
        key={`${service.id} ${extraIds.join()}`}
        serviceId={service.id}
        extras={service.extras}
        extraIds={extraIds}
        total={quote.total}
        lines={priceLines(service.name, quote)}
        guestFee={
          quote.isGuest
            ? {
                amount: quote.guestFee,
                percent: feePercent(pageConfig()),
                signInHref: `/login${queryString({ redirect_url: `${path}${here({ month, slot: chosen })}` })}`,
              }
            : null
        }
        policy={POLICY_WORDS[service.cancellationPolicy]}
        request={service.bookingMode === 'request'}
        chosen={chosen}
        held={await runningHold(service.id)}
        picker={{
          slots,
          timeZone,
          month,
          locale: locale.tag,
          weekStart: locale.weekStart,
          capacity: service.capacity,
          date,
          previousHref: month > thisMonth ? `${path}${here({ month: addMonths(month, -1) })}` : null,
          nextHref: month < lastMonth ? `${path}${here({ month: addMonths(month, 1) })}` : null,
          nextFreeHref: nextMonth && nextMonth !== month ? `${path}${here({ month: nextMonth })}` : null,
          fields: [
            ['service', service.id],
            ...extraIds.map((id) => ['extra', id] as const),
            ['month', month],
          ],
        }}
      />
    </Column>
  )
}

/** The month there, and a day on each side for readers in other zones. */
function windowOf(month: string, timeZone: string) {
  const first = Temporal.PlainDate.from(`${month}-01`)
  const from = first.subtract({ days: 1 }).toZonedDateTime(timeZone).toInstant()
  const until = first.add({ months: 1, days: 1 }).toZonedDateTime(timeZone).toInstant()
  return { from, until }
}

function instantIn(text: string | undefined): string | null {
  return text && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : null
}

const WHY: Readonly<Record<string, string>> = {
  'provider.own_service':
    'This is your own service, and nobody can book themselves. Sign out to see what others see.',
  'provider.not_bookable': 'This provider cannot be booked at the moment.',
  'service.not_chargeable':
    'This cannot be paid by card at its present price. Choose another service, or fewer extras.',
}

function NotBookable({ slug, name, reason }: { slug: string; name: string; reason: string }) {
  return (
    <Column width="narrow" className="py-16">
      <h1 className="text-3xl">No times to choose from</h1>
      <p className="mt-3 text-ink-soft">{WHY[reason] ?? 'This service is not offered any more.'}</p>
      <div className="mt-8 flex flex-wrap gap-3">
        <ButtonLink href={`/providers/${slug}`}>Back to {name}</ButtonLink>
        <ButtonLink href="/search" look="secondary">
          Search again
        </ButtonLink>
      </div>
    </Column>
  )
}
