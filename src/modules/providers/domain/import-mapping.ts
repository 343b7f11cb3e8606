// How the columns of somebody else's file become a provider. An entry is the path of a column ("address.city") or a
// sentence with paths in braces ("Hair salon, {street}").

export const MAPPED_FIELDS = [
  'id',
  'name',
  'headline',
  'description',
  'addressLine',
  'city',
  'region',
  'postalCode',
  'country',
  'currency',
  'latitude',
  'longitude',
  'timeZone',
  'email',
  'phone',
  'category',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const
export type MappedField = (typeof MAPPED_FIELDS)[number]
export type ImportMapping = Readonly<Partial<Record<MappedField, string>>>

export const WEEKDAY_FIELDS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const

/** Names that directories use, without spaces, signs and capitals. The first that the file has is taken. */
const USUAL_NAMES: Readonly<Record<MappedField, readonly string[]>> = {
  id: ['id', 'externalid', 'placeid', 'key', 'uuid'],
  name: ['name', 'title', 'businessname', 'companyname', 'company', 'shopname'],
  headline: ['headline', 'tagline', 'subtitle'],
  description: ['description', 'about', 'text'],
  addressLine: [
    'addressline',
    'addressline1',
    'street',
    'streetaddress',
    'address1',
    'addressstreet',
    'address',
  ],
  city: ['city', 'town', 'locality', 'addresscity'],
  region: ['region', 'state', 'province', 'county', 'addressstate', 'addressregion'],
  postalCode: ['postalcode', 'zip', 'zipcode', 'postcode', 'addresszip', 'addresspostalcode'],
  country: ['country', 'countrycode', 'addresscountry'],
  currency: ['currency', 'currencycode'],
  latitude: ['latitude', 'lat', 'locationlat', 'locationlatitude', 'coordinateslat'],
  longitude: [
    'longitude',
    'lng',
    'lon',
    'long',
    'locationlng',
    'locationlon',
    'locationlongitude',
    'coordinateslng',
  ],
  timeZone: ['timezone', 'tz', 'zone'],
  email: ['email', 'mail', 'contactemail'],
  phone: ['phone', 'telephone', 'tel', 'phonenumber', 'contactphone'],
  category: ['category', 'categoryid'],
  monday: weekdayNames('monday'),
  tuesday: weekdayNames('tuesday'),
  wednesday: weekdayNames('wednesday'),
  thursday: weekdayNames('thursday'),
  friday: weekdayNames('friday'),
  saturday: weekdayNames('saturday'),
  sunday: weekdayNames('sunday'),
}

function weekdayNames(day: string): string[] {
  const short = day.slice(0, 3)
  return [day, short].flatMap((name) => [
    name,
    `hours${name}`,
    `${name}hours`,
    `openinghours${name}`,
    `opening${name}`,
    `open${name}`,
  ])
}

/** One row of a file: text, numbers, and objects of those. */
export type ImportRow = Readonly<Record<string, unknown>>

/** What can be told from the names of the columns alone; `given` counts more. */
export function detectMapping(row: ImportRow, given: ImportMapping = {}): ImportMapping {
  const paths = new Map(pathsOf(row).map((path) => [plainName(path), path]))
  const detected = MAPPED_FIELDS.flatMap((field): [MappedField, string][] => {
    const usual = USUAL_NAMES[field].find((name) => paths.has(name))
    const path = given[field] ?? (usual === undefined ? undefined : paths.get(usual))
    return path === undefined ? [] : [[field, path]]
  })
  return Object.fromEntries(detected)
}

function plainName(path: string): string {
  return path.toLowerCase().replace(/[^a-z0-9]/g, '')
}

function pathsOf(value: ImportRow, prefix = ''): string[] {
  return Object.entries(value).flatMap(([key, inner]) =>
    isRow(inner) ? pathsOf(inner, `${prefix}${key}.`) : [`${prefix}${key}`],
  )
}

function isRow(value: unknown): value is ImportRow {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What an entry of the mapping says of this row, in single spaces. Empty where the file says nothing. */
export function readField(row: ImportRow, entry: string | undefined): string {
  if (entry === undefined) return ''
  const text = entry.includes('{')
    ? entry.replace(/\{([^{}]+)\}/g, (_, path: string) => textAt(row, path.trim()))
    : textAt(row, entry)
  return text.replace(/\s+/g, ' ').trim()
}

function textAt(row: ImportRow, path: string): string {
  const whole = row[path]
  const value =
    whole ?? path.split('.').reduce<unknown>((inner, key) => (isRow(inner) ? inner[key] : undefined), row)
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : ''
}
