import type { FormHash } from './encoding.ts'
import { readParams, type Params, type Shape } from './params.ts'
import type { Work } from './work.ts'

export type Method = 'DELETE' | 'GET' | 'POST'

export interface Route {
  method: Method
  /** With `:id` in place of ids: what fault scripts name. */
  pattern: string
  /** Checks the parameters; a refusal here is never stored under an idempotency key. */
  prepare(form: FormHash): { expand: string[] | undefined; run(work: Work, ids: string[]): object }
}

export function route<S extends Shape>(
  method: Method,
  pattern: string,
  shape: S,
  handle: (work: Work, params: Params<S>, ids: string[]) => object,
): Route {
  return {
    method,
    pattern,
    prepare(form) {
      const params = readParams(shape, form)
      const { expand } = params as { expand?: string[] }
      return { expand, run: (work, ids) => handle(work, params, ids) }
    },
  }
}

export interface Match {
  route: Route
  ids: string[]
}

/** Finds the route of a path among those that have as many parts; ids may hold anything but a slash. */
export function buildRouter(routes: readonly Route[]): (method: string, path: string) => Match | undefined {
  const table = routes.map((entry) => ({ route: entry, parts: entry.pattern.split('/') }))
  return (method, path) => {
    const parts = path.split('/')
    for (const entry of table) {
      if (entry.route.method !== method || entry.parts.length !== parts.length) continue
      const ids: string[] = []
      const fits = entry.parts.every((part, index) => {
        const given = parts[index] ?? ''
        if (!part.startsWith(':')) return part === given
        ids.push(safeDecode(given))
        return given !== ''
      })
      if (fits) return { route: entry.route, ids }
    }
    return undefined
  }
}

function safeDecode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
