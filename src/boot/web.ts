import { headers } from 'next/headers'
import { cache } from 'react'
import { apiDocument as documentOf } from '#src/http/app.ts'
import { ANONYMOUS, type Actor } from '#src/kernel/actor.ts'
import type { BookingId } from '#src/kernel/ids.ts'
import { bookingClaimedWith, bookingOfGuestKey } from '#src/modules/bookings/index.ts'
import { CLIENT_ADDRESS_HEADER, findSignedIn, type SignedIn } from '#src/modules/identity/index.ts'
import { readConfig, type Config } from '#src/platform/config.ts'
import type { Ctx } from '#src/platform/context.ts'
import { actorOf, composeApi, type ComposedApi } from './api.ts'
import { compose, type Composition } from './compose.ts'

// What pages, and the API where Next mounts it, are made of. Next loads this file more than once in a process; what holds
// connections exists once.

interface Web extends ComposedApi {
  readonly composition: Composition
}

const KEY = Symbol.for('ecosystem.web')
const store = globalThis as typeof globalThis & { [KEY]?: Web }

function web(): Web {
  return (store[KEY] ??= start())
}

function start(): Web {
  const composition = compose(readConfig(), 'pages')
  return { composition, ...composeApi(composition) }
}

/** Who is looking at the page; once per request. */
export const pageAccount = cache(async (): Promise<SignedIn | null> =>
  findSignedIn(web().accounts, new Headers(await headers())),
)

/** The context in which a page reads. The time in it is the one the whole page speaks of. */
export const pageContext = cache(async (): Promise<Ctx> => {
  const { composition } = web()
  const account = await pageAccount()
  return composition.contextFor(account ? await actorOf(composition, account) : ANONYMOUS)
})

/** The context of whoever holds a guest's key; null when the key opens nothing. Looking changes nothing. */
export async function guestContext(key: string): Promise<Ctx | null> {
  const { composition } = web()
  const bookingId = await bookingOfGuestKey(composition.contextFor(ANONYMOUS), key)
  const actor: Actor | null = bookingId && { kind: 'guest', bookingId }
  return actor && composition.contextFor(actor)
}

/** The booking that a link used to open, for whoever is signed in and has taken it into their account. */
export async function claimedBookingOf(key: string): Promise<BookingId | null> {
  return bookingClaimedWith(await pageContext(), key)
}

export function pageConfig(): Config {
  return web().composition.config
}

export function apiDocument() {
  return documentOf(web().api)
}

/**
 * For `app/api/[[...route]]`, where no server of ours stands in front of Next. Vercel writes the client's address into
 * `x-real-ip`, whatever the client has sent (https://vercel.com/docs/headers/request-headers).
 */
export function handleApi(request: Request): Response | Promise<Response> {
  const headers = new Headers(request.headers)
  headers.set(CLIENT_ADDRESS_HEADER, headers.get('x-real-ip') ?? '')
  const { url, method, body } = request
  // Next's request is a proxy, which the platform's own Request cannot copy.
  const copy: RequestInit & { duplex: 'half' } = { method, headers, body, duplex: 'half' }
  return web().api.fetch(new Request(url, copy))
}
