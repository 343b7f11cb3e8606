import type { Metadata } from 'next'
import { pageConfig } from '#src/boot/web.ts'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { Contact } from '../contact.tsx'

export const metadata: Metadata = { title: 'Privacy', alternates: { canonical: '/privacy' } }

export default function PrivacyPage() {
  const { DEMO_MODE } = pageConfig()
  return (
    <Column width="narrow">
      <PageHeading title="Privacy">What we keep, what for, and who else sees it.</PageHeading>
      <div className="flex flex-col gap-8">
        <section>
          <h2 className="text-xl">What we keep</h2>
          <p className="mt-2">
            Of an account: name, email address, a password that we cannot read, and where it is signed in. Of
            a booking: who it is for, how to reach them, what was booked, paid, changed and written. Records
            of money are kept as long as the law asks.
          </p>
        </section>
        <section>
          <h2 className="text-xl">Who sees it</h2>
          <p className="mt-2">
            The provider sees the name, address and note of a booking, and the phone number if you gave one.
            Our payment company takes your card; its number never reaches us. Reviews show your first name and
            an initial. Nobody buys anything of this from us.
          </p>
        </section>
        <section>
          <h2 className="text-xl">Cookies</h2>
          <p className="mt-2">
            One that keeps you signed in, and one that remembers the time you are holding as a guest for as
            long as it is held. Nothing follows you around, so there is nothing to agree to.
          </p>
        </section>
        <section>
          <h2 className="text-xl">Your rights</h2>
          <p className="mt-2">
            Ask us for a copy of what we keep of you, to correct it, or to delete it where no law makes us
            keep it.
            {DEMO_MODE && ' In this demonstration everything is deleted when it is started over.'}
          </p>
        </section>
        <Contact />
      </div>
    </Column>
  )
}
