'use client'

import { Button, buttonClasses } from '#src/ui/button.tsx'
import { Column } from '#src/ui/shell.tsx'

export interface PageTroubleProps {
  error: Error & { digest?: string }
  reset: () => void
}

/** In place of a page that could not be drawn. Drawing a page writes nothing, so trying again is always safe. */
export function PageTrouble({ error, reset }: PageTroubleProps) {
  return (
    <Column width="narrow" className="py-16 sm:py-24">
      <h1 className="text-3xl">This page did not load</h1>
      <p className="mt-3 text-ink-soft">
        Something on our side did not answer. Nothing you booked or paid is affected. Try again in a moment.
      </p>
      {error.digest && (
        <p className="mt-2 text-sm text-ink-soft">If you write to support, mention {error.digest}.</p>
      )}
      <div className="mt-8 flex flex-wrap gap-3">
        <Button onClick={reset}>Try again</Button>
        {/* oxlint-disable-next-line nextjs/no-html-link-for-pages -- a full load: what failed may be the router's */}
        <a href="/" className={buttonClasses('secondary')}>
          Start page
        </a>
      </div>
    </Column>
  )
}
