import type { NextConfig } from 'next'

const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  compress: true,
  // `npm run lint` runs tsc over the whole repository; a second time in the build would only cost start-up time.
  typescript: { ignoreBuildErrors: true },
  images: { formats: ['image/avif', 'image/webp'], minimumCacheTTL: 60 },
  // Loaded from node_modules at run time: they open sockets and files, and bundling them gains nothing.
  serverExternalPackages: [
    'pg',
    'drizzle-orm',
    'graphile-worker',
    'pino',
    'nodemailer',
    'prom-client',
    'stripe',
    'better-auth',
  ],
  turbopack: { root: import.meta.dirname },
}

export default config
