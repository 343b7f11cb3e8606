import tzlookup from '@photostructure/tz-lookup'
import { hash } from 'node:crypto'
import type { Currency } from '#src/kernel/money.ts'
import { isTimeZone } from '#src/kernel/time-zone.ts'
import { SERVICE_DEFAULTS } from '#src/modules/catalog/index.ts'
import { readDayHours, readWeekHours, type OpeningRule, type Weekday } from '#src/modules/scheduling/index.ts'
import { readField, WEEKDAY_FIELDS, type ImportMapping, type ImportRow } from '../domain/import-mapping.ts'
import { slugOf } from '../domain/slug.ts'
import type { ServiceWords } from '../domain/service-words.ts'
import type { Listing } from './write-listings.ts'

export interface ListingDefaults {
  readonly source: string
  readonly status: 'draft' | 'live'
  /** Of rows without one. */
  readonly currency: Currency
  readonly currencies: readonly Currency[]
  readonly country: string | null
  readonly categoryId: string
  readonly categoryIds: ReadonlySet<string>
  /** What is offered, at prices of that currency. */
  readonly servicesIn: (currency: Currency) => ReadServices
}

export type ReadServices = { readonly services: readonly ServiceWords[] } | { readonly problem: string }

export type ReadListing =
  { readonly listing: Listing; readonly warnings: readonly string[] } | { readonly problem: string }

const NAME_MAX = 120

/** One row as a listing, or what is wrong with it in a sentence. */
export function toListing(row: ImportRow, mapping: ImportMapping, defaults: ListingDefaults): ReadListing {
  const field = (name: keyof ImportMapping) => readField(row, mapping[name])
  const address = {
    addressLine: field('addressLine'),
    city: field('city'),
    region: field('region'),
    postalCode: field('postalCode'),
  }
  const name = field('name')
  if (name === '') return { problem: 'has no name' }
  if (name.length > NAME_MAX) return { problem: `has a name of more than ${NAME_MAX} characters` }

  const country = countryCode(field('country')) ?? (field('country') === '' ? defaults.country : null)
  if (country === null) return { problem: `has no country we know ("${field('country')}")` }
  const place = readPlace(field('latitude'), field('longitude'))
  if ('problem' in place) return place
  const timeZone = readTimeZone(field('timeZone'), place)
  if (timeZone === null) return { problem: 'has neither coordinates nor a time zone we know' }
  const hours = readHours(row, mapping)
  if ('problem' in hours) return hours
  const categoryId = field('category') === '' ? defaults.categoryId : slugOf(field('category'))
  if (!defaults.categoryIds.has(categoryId))
    return { problem: `has a category that does not exist ("${field('category')}")` }

  const named = field('currency').toUpperCase() || defaults.currency
  const currency = defaults.currencies.find((sold) => sold === named)
  if (!currency) return { problem: `has a currency that nothing is sold in here ("${field('currency')}")` }
  const offer = defaults.servicesIn(currency)
  if ('problem' in offer) return { problem: `cannot be sold in ${currency}: ${offer.problem}` }

  const importKey = field('id') || identityOf([name, country, ...Object.values(address)])
  return {
    warnings: hours.warnings,
    listing: {
      importSource: defaults.source,
      importKey,
      ...address,
      ...place,
      name,
      country,
      timeZone,
      status: defaults.status,
      slug: slugOf([name, address.city].join(' ')),
      headline: field('headline').slice(0, 160),
      description: field('description').slice(0, 4000),
      currency,
      contactEmail: field('email') || null,
      contactPhone: field('phone') || null,
      photos: [],
      rules: hours.rules,
      services: offer.services.map((service) => ({ ...SERVICE_DEFAULTS, ...service, categoryId })),
    },
  }
}

/** The same address in other capitals or spaces is the same place. */
function identityOf(parts: readonly string[]): string {
  const normalised = parts
    .map((part) => part.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim())
    .join('|')
  return hash('sha256', normalised).slice(0, 32)
}

type Place = { readonly latitude: number | null; readonly longitude: number | null }

function readPlace(latitude: string, longitude: string): Place | { readonly problem: string } {
  if (latitude === '' && longitude === '') return { latitude: null, longitude: null }
  const place = { latitude: Number(latitude), longitude: Number(longitude) }
  const onEarth =
    latitude !== '' && longitude !== '' && Math.abs(place.latitude) <= 90 && Math.abs(place.longitude) <= 180
  return onEarth ? place : { problem: `has coordinates that are nowhere ("${latitude}", "${longitude}")` }
}

function readTimeZone(named: string, { latitude, longitude }: Place): string | null {
  if (named === '') return latitude === null || longitude === null ? null : tzlookup(latitude, longitude)
  return isTimeZone(named) ? named : null
}

type Hours =
  | { readonly rules: readonly OpeningRule[]; readonly warnings: readonly string[] }
  | { readonly problem: string }

/** A day whose words cannot be read stays closed, and is reported: better no customer than one in front of a locked door. */
function readHours(row: ImportRow, mapping: ImportMapping): Hours {
  const words: Partial<Record<Weekday, string>> = {}
  const warnings: string[] = []
  for (const [index, field] of WEEKDAY_FIELDS.entries()) {
    const text = readField(row, mapping[field])
    const read = text === '' ? null : readDayHours(text)
    if (read?.understood) words[(index + 1) as Weekday] = text
    else if (read) warnings.push(`is closed on ${field}, because ${read.explanation}`)
  }
  const read = readWeekHours(words)
  if (!read.understood) return { problem: `has hours that cannot be read: ${read.explanation}` }
  if (Object.keys(words).length === 0 && warnings[0] !== undefined)
    return { problem: `has no hours that can be read: it ${warnings[0]}` }
  return { rules: read.rules, warnings }
}

const countryNames = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
let codeByName: Map<string, string> | null = null

/** "us", "USA", "United States" → US. Null for what is no country. */
function countryCode(text: string): string | null {
  if (/^[a-z]{2}$/i.test(text))
    return countryNames.of(text.toUpperCase()) === undefined ? null : text.toUpperCase()
  codeByName ??= readCountryNames()
  return codeByName.get(text.toLowerCase()) ?? null
}

function readCountryNames(): Map<string, string> {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
  const codes = letters.flatMap((one) => letters.map((other) => one + other))
  const names = codes.flatMap((code): [string, string][] => {
    const name = countryNames.of(code)
    return name === undefined ? [] : [[name.toLowerCase(), code]]
  })
  return new Map([
    ...names,
    ['usa', 'US'],
    ['united states of america', 'US'],
    ['uk', 'GB'],
    ['great britain', 'GB'],
  ])
}
