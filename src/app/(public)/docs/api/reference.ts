import type { Json, JsonObject } from '#src/kernel/json.ts'

// Turns an OpenAPI 3.1 document into what the reference page draws. Only what our own document uses is understood.

export interface Property {
  /** "guest.email", "extraIds[]" */
  readonly name: string
  readonly type: string
  /** A schema with a section of its own. */
  readonly schema: string | null
  readonly required: boolean
  readonly description: string
}

export interface Answer {
  readonly status: string
  readonly description: string
  readonly codes: readonly { code: string; sentence: string }[]
  readonly properties: readonly Property[]
}

export interface Operation {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly summary: string
  readonly description: string
  readonly parameters: readonly (Property & { in: string })[]
  readonly body: readonly Property[]
  readonly answers: readonly Answer[]
  readonly curl: string
}

export interface Reference {
  readonly title: string
  readonly description: string
  readonly groups: readonly { tag: string; operations: readonly Operation[] }[]
  readonly schemas: readonly { name: string; properties: readonly Property[] }[]
  readonly errors: readonly { code: string; status: string; sentence: string }[]
}

type Schemas = JsonObject
const METHODS = ['get', 'post', 'put', 'patch', 'delete']
/** Deeper nesting reads better in the schema's own section. */
const DEPTH_MAX = 4

export function readReference(document: JsonObject, origin: string): Reference {
  const info = object(document['info'])
  const schemas = object(object(document['components'])['schemas'])
  const operations = Object.entries(object(document['paths'])).flatMap(([path, item]) =>
    METHODS.filter((method) => method in object(item)).map((method) => {
      const source = object(object(item)[method])
      return {
        tag: text(list(source['tags'])[0]) || 'Other',
        operation: operationOf(method, path, source, schemas, origin),
      }
    }),
  )
  const groups = Map.groupBy(operations, ({ tag }) => tag)
  return {
    title: text(info['title']),
    description: text(info['description']),
    groups: [...groups].map(([tag, members]) => ({
      tag,
      operations: members.map(({ operation }) => operation),
    })),
    schemas: Object.entries(schemas).map(([name, schema]) => ({
      name,
      properties: propertiesOf(object(schema), schemas),
    })),
    errors: errorsOf(operations.map(({ operation }) => operation)),
  }
}

function operationOf(
  method: string,
  path: string,
  source: JsonObject,
  schemas: Schemas,
  origin: string,
): Operation {
  const bodySchema = object(
    object(object(object(source['requestBody'])['content'])['application/json'])['schema'],
  )
  const parameters = list(source['parameters']).map((parameter) => {
    const given = object(parameter)
    const schema = object(given['schema'])
    return { ...propertyOf(text(given['name']), schema, given['required'] === true), in: text(given['in']) }
  })
  return {
    id: text(source['operationId']) || `${method}-${path}`,
    method: method.toUpperCase(),
    path,
    summary: text(source['summary']),
    description: text(source['description']),
    parameters,
    body: propertiesOf(bodySchema, schemas),
    answers: Object.entries(object(source['responses'])).map(([status, answer]) =>
      answerOf(status, object(answer), schemas),
    ),
    curl: curlOf(method, path, bodySchema, schemas, origin),
  }
}

function answerOf(status: string, answer: JsonObject, schemas: Schemas): Answer {
  const description = text(answer['description'])
  const codes = [...description.matchAll(/`([a-z_.]+)`: ([^\n]+)/g)].map(([, code = '', sentence = '']) => ({
    code,
    sentence,
  }))
  const schema = object(object(object(answer['content'])['application/json'])['schema'])
  return {
    status,
    description: codes.length > 0 ? '' : description,
    codes,
    properties: propertiesOf(schema, schemas),
  }
}

function errorsOf(operations: readonly Operation[]): Reference['errors'] {
  const byCode = new Map<string, { code: string; status: string; sentence: string }>()
  for (const { answers } of operations) {
    for (const { status, codes } of answers)
      for (const { code, sentence } of codes) byCode.set(code, { code, status, sentence })
  }
  return [...byCode.values()].sort((one, other) => (one.code < other.code ? -1 : 1))
}

