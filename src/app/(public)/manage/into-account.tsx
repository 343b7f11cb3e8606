import Link from 'next/link'
import { Card } from '#src/ui/card.tsx'
import { ClaimButton } from '../claim-button.tsx'
import { queryString } from '../query.ts'

/** How a guest's booking comes into an account: at once for whoever is signed in; anybody else signs in first and comes back. */
export function IntoAccount(props: { bookingId: string; guestKey: string; here: string; signedIn: boolean }) {
  const { bookingId, guestKey, here, signedIn } = props
  if (signedIn) {
    return (
      <Card as="section">
        <h2 className="text-lg">Keep it with your other bookings</h2>
        <p data-no-print className="mt-1 mb-4 text-ink-soft">
          The booking moves into your account, with everything you can change. Links from earlier mails end.
        </p>
        <ClaimButton
          guestKey={guestKey}
          label="Take this booking into my account"
          doneHref={`/dashboard/bookings/${bookingId}`}
        />
      </Card>
    )
  }
  const back = queryString({ redirect_url: here })
  return (
    <Card as="section">
      <p data-no-print>
        <span className="font-semibold">Next time without the guest booking fee?</span>{' '}
        <Link className="link" href={`/signup${back}`}>
          Create an account
        </Link>{' '}
        or{' '}
        <Link className="link" href={`/login${back}`}>
          sign in
        </Link>
        . You come back here and can take this booking into it.
      </p>
    </Card>
  )
}
