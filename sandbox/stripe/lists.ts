import { invalidRequest, resourceMissing } from './errors.ts'
import type { Kind, Kinds } from './kinds.ts'
import type { Filters } from './store.ts'
import type { Work } from './work.ts'

export interface ListParams {
  limit?: number | undefined
  starting_after?: string | undefined
  ending_before?: string | undefined
}
export interface ListAnswer<T> {
  object: 'list'
  data: T[]
  has_more: boolean
  url: string
}

export function listObjects<K extends Kind>(
  work: Work,
  kind: K,
  url: string,
  params: ListParams,
  filters: Filters,
): ListAnswer<Kinds[K]> {
  checkCursors(params)
  for (const name of ['starting_after', 'ending_before'] as const) {
    const id = params[name]
    if (id !== undefined && work.store.find(kind, id) === undefined)
      throw resourceMissing(kind, id, name, false)
  }
  const { rows, hasMore } = work.store.list(kind, work.account, filters, {
    limit: params.limit,
    startingAfter: params.starting_after,
    endingBefore: params.ending_before,
  })
  return { object: 'list', data: rows.map((row) => row.object), has_more: hasMore, url }
}

function checkCursors(params: ListParams): void {
  if (params.starting_after === undefined || params.ending_before === undefined) return
  throw invalidRequest('Received both starting_after and ending_before parameters. Please pass in only one.')
}

/** The same, for a list that lives inside an object. */
export function listWithin<T extends { id: string }>(
  all: T[],
  url: string,
  params: ListParams,
): ListAnswer<T> {
  checkCursors(params)
  const limit = params.limit ?? 10
  const index = (id: string) => all.findIndex((item) => item.id === id)
  if (params.ending_before !== undefined) {
    const end = Math.max(index(params.ending_before), 0)
    const start = Math.max(end - limit, 0)
    return { object: 'list', data: all.slice(start, end), has_more: start > 0, url }
  }
  const start = params.starting_after === undefined ? 0 : index(params.starting_after) + 1
  return { object: 'list', data: all.slice(start, start + limit), has_more: start + limit < all.length, url }
}