/** One row for each property, nested ones by their dotted name; a named schema is one row that links to its section. */
function propertiesOf(schema: JsonObject, schemas: Schemas, prefix = '', depth = 0): Property[] {
  if (schema['$ref'] !== undefined) return prefix === '' ? [propertyOf('', schema, true)] : []
  const parts = list(schema['allOf'])
  if (parts.length > 0) {
    return parts.flatMap((part) => {
      const resolved = object(part)
      const target = resolved['$ref'] === undefined ? resolved : object(schemas[refName(resolved)])
      return propertiesOf(target, schemas, prefix, depth)
    })
  }
  const required = list(schema['required']).map(text)
  return Object.entries(object(schema['properties'])).flatMap(([name, value]) => {
    const property = object(value)
    const isList = typeOf(property) === 'array'
    const full = `${prefix}${name}${isList ? '[]' : ''}`
    const row = propertyOf(full, property, required.includes(name))
    const inner = isList ? object(property['items']) : property
    const nested =
      row.schema === null && depth < DEPTH_MAX ? propertiesOf(inner, schemas, `${full}.`, depth + 1) : []
    return [row, ...nested]
  })
}

function propertyOf(name: string, schema: JsonObject, required: boolean): Property {
  const item = typeOf(schema) === 'array' ? object(schema['items']) : schema
  const reference = [item, ...list(item['allOf']), ...list(item['anyOf'])]
    .map(object)
    .find((part) => part['$ref'] !== undefined)
  const own =
    [schema, ...list(schema['allOf']).map(object)].map((part) => text(part['description'])).find(Boolean) ??
    ''
  return {
    name,
    type: typeWords(item),
    schema: reference ? refName(reference) : null,
    required,
    description: own,
  }
}

function typeWords(schema: JsonObject): string {
  const choices = list(schema['enum'])
  if (choices.length > 0) return choices.map((choice) => JSON.stringify(choice)).join(' | ')
  const types = list(schema['type'])
  const type = types.length > 0 ? types.map(text).join(' or ') : typeOf(schema)
  const format = text(schema['format'])
  const bounds = boundsOf(schema)
  return [format ? `${type} (${format})` : type, bounds].filter(Boolean).join(', ')
}

function boundsOf(schema: JsonObject): string {
  const words = [
    ['minLength', 'at least', 'characters'],
    ['maxLength', 'at most', 'characters'],
    ['minimum', 'from', ''],
    ['maximum', 'to', ''],
  ] as const
  return words
    .filter(([key]) => typeof schema[key] === 'number' && Math.abs(schema[key]) < Number.MAX_SAFE_INTEGER)
    .map(([key, before, after]) => `${before} ${Number(schema[key])} ${after}`.trim())
    .join(', ')
}

function curlOf(method: string, path: string, body: JsonObject, schemas: Schemas, origin: string): string {
  const lines = [`curl ${origin}${path.replaceAll('{', '$').replaceAll('}', '')}`]
  if (method !== 'get') {
    lines[0] = lines[0]?.replace('curl ', `curl -X ${method.toUpperCase()} `) ?? ''
    lines.push(`-H "Idempotency-Key: $(uuidgen)"`)
  }
  if (Object.keys(body).length > 0) {
    lines.push(`-H 'Content-Type: application/json'`, `-d '${JSON.stringify(exampleOf(body, schemas))}'`)
  }
  return lines.join(' \\\n  ')
}

/** A body that could be sent: what is required, from examples where there are some. */
function exampleOf(schema: JsonObject, schemas: Schemas): Json {
  if (schema['example'] !== undefined) return schema['example']
  if (schema['default'] !== undefined) return schema['default']
  if (schema['$ref'] !== undefined) return exampleOf(object(schemas[refName(schema)]), schemas)
  const [first] = [...list(schema['allOf']), ...list(schema['anyOf'])]
  if (first !== undefined) return exampleOf(object(first), schemas)
  const [choice] = list(schema['enum'])
  if (choice !== undefined) return choice
  switch (typeOf(schema)) {
    case 'object': {
      const required = new Set(list(schema['required']).map(text))
      const entries = Object.entries(object(schema['properties'])).filter(([name]) => required.has(name))
      return Object.fromEntries(entries.map(([name, value]) => [name, exampleOf(object(value), schemas)]))
    }
    case 'array':
      return []
    case 'integer':
    case 'number':
      return typeof schema['minimum'] === 'number' && schema['minimum'] > 0 ? schema['minimum'] : 1
    case 'boolean':
      return true
    default:
      return TEXT_EXAMPLES[text(schema['format'])] ?? 'text'
  }
}

const TEXT_EXAMPLES: Readonly<Record<string, string>> = {
  uuid: '8f14e45f-ceea-467f-a8a5-3b1f8a2c9d10',
  email: 'ana@example.com',
  date: '2026-11-26',
  'date-time': '2026-11-26T19:00:00Z',
}

function typeOf(schema: JsonObject): string {
  return text(list(schema['type'])[0] ?? schema['type']) || (schema['properties'] ? 'object' : '')
}

function refName(schema: JsonObject): string {
  return text(schema['$ref']).split('/').at(-1) ?? ''
}

function object(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : []
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}
