'use client'

import { PageTrouble, type PageTroubleProps } from './page-trouble.tsx'

/** For what goes wrong around a page: nothing of the site's own frame can be counted on. */
export default function SiteError(props: PageTroubleProps) {
  return (
    <main id="main" className="grow">
      <PageTrouble {...props} />
    </main>
  )
}
