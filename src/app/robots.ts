import type { MetadataRoute } from 'next'
import { pageConfig } from '#src/boot/web.ts'

// Addresses that carry a secret or hold a time are nobody's to crawl.
const PRIVATE = [
  '/api/',
  '/dashboard',
  '/start',
  '/reset-password',
  '/verify-email',
  '/checkout/',
  '/bookings/',
  '/manage/',
  '/provider/',
  '/operator',
  '/dev/',
  '/providers/*/book',
]

export const dynamic = 'force-dynamic'

export default function robots(): MetadataRoute.Robots {
  return {
    rules: { userAgent: '*', allow: '/', disallow: PRIVATE },
    sitemap: `${pageConfig().NEXT_PUBLIC_APP_URL}/sitemap.xml`,
  }
}
