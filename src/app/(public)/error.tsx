'use client'

import { PageTrouble, type PageTroubleProps } from '../page-trouble.tsx'

export default function PublicError(props: PageTroubleProps) {
  return <PageTrouble {...props} />
}
