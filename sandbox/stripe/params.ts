import type { FormHash, FormValue } from './encoding.ts'
import { invalidRequest } from './errors.ts'
import { isCurrency } from './money.ts'

/** One parameter: how its text is checked and read. Unknown names are refused at every level, as by Stripe. */
export interface Field<T, Required extends boolean = false> {
  required: Required
  parse(value: FormValue, path: string): T
}
export type Shape = Record<string, Field<unknown, boolean>>
type Value<F> = F extends Field<infer T, infer R> ? (R extends true ? T : T | undefined) : never
export type Params<S extends Shape> = { [K in keyof S]: Value<S[K]> }

export type Metadata = Record<string, string>
export interface Range {
  gt?: number
  gte?: number
  lt?: number
  lte?: number
}

export function readParams<S extends Shape>(shape: S, form: FormHash, prefix = ''): Params<S> {
  const read: Record<string, unknown> = {}
  for (const name of Object.keys(form)) {
    if (!Object.hasOwn(shape, name)) {
      const path = join(prefix, name)
      throw invalidRequest(`Received unknown parameter: ${path}`, { code: 'parameter_unknown', param: path })
    }
  }
  for (const [name, field] of Object.entries(shape)) {
    const value = form[name]
    const path = join(prefix, name)
    if (value !== undefined) read[name] = field.parse(value, path)
    else if (field.required) {
      throw invalidRequest(`Missing required param: ${path}.`, { code: 'parameter_missing', param: path })
    }
  }
  return read as Params<S>
}

