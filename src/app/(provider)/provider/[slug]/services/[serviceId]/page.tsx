import { notFound } from 'next/navigation'
import { minimumPriceOf } from '#src/kernel/charges.ts'
import { listCategories, listOwnServices } from '#src/modules/catalog/reads.ts'
import { Breadcrumbs } from '#src/ui/navigation.tsx'
import { Column } from '#src/ui/shell.tsx'
import { ActionButton } from '../../../../../action-button.tsx'
import { pageLocale } from '../../../../../page-locale.ts'
import { openWorkspace } from '../../../../workspace.ts'
import { ServiceForm } from '../service-form.tsx'
import { categoryChoices, currencyOf } from '../service-page.ts'

export const metadata = { title: 'A service' }

export default async function ServicePage({
  params,
}: {
  params: Promise<{ slug: string; serviceId: string }>
}) {
  const { slug, serviceId } = await params
  const list = `/provider/${slug}/services`
  const { ctx, provider, providerId } = await openWorkspace(slug, `${list}/${serviceId}`)
  const [services, categories, locale] = await Promise.all([
    listOwnServices(ctx.db, ctx.config, ctx.actor, providerId),
    listCategories(ctx.db),
    pageLocale(),
  ])
  const service = services.find(({ id }) => id === serviceId)
  if (!service) notFound()
  const { platformFee, guestFee, MINIMUM_PRICE_MINOR } = ctx.config
  const currency = currencyOf(provider.currency)
  return (
    <Column width="narrow" className="pt-4 sm:pt-6">
      <Breadcrumbs items={[{ href: list, label: 'Services' }, { label: service.name }]} />
      <div className="mt-4 mb-6 flex flex-wrap items-center justify-between gap-3">
        <h1 className="text-3xl">{service.name}</h1>
        <ActionButton
          label={service.active ? 'Take off the page' : 'Put on the page'}
          title={service.active ? `Take ${service.name} off your page?` : `Put ${service.name} on your page?`}
          confirmLabel={service.active ? 'Take it off' : 'Put it on'}
          method="PATCH"
          path={`/api/v1/my/services/${service.id}`}
          body={{ active: !service.active }}
        >
          <p>
            {service.active
              ? 'Nobody can book it from now on. Bookings that exist stay as they are.'
              : 'It can be booked as soon as your page is public and payouts are set up.'}
          </p>
        </ActionButton>
      </div>
      <ServiceForm
        providerId={provider.id}
        service={service}
        categories={categoryChoices(categories)}
        currency={currency}
        fees={{ platformFee, guestFee }}
        minimumPriceMinor={Number(minimumPriceOf(currency, MINIMUM_PRICE_MINOR))}
        listHref={list}
        locale={locale.tag}
      />
    </Column>
  )
}
