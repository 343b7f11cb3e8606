import { notFound } from 'next/navigation'
import { cache } from 'react'
import { pageContext } from '#src/boot/web.ts'
import { getProviderPage, type ProviderPage } from '#src/modules/catalog/reads.ts'

/** The provider of this page, read once for its head and its body. */
export const findProvider = cache(async (slug: string): Promise<ProviderPage> => {
  const { db, config, now } = await pageContext()
  return (await getProviderPage(db, config, slug, now)) ?? notFound()
})
