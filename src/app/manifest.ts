import type { MetadataRoute } from 'next'

export default function manifest(): MetadataRoute.Manifest {
  return {
    name: 'Ecosystem',
    short_name: 'Ecosystem',
    description: 'Find somebody good at a time that is free, and book it.',
    start_url: '/',
    display: 'standalone',
    background_color: '#f2f6f1',
    theme_color: '#0f4d45',
    icons: [{ src: '/icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' }],
  }
}