function join(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}[${name}]`
}

function scalar(value: FormValue, path: string): string {
  if (typeof value !== 'string')
    throw invalidRequest(`Invalid string: ${JSON.stringify(value)}`, { param: path })
  if (value === '') {
    throw invalidRequest(
      `You passed an empty string for '${path}'. We assume empty values are an attempt to unset a parameter; ` +
        `however '${path}' cannot be unset. You should remove '${path}' from your request or supply a non-empty value.`,
      { code: 'parameter_invalid_empty', param: path },
    )
  }
  return value
}

function field<T>(parse: (value: FormValue, path: string) => T): Field<T> {
  return { required: false, parse }
}

export function required<T>(inner: Field<T>): Field<T, true> {
  return { required: true, parse: inner.parse }
}

export function text(longest = 5000): Field<string> {
  return field((value, path) => {
    const read = scalar(value, path)
    if (read.length > longest) {
      throw invalidRequest(`Invalid string: ${read.slice(0, 20)}...; must be at most ${longest} characters`, {
        param: path,
      })
    }
    return read
  })
}

/** An empty string unsets. */
export function clearable<T>(inner: Field<T>): Field<T | ''> {
  return field((value, path) => (value === '' ? '' : inner.parse(value, path)))
}

export function integer(limits: { min?: number; max?: number } = {}): Field<number> {
  return field((value, path) => {
    const read = scalar(value, path)
    const number = Number(read)
    if (!/^-?\d{1,15}$/.test(read) || !Number.isSafeInteger(number)) {
      throw invalidRequest(`Invalid integer: ${read}`, { code: 'parameter_invalid_integer', param: path })
    }
    if (limits.min !== undefined && number < limits.min) {
      const least =
        limits.min === 1
          ? 'Invalid positive integer'
          : `This value must be greater than or equal to ${limits.min}.`
      throw invalidRequest(least, { code: 'parameter_invalid_integer', param: path })
    }
    if (limits.max !== undefined && number > limits.max) {
      throw invalidRequest(
        `This value must be less than or equal to ${limits.max} (it currently is '${number}').`,
        {
          code: 'parameter_invalid_integer',
          param: path,
        },
      )
    }
    return number
  })
}

export function flag(): Field<boolean> {
  return field((value, path) => {
    const read = scalar(value, path)
    if (read !== 'true' && read !== 'false') throw invalidRequest(`Invalid boolean: ${read}`, { param: path })
    return read === 'true'
  })
}

export function choice<const T extends string>(...allowed: T[]): Field<T> {
  return field((value, path) => {
    const read = scalar(value, path)
    const found = allowed.find((option) => option === read)
    if (found === undefined) {
      throw invalidRequest(`Invalid ${path}: must be one of ${allowed.join(', ')}`, { param: path })
    }
    return found
  })
}

export function currency(): Field<string> {
  return field((value, path) => {
    const read = scalar(value, path).toLowerCase()
    if (!isCurrency(read)) throw invalidRequest(`Invalid currency: ${read}`, { param: path })
    return read
  })
}

export function url(): Field<string> {
  return field((value, path) => {
    const read = scalar(value, path)
    if (!/^https?:\/\//.test(read) || !URL.canParse(read)) {
      throw invalidRequest('Not a valid URL', { code: 'url_invalid', param: path })
    }
    return read
  })
}

export function list<T>(inner: Field<T>, longest = 100): Field<T[]> {
  return field((value, path) => {
    if (value === '') return []
    if (!Array.isArray(value)) throw invalidRequest('Invalid array', { param: path })
    if (value.length > longest) throw invalidRequest(`Array has more than ${longest} items`, { param: path })
    return value.map((item, index) => inner.parse(item, `${path}[${index}]`))
  })
}

export function hash<S extends Shape>(shape: S): Field<Params<S>> {
  return field((value, path) => {
    if (typeof value === 'string' || Array.isArray(value))
      throw invalidRequest('Invalid hash', { param: path })
    return readParams(shape, value, path)
  })
}

/** Stripe knows it and the sandbox keeps no account of it: it changes nothing in what is simulated. */
export function ignored(): Field<FormValue> {
  return field((value) => value)
}

/** Stripe knows it and it would change money or state here: better a plain refusal than a silent difference. */
export function notSimulated(): Field<never> {
  return field((_value, path) => {
    throw invalidRequest(`The sandbox does not simulate the parameter '${path}'.`, { param: path })
  })
}

export const metadata: Field<Metadata | ''> = field((value, path) => {
  if (value === '') return ''
  if (typeof value === 'string') throw invalidRequest('Invalid hash', { param: path })
  const read: Metadata = {}
  for (const [key, entry] of Object.entries(value)) {
    if (typeof entry !== 'string')
      throw invalidRequest('Metadata values must be strings', { param: `${path}[${key}]` })
    if (key.length > 40 || /[[\]]/.test(key)) {
      throw invalidRequest('Metadata keys can have up to 40 characters and no brackets', { param: path })
    }
    if (entry.length > 500) {
      throw invalidRequest(
        `Metadata values can have up to 500 characters, but you passed in a value that is ${entry.length} characters. Invalid value: ${entry.slice(0, 20)}...`,
        { param: `${path}[${key}]` },
      )
    }
    read[key] = entry
  }
  if (Object.keys(read).length > 50) throw invalidRequest('Metadata can have up to 50 keys', { param: path })
  return read
})

/** New keys are added, empty values remove, an empty hash removes all. */
export function mergeMetadata(existing: Metadata | null, given: Metadata | '' | undefined): Metadata {
  if (given === '') return {}
  const merged = { ...existing, ...given }
  for (const [key, value] of Object.entries(merged)) if (value === '') delete merged[key]
  return merged
}

const rangeShape = { gt: integer(), gte: integer(), lt: integer(), lte: integer() }
export const range: Field<Range> = field((value, path) => {
  if (typeof value === 'string') {
    const exact = integer().parse(value, path)
    return { gte: exact, lte: exact }
  }
  return hash(rangeShape).parse(value, path) as Range
})

export const expand = list(text(200))
export const listShape = {
  limit: integer({ min: 1, max: 100 }),
  starting_after: text(),
  ending_before: text(),
  expand,
}
