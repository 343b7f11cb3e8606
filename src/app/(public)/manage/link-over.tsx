import Link from 'next/link'
import { Column } from '#src/ui/shell.tsx'
import { queryString } from '../query.ts'

/** What a guest's link leads to that opens nothing any more; `here` is where signing in would lead back to. */
export function LinkOver({ here }: { here: string }) {
  return (
    <Column width="narrow" className="py-16">
      <h1 className="text-3xl">This link is not valid any more</h1>
      <p className="mt-3 text-ink-soft">
        Links to a booking end some time after it, and when it moves into an account. Open the newest mail
        about your booking, or{' '}
        <Link className="link" href={`/login${queryString({ redirect_url: here })}`}>
          sign in
        </Link>{' '}
        if you have taken it into your account.
      </p>
    </Column>
  )
}
