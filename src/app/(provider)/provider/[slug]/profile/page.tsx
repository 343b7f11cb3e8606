import { Column, PageHeading } from '#src/ui/shell.tsx'
import { countries, timeZones } from '../../../places.ts'
import { openWorkspace } from '../../../workspace.ts'
import { ProfileForm } from './profile-form.tsx'

export const metadata = { title: 'Profile' }

export default async function ProfilePage({ params }: { params: Promise<{ slug: string }> }) {
  const { slug } = await params
  const { provider } = await openWorkspace(slug, `/provider/${slug}/profile`)
  return (
    <Column width="narrow">
      <PageHeading title="Profile">What customers read before they book.</PageHeading>
      <ProfileForm provider={provider} countries={countries()} timeZones={timeZones(provider.timeZone)} />
    </Column>
  )
}
