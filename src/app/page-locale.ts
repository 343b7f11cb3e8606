import { headers } from 'next/headers'
import { cache } from 'react'
import { localeOf, type PageLocale } from '#src/ui/locale.ts'

/** How the reader writes dates, times and numbers; asked once a request. */
export const pageLocale = cache(async (): Promise<PageLocale> =>
  localeOf((await headers()).get('accept-language')),
)
