import Link from 'next/link'
import { notFound } from 'next/navigation'
import { isId, type ProviderId } from '#src/kernel/ids.ts'
import { may } from '#src/kernel/rights.ts'
import { getProviderFile } from '#src/modules/operator/reads.ts'
import { StateBadge } from '#src/ui/badge.tsx'
import { ButtonLink } from '#src/ui/button.tsx'
import { Card } from '#src/ui/card.tsx'
import { Facts } from '#src/ui/facts.tsx'
import { count, sayMoment } from '#src/ui/format.ts'
import { Breadcrumbs } from '#src/ui/navigation.tsx'
import { Notice } from '#src/ui/notice.tsx'
import { Column } from '#src/ui/shell.tsx'
import { ActionButton } from '../../../../action-button.tsx'
import { orNotFound } from '../../../../or-not-found.ts'
import { pageLocale } from '../../../../page-locale.ts'
import { AuditLines } from '../../../audit-lines.tsx'
import { Code } from '../../../console-list.tsx'
import { requireOperator } from '../../../require-operator.ts'

export const metadata = { title: 'A provider' }

export default async function OperatorProviderPage({ params }: { params: Promise<{ providerId: string }> }) {
  const { providerId } = await params
  const { ctx } = await requireOperator(`/operator/providers/${providerId}`)
  if (!isId(providerId)) notFound()
  const [provider, locale] = await Promise.all([
    orNotFound(getProviderFile(ctx, providerId as ProviderId)),
    pageLocale(),
  ])
  const suspended = provider.status === 'suspended'
  return (
    <Column className="pt-4 sm:pt-6">
      <Breadcrumbs items={[{ href: '/operator/providers', label: 'Providers' }, { label: provider.name }]} />
      <div className="mt-4 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="text-3xl">{provider.name}</h1>
        <StateBadge state={provider.status} />
      </div>
      {provider.statusReason && (
        <div className="mt-4">
          <Notice tone={suspended ? 'danger' : 'info'} title="Reason given">
            {provider.statusReason}
          </Notice>
        </div>
      )}
      <div data-no-print className="mt-6 flex flex-wrap gap-3">
        <ButtonLink href={`/providers/${provider.slug}`} look="secondary" size="small">
          Public page
        </ButtonLink>
        <ButtonLink
          href={`/operator/bookings?text=${encodeURIComponent(provider.name)}`}
          look="secondary"
          size="small"
        >
          Bookings
        </ButtonLink>
        {!may(ctx.actor, 'provider.suspend') ? null : suspended ? (
          <ActionButton
            label="Reinstate"
            title={`Reinstate ${provider.name}?`}
            confirmLabel="Lift the suspension"
            method="DELETE"
            path={`/api/v1/providers/${provider.id}/suspension`}
            reason="required"
            reasonHint="Kept in the audit log."
          >
            <p>
              The page stays paused until the provider publishes it again. Nobody is charged or paid by this.
            </p>
          </ActionButton>
        ) : (
          <ActionButton
            label="Suspend"
            title={`Suspend ${provider.name}?`}
            confirmLabel="Suspend the provider"
            confirmLook="danger"
            method="PUT"
            path={`/api/v1/providers/${provider.id}/suspension`}
            reason="required"
            reasonHint="Kept in the audit log, and shown to the provider."
          >
            <p>
              The page leaves search at once and takes no new bookings. {count(provider.upcoming, 'booking')}{' '}
              to come stay as they are: cancel those that should not take place, each with its refund. No
              money moves by this.
            </p>
          </ActionButton>
        )}
      </div>
      <div className="mt-8 grid items-start gap-6 lg:grid-cols-2">
        <Card as="section">
          <h2 className="mb-4 text-lg">Provider</h2>
          <Facts
            items={[
              ['Place', [provider.city, provider.country].filter(Boolean).join(', ')],
              ['Time zone', provider.timeZone],
              ['Currency', provider.currency],
              [
                'Contact',
                [provider.contactEmail, provider.contactPhone].filter(Boolean).join(', ') || 'None given',
              ],
              [
                'Members',
                provider.members.length === 0
                  ? 'Nobody yet'
                  : provider.members.map(({ name, email, role }) => (
                      <span key={email} className="block">
                        {name}, {role} <span className="text-sm text-ink-soft">{email}</span>
                      </span>
                    )),
              ],
              ['Services', `${provider.services} offered`],
              ['Bookings', `${provider.bookings} in all, ${provider.upcoming} to come`],
              provider.importSource ? ['Imported from', provider.importSource] : null,
            ]}
          />
        </Card>
        <Card as="section">
          <h2 className="mb-4 text-lg">Payout account</h2>
          <Facts
            items={[
              [
                'At Stripe',
                provider.payoutAccountId ? <Code key="id">{provider.payoutAccountId}</Code> : 'None yet',
              ],
              ['Can be paid', provider.payoutAccountReady ? 'Yes' : 'No'],
              provider.payoutAccountRequirements.length > 0
                ? [
                    'Still wanted',
                    provider.payoutAccountRequirements.map((item) => <Code key={item}>{item} </Code>),
                  ]
                : null,
              provider.payoutAccountCheckedAt
                ? ['Last heard of', `${sayMoment(provider.payoutAccountCheckedAt, 'UTC', locale.tag)} UTC`]
                : null,
            ]}
          />
        </Card>
      </div>
      <Card as="section" className="mt-6">
        <h2 className="mb-4 text-lg">Audit log</h2>
        <AuditLines entries={provider.audit} locale={locale.tag} />
        {provider.audit.length > 0 && (
          <p className="mt-4">
            <Link className="link" href="/operator/audit">
              The whole log
            </Link>
          </p>
        )}
      </Card>
    </Column>
  )
}
