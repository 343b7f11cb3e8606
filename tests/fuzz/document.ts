// What the OpenAPI document says can be sent: every operation, every field of it, and an example that is in order.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly allOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly enum?: readonly Json[]
  readonly const?: Json
  readonly example?: Json
  readonly default?: Json
  readonly format?: string
  readonly pattern?: string
  readonly minLength?: number
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly minItems?: number
}

interface Parameter {
  readonly in: 'path' | 'query' | 'header' | 'cookie'
  readonly name: string
  readonly required?: boolean
  readonly schema?: Schema
}

interface Described {
  readonly operationId: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }
  readonly responses: Readonly<Record<string, unknown>>
}

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> }
}

export interface Operation {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly parameters: readonly Parameter[]
  readonly body: Schema | null
  readonly statuses: ReadonlySet<number>
  /** Where a value can be put: 'body:/guest/name', 'query:limit', 'path:bookingId', 'header:idempotency-key'. */
  readonly fields: readonly Field[]
}

export type Field =
  | { readonly in: 'path' | 'query' | 'header'; readonly name: string }
  | { readonly in: 'body'; readonly path: readonly string[] }

/** Gives a real value for a name ('bookingId'), where the world has one. */
export type Known = (name: string, operation: Operation) => Json | undefined

const DEPTH_MAX = 6

export function operationsOf(document: ApiDocument): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => {
      const schema = Object.values(described.requestBody?.content ?? {})[0]?.schema
      const body = schema ? resolve(document, schema) : null
      const parameters = (described.parameters ?? []).filter((parameter) => parameter.in !== 'cookie')
      return {
        id: described.operationId,
        method: method.toUpperCase(),
        path,
        parameters,
        body,
        statuses: new Set(Object.keys(described.responses).map(Number)),
        fields: [
          ...parameters.flatMap(({ in: where, name }) => (where === 'cookie' ? [] : [{ in: where, name }])),
          ...(body ? fieldsOf(document, body, []) : []),
        ],
      }
    }),
  )
}

/** The schema with its references followed and its parts put together. */
function resolve(document: ApiDocument, schema: Schema): Schema {
  const parts: Schema[] = []
  if (schema.$ref) parts.push(document.components?.schemas?.[schema.$ref.split('/').at(-1) ?? ''] ?? {})
  parts.push(...(schema.allOf ?? []))
  const choice = (schema.anyOf ?? schema.oneOf)?.find(({ type }) => type !== 'null')
  if (choice) parts.push(choice)
  const { $ref: _, allOf: __, anyOf: ___, oneOf: ____, ...own } = schema
  return Object.assign({}, ...parts.map((part) => resolve(document, part)), own) as Schema
}

function fieldsOf(document: ApiDocument, schema: Schema, path: readonly string[]): Field[] {
  if (path.length > DEPTH_MAX) return []
  const here: Field[] = path.length === 0 ? [] : [{ in: 'body', path }]
  const { properties, items } = resolve(document, schema)
  const within = Object.entries(properties ?? {}).flatMap(([name, property]) =>
    fieldsOf(document, property, [...path, name]),
  )
  const each = items ? fieldsOf(document, items, [...path, '0']) : []
  return [...here, ...within, ...each]
}

/** A body in order: known values where the world has them, and otherwise what the schema asks for. */
export function exampleBody(document: ApiDocument, operation: Operation, known: Known): Json {
  return operation.body ? exampleOf(document, operation.body, '', operation, known, 0) : null
}

export function exampleParameter(
  document: ApiDocument,
  operation: Operation,
  name: string,
  known: Known,
): Json {
  const parameter = operation.parameters.find((each) => each.name === name)
  return exampleOf(document, parameter?.schema ?? {}, name, operation, known, 0)
}

function exampleOf(
  document: ApiDocument,
  unresolved: Schema,
  name: string,
  operation: Operation,
  known: Known,
  depth: number,
): Json {
  const given = name ? known(name, operation) : undefined
  if (given !== undefined) return given
  const schema = resolve(document, unresolved)
  if (schema.const !== undefined) return schema.const
  if (schema.enum?.[0] !== undefined) return schema.enum[0]
  if (schema.example !== undefined) return schema.example
  const type = Array.isArray(schema.type) ? schema.type.find((each) => each !== 'null') : schema.type
  if (type === 'object' || schema.properties) {
    const entries = Object.entries(schema.properties ?? {})
    return Object.fromEntries(
      entries.map(([key, property]) => [
        key,
        depth > DEPTH_MAX ? null : exampleOf(document, property, key, operation, known, depth + 1),
      ]),
    )
  }
  if (schema.default !== undefined) return schema.default
  if (type === 'array') {
    const length = Math.max(schema.minItems ?? 0, schema.items ? 1 : 0)
    return Array.from({ length }, () =>
      exampleOf(document, schema.items ?? {}, singular(name), operation, known, depth + 1),
    )
  }
  if (type === 'integer' || type === 'number')
    return Math.max(schema.minimum ?? 1, (schema.exclusiveMinimum ?? 0) + 1)
  if (type === 'boolean') return true
  return exampleText(schema)
}

function exampleText({ format, pattern, minLength }: Schema): string {
  if (format === 'uuid') return '3d0c2a0e-6f0f-4d0a-9d5c-0a3f1b2c4d5e'
  if (format === 'date-time') return '2027-03-01T10:00:00Z'
  if (format === 'date') return '2027-03-01'
  if (format === 'time') return '10:00'
  if (format === 'email') return 'fay.fuzz@example.test'
  if (format === 'uri' || format === 'url') return 'https://example.test/'
  const candidates = ['10:00', '2027-03-01', 'USD', 'CA', 'a-word', '7', 'A word']
  const fitting = pattern
    ? candidates.find((candidate) => new RegExp(pattern, 'u').test(candidate))
    : undefined
  return fitting ?? 'A word'.padEnd(minLength ?? 0, '.')
}

function singular(name: string): string {
  return name.replace(/s$/, '')
}
