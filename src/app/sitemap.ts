import type { MetadataRoute } from 'next'
import { pageConfig, pageContext } from '#src/boot/web.ts'
import { listPublicSlugs } from '#src/modules/catalog/reads.ts'

/** A site map may name this many addresses (sitemaps.org); beyond it the longest unchanged providers are left out. */
const ADDRESSES_MAX = 50_000
const PAGES = ['/', '/search', '/docs/api', '/signup', '/terms', '/privacy']

export const dynamic = 'force-dynamic'

export default async function sitemap(): Promise<MetadataRoute.Sitemap> {
  const origin = pageConfig().NEXT_PUBLIC_APP_URL
  const { db } = await pageContext()
  const providers = await listPublicSlugs(db, ADDRESSES_MAX - PAGES.length)
  return [
    ...PAGES.map((path) => ({ url: `${origin}${path}` })),
    ...providers.map(({ slug, updatedAt }) => ({
      url: `${origin}/providers/${slug}`,
      lastModified: updatedAt,
    })),
  ]
}
