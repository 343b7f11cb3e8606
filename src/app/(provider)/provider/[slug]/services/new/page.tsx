import { minimumPriceOf } from '#src/kernel/charges.ts'
import { listCategories } from '#src/modules/catalog/reads.ts'
import { Breadcrumbs } from '#src/ui/navigation.tsx'
import { Column } from '#src/ui/shell.tsx'
import { pageLocale } from '../../../../../page-locale.ts'
import { openWorkspace } from '../../../../workspace.ts'
import { ServiceForm } from '../service-form.tsx'
import { categoryChoices, currencyOf } from '../service-page.ts'

export const metadata = { title: 'A new service' }

export default async function NewServicePage({ params }: { params: Promise<{ slug: string }> }) {
  const { slug } = await params
  const list = `/provider/${slug}/services`
  const { ctx, provider } = await openWorkspace(slug, `${list}/new`)
  const [categories, locale] = await Promise.all([listCategories(ctx.db), pageLocale()])
  const { platformFee, guestFee, MINIMUM_PRICE_MINOR } = ctx.config
  const currency = currencyOf(provider.currency)
  return (
    <Column width="narrow" className="pt-4 sm:pt-6">
      <Breadcrumbs items={[{ href: list, label: 'Services' }, { label: 'A new service' }]} />
      <h1 className="mt-4 mb-6 text-3xl">A new service</h1>
      <ServiceForm
        providerId={provider.id}
        service={null}
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
