import type { Metadata } from 'next'
import { pageConfig } from '#src/boot/web.ts'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { Contact } from '../contact.tsx'

export const metadata: Metadata = { title: 'Terms', alternates: { canonical: '/terms' } }

export default function TermsPage() {
  const { DEMO_MODE, ESCROW_DAYS, HOLD_MINUTES } = pageConfig()
  return (
    <Column width="narrow">
      <PageHeading title="Terms">What you and we can count on, in plain words.</PageHeading>
      <div className="flex flex-col gap-8">
        {DEMO_MODE && (
          <section>
            <h2 className="text-xl">This is a demonstration</h2>
            <p className="mt-2">
              The providers are made up, no real money moves, and nothing you book here takes place. Use
              invented names and addresses.
            </p>
          </section>
        )}
        <section>
          <h2 className="text-xl">Who you deal with</h2>
          <p className="mt-2">
            Ecosystem is a marketplace. The service is given by the provider you book; we hold the time, take
            the payment and pass it on.
          </p>
        </section>
        <section>
          <h2 className="text-xl">Booking and paying</h2>
          <p className="mt-2">
            A time you choose is held for {HOLD_MINUTES} minutes while you pay. The price is shown in full
            before you do, guest booking fee included. Some providers answer first; then your card is charged
            only if they accept.
          </p>
        </section>
        <section>
          <h2 className="text-xl">Changing and cancelling</h2>
          <p className="mt-2">
            Each service names its cancellation policy, and each booking the dates that follow from it.
            Cancelling shows the exact refund before you decide. Moving a booking never brings back a refund
            that time has already reduced. If the provider cancels or does not come, you get everything back.
          </p>
        </section>
        <section>
          <h2 className="text-xl">For providers</h2>
          <p className="mt-2">
            The commission is shown beside every price you set. What you earn is paid out{' '}
            {ESCROW_DAYS === 1 ? 'a day' : `${ESCROW_DAYS} days`} after the service.
          </p>
        </section>
        <Contact />
      </div>
    </Column>
  )
}
