import { listOwnServices } from '#src/modules/catalog/reads.ts'
import { PICTURE_KINDS, picturesOf } from '#src/modules/providers/reads.ts'
import { ButtonLink } from '#src/ui/button.tsx'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { countries, timeZones } from '../../../places.ts'
import { openWorkspace } from '../../../workspace.ts'
import { ProfileForm } from './profile-form.tsx'

export const metadata = { title: 'Profile' }

export default async function ProfilePage({ params }: { params: Promise<{ slug: string }> }) {
  const { slug } = await params
  const { ctx, provider, providerId } = await openWorkspace(slug, `/provider/${slug}/profile`)
  const services = await listOwnServices(ctx.db, ctx.config, ctx.actor, providerId)
  // Whoever has no service yet most likely receives people; only online services need no town.
  const onSite = services.length === 0 || services.some((one) => one.active && one.locationKind === 'on_site')
  return (
    <Column width="narrow">
      <PageHeading
        title="Profile"
        actions={
          provider.status === 'live' ? (
            <ButtonLink href={`/providers/${slug}`} look="secondary" size="small">
              See it as customers do
            </ButtonLink>
          ) : undefined
        }
      >
        What customers read before they book.
      </PageHeading>
      <ProfileForm
        provider={provider}
        onSite={onSite}
        countries={countries()}
        timeZones={timeZones(provider.timeZone)}
        pictures={PICTURE_KINDS.map((kind) => ({ kind, paths: picturesOf(kind) }))}
      />
    </Column>
  )
}
