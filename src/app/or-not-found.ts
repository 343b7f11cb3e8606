import { notFound } from 'next/navigation'

// Pages see refusals as what they are thrown as; the class itself belongs to the platform.
interface RefusalLike extends Error {
  readonly code: string
}

function isRefusal(error: unknown): error is RefusalLike {
  return (
    error instanceof Error && error.name === 'Refusal' && 'code' in error && typeof error.code === 'string'
  )
}

/** The code of a refusal; anything else is trouble or a bug and is thrown on. */
export function refusalCode(error: unknown): string {
  if (isRefusal(error)) return error.code
  throw error
}

/** What a read gives, or the 404 page where there is no such thing, or none that this reader may see. */
export async function orNotFound<T>(read: Promise<T>): Promise<T> {
  try {
    return await read
  } catch (error) {
    if (refusalCode(error).endsWith('.not_found')) notFound()
    throw error
  }
}
