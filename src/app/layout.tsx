import type { Metadata, Viewport } from 'next'
import localFont from 'next/font/local'
import type { ReactNode } from 'react'
import { DemoBar } from './demo-bar.tsx'
import './globals.css'

const text = localFont({
  src: '../ui/fonts/instrument-sans-latin.woff2',
  weight: '400 700',
  display: 'swap',
  variable: '--font-text',
  fallback: ['ui-sans-serif', 'system-ui', 'Segoe UI', 'sans-serif'],
})

export const metadata: Metadata = {
  title: { default: 'Ecosystem: find a free time and book it', template: '%s · Ecosystem' },
  description:
    'Find somebody good, pick a time that is really free, and book it in a minute. With an account or as a guest.',
  applicationName: 'Ecosystem',
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  colorScheme: 'light dark',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f2f6f1' },
    { media: '(prefers-color-scheme: dark)', color: '#0a1412' },
  ],
}

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" className={text.variable}>
      <body className="flex min-h-dvh flex-col text-base antialiased">
        <a
          href="#main"
          className="sr-only rounded-control bg-brand px-4 py-3 font-semibold text-on-brand focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50"
        >
          Skip to the content
        </a>
        {children}
        <DemoBar />
      </body>
    </html>
  )
}
