import { isCurrency, money, toDecimalString, type MoneyJson } from '#src/kernel/money.ts'
import type { ProviderPage } from '#src/modules/catalog/reads.ts'

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/** schema.org for search engines, as JSON that is safe inside a script element. */
export function structuredData(provider: ProviderPage, origin: string): string {
  const { address, latitude, longitude } = provider
  const url = `${origin}/providers/${provider.slug}`
  const data = {
    '@context': 'https://schema.org',
    '@type': 'LocalBusiness',
    '@id': url,
    url,
    name: provider.name,
    description: provider.headline || provider.description.slice(0, 300),
    ...(provider.photos.length > 0
      ? { image: provider.photos.map((photo) => new URL(photo, origin).href) }
      : {}),
    address: {
      '@type': 'PostalAddress',
      streetAddress: address.line,
      addressLocality: address.city,
      addressRegion: address.region,
      postalCode: address.postalCode,
      addressCountry: address.country,
    },
    ...(latitude !== null && longitude !== null
      ? { geo: { '@type': 'GeoCoordinates', latitude, longitude } }
      : {}),
    openingHoursSpecification: provider.openingHours.flatMap(({ weekday, windows }) =>
      windows.map(({ opens, closes }) => ({
        '@type': 'OpeningHoursSpecification',
        dayOfWeek: WEEKDAYS[weekday - 1],
        opens,
        closes: closes === '24:00' ? '23:59' : closes,
      })),
    ),
    ...(provider.ratingAverage !== null
      ? {
          aggregateRating: {
            '@type': 'AggregateRating',
            ratingValue: provider.ratingAverage,
            reviewCount: provider.ratingCount,
          },
        }
      : {}),
    makesOffer: provider.services.map((service) => ({
      '@type': 'Offer',
      price: decimal(service.price),
      priceCurrency: service.price.currency,
      itemOffered: { '@type': 'Service', name: service.name, description: service.description },
    })),
  }
  // "</script>" in somebody's description must stay text.
  return JSON.stringify(data).replaceAll('<', '\\u003c')
}

function decimal({ amountMinor, currency }: MoneyJson): string {
  return isCurrency(currency) ? toDecimalString(money(amountMinor, currency)) : String(amountMinor)
}
