import type { Faults } from '../faults.ts'

export interface PageRequest {
  method: string
  path: string
  query: string
  body: string
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

export function seeOther(location: string): PageAnswer {
  return { status: 303, headers: { location }, body: '' }
}
