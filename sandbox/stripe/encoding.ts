export type FormValue = string | FormValue[] | { [key: string]: FormValue }
export type FormHash = { [key: string]: FormValue }

/** Deeper nesting than any Stripe parameter has; a bound, so that hostile input cannot build a tower. */
const DEEPEST_NESTING = 10

/**
 * Reads `a[b][0][c]=1` as Stripe does: brackets nest, numeric or empty keys make arrays.
 * Objects have no prototype, so a key named `__proto__` is only a key.
 */
export function decodeForm(text: string): FormHash {
  const root: FormHash = emptyHash()
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decodePart(equals < 0 ? pair : pair.slice(0, equals))
    const value = equals < 0 ? '' : decodePart(pair.slice(equals + 1))
    assign(root, pathOf(name), value)
  }
  return arraysWhereNumbered(root) as FormHash
}

/** The same parameters in any order give the same text: what an idempotency key is compared by. */
export function canonicalForm(value: FormValue): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalForm).join(',')}]`
  const keys = Object.keys(value).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalForm(value[key] ?? '')}`).join(',')}}`
}

function emptyHash(): FormHash {
  return Object.create(null) as FormHash
}

function decodePart(part: string): string {
  const spaced = part.replaceAll('+', ' ')
  try {
    return decodeURIComponent(spaced)
  } catch {
    return spaced
  }
}

function pathOf(name: string): string[] {
  const bracket = name.indexOf('[')
  if (bracket <= 0) return [name]
  const inner = [...name.slice(bracket).matchAll(/\[([^\]]*)\]/g)].map((match) => match[1] ?? '')
  return [name.slice(0, bracket), ...inner].slice(0, DEEPEST_NESTING)
}

function assign(root: FormHash, path: string[], value: string): void {
  let hash = root
  for (const [depth, part] of path.entries()) {
    const key = part === '' && depth > 0 ? String(Object.keys(hash).length) : part
    if (depth === path.length - 1) {
      hash[key] = value
      return
    }
    const next = hash[key]
    if (typeof next === 'object' && !Array.isArray(next)) {
      hash = next
    } else {
      const created = emptyHash()
      hash[key] = created
      hash = created
    }
  }
}

function arraysWhereNumbered(value: FormValue): FormValue {
  if (typeof value === 'string' || Array.isArray(value)) return value
  const keys = Object.keys(value)
  for (const key of keys) value[key] = arraysWhereNumbered(value[key] ?? '')
  const numbered = keys.length > 0 && keys.every((key) => /^\d+$/.test(key))
  return numbered ? keys.sort((a, b) => Number(a) - Number(b)).map((key) => value[key] ?? '') : value
}
