import { redirect } from 'next/navigation'
import { refusalCode } from '../or-not-found.ts'

/** A list from a cursor in the address. One that does not fit, from a link that was edited, leads to the first page. */
export async function readList<T>(
  read: Promise<T>,
  cursor: string | undefined,
  firstHref: string,
): Promise<T> {
  try {
    return await read
  } catch (error) {
    if (cursor && refusalCode(error) === 'request.invalid') redirect(firstHref)
    throw error
  }
}

/** The value if it is one of the list. */
export function oneOf<T extends string>(values: readonly T[], value: string | undefined): T | undefined {
  return values.find((known) => known === value)
}
