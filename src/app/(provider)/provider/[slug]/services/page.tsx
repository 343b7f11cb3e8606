import Link from 'next/link'
import { listOwnServices } from '#src/modules/catalog/reads.ts'
import { Badge } from '#src/ui/badge.tsx'
import { ButtonLink } from '#src/ui/button.tsx'
import { Card } from '#src/ui/card.tsx'
import { EmptyState } from '#src/ui/empty-state.tsx'
import { sayDuration, sayMoney } from '#src/ui/format.ts'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { pageLocale } from '../../../../page-locale.ts'
import { openWorkspace } from '../../../workspace.ts'

export const metadata = { title: 'Services' }

export default async function ServicesPage({ params }: { params: Promise<{ slug: string }> }) {
  const { slug } = await params
  const path = `/provider/${slug}/services`
  const { ctx, providerId } = await openWorkspace(slug, path)
  const [services, locale] = await Promise.all([
    listOwnServices(ctx.db, ctx.config, ctx.actor, providerId),
    pageLocale(),
  ])
  const add = (
    <ButtonLink href={`${path}/new`} size="small">
      Add a service
    </ButtonLink>
  )
  return (
    <Column width="medium">
      <PageHeading title="Services" actions={services.length > 0 ? add : undefined}>
        What can be booked, and what each side pays and gets.
      </PageHeading>
      {services.length === 0 ? (
        <EmptyState title="No services yet" actions={add}>
          <p>A service has a name, a length and a price. Everything else has a good default.</p>
        </EmptyState>
      ) : (
        <ul className="flex flex-col gap-3">
          {services.map((service) => (
            <Card key={service.id} as="li">
              <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
                <div>
                  <h2 className="text-lg">
                    <Link className="link" href={`${path}/${service.id}`}>
                      {service.name}
                    </Link>
                  </h2>
                  <p className="text-sm text-ink-soft">
                    {service.category.name}, {sayDuration(service.durationMinutes)},{' '}
                    {service.bookingMode === 'instant' ? 'booked instantly' : 'you confirm each request'}
                    {service.capacity > 1 && `, up to ${service.capacity} people at once`}
                  </p>
                </div>
                <Badge tone={service.active ? 'success' : 'neutral'}>
                  {service.active ? 'On your page' : 'Off your page'}
                </Badge>
              </div>
              <p className="tabular mt-3">
                You receive <strong>{sayMoney(service.providerNet, locale.tag)}</strong>, member pays{' '}
                {sayMoney(service.price, locale.tag)}, guest pays {sayMoney(service.guestTotal, locale.tag)}
              </p>
            </Card>
          ))}
        </ul>
      )}
    </Column>
  )
}
