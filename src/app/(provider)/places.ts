export interface Choice {
  readonly value: string
  readonly label: string
}

// Codes that name no country: groups, outlying bits and placeholders that Intl has words for.
const NOT_COUNTRIES = new Set([
  'EU',
  'EZ',
  'UN',
  'QO',
  'XA',
  'XB',
  'ZZ',
  'AC',
  'CP',
  'CQ',
  'DG',
  'EA',
  'IC',
  'TA',
])
const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']

/** Every country by its English name. */
export function countries(): Choice[] {
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
  return LETTERS.flatMap((first) => LETTERS.map((second) => first + second))
    .flatMap((value) => {
      const label = NOT_COUNTRIES.has(value) ? undefined : names.of(value)
      // Intl answers for codes that were given up too; those come back under their present one.
      return label && new Intl.Locale(`und-${value}`).maximize().region === value ? [{ value, label }] : []
    })
    .sort((one, other) => one.label.localeCompare(other.label))
}

/** Currencies by their English names, in the order given. */
export function currencyChoices(codes: readonly string[]): Choice[] {
  const names = new Intl.DisplayNames('en', { type: 'currency' })
  return codes.map((value) => ({ value, label: `${names.of(value) ?? value} (${value})` }))
}

/** Every time zone, with the present one in the list whatever its spelling. */
export function timeZones(present?: string): Choice[] {
  const zones = new Set([...Intl.supportedValuesOf('timeZone'), ...(present ? [present] : [])])
  return [...zones].sort().map((value) => ({ value, label: value.replaceAll('_', ' ') }))
}
