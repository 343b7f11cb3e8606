import type { Faults } from '../faults.ts'

export interface PageRequest {
  method: string
  path: string
  query: string
  body: string
  /** A program asks, not a browser: it gets the id or the reason instead of a page. */
  wantsJson?: boolean
}

export interface PageAnswer {
  status: number
  headers?: Record<string, string>
  body: string
}

export interface PageContext {
  appUrl: string | undefined
  retryWebhooks(): void
  faults: Faults
}

export function json(status: number, answer: object): PageAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(answer) }
}

export function seeOther(location: string): PageAnswer {
  return { status: 303, headers: { location }, body: '' }
}
