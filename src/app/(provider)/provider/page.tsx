import Link from 'next/link'
import { redirect } from 'next/navigation'
import { listMemberships } from '#src/modules/providers/reads.ts'
import { StateBadge } from '#src/ui/badge.tsx'
import { Column, PageHeading, Shell } from '#src/ui/shell.tsx'
import type { Query } from '../../(public)/query.ts'
import { requireAccount } from '../../require-account.ts'
import { shellUser } from '../../shell-user.tsx'
import { countries, currencyChoices, timeZones } from '../places.ts'
import { NewProviderForm } from './new-provider-form.tsx'

export const metadata = { title: 'Offer your services' }

export default async function ProviderStartPage({ searchParams }: { searchParams: Promise<Query> }) {
  const { account, ctx } = await requireAccount('/provider')
  const memberships = await listMemberships(ctx.db, account.userId)
  const wantsNew = 'new' in (await searchParams)
  const [only] = memberships
  if (only && memberships.length === 1 && !wantsNew) redirect(`/provider/${only.slug}`)
  return (
    <Shell user={await shellUser()}>
      <Column width="narrow">
        {memberships.length > 0 && !wantsNew ? (
          <>
            <PageHeading title="Your workspaces" />
            <ul className="divide-y divide-line">
              {memberships.map(({ slug, name, status }) => (
                <li key={slug}>
                  <Link
                    href={`/provider/${slug}`}
                    className="flex min-h-14 items-center justify-between gap-4 py-2 font-medium hover:underline"
                  >
                    {name} <StateBadge state={status} />
                  </Link>
                </li>
              ))}
            </ul>
            <p className="mt-6">
              <Link className="link" href="/provider?new">
                Begin another one
              </Link>
            </p>
          </>
        ) : (
          <>
            <PageHeading title="Offer your services">
              Begin with a name. You add services, hours and payouts next, in any order, and nothing is public
              before you publish it.
            </PageHeading>
            <NewProviderForm
              countries={countries()}
              timeZones={timeZones()}
              currencies={currencyChoices([...new Set([ctx.config.CURRENCY, ...ctx.config.currencies])])}
            />
          </>
        )}
      </Column>
    </Shell>
  )
}
