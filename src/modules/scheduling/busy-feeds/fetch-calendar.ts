import { lookup as resolve } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { BlockList, isIP } from 'node:net'
import http from 'node:http'
import https from 'node:https'

const TIMEOUT_MS = 10_000
const BYTES_MAX = 5 * 1024 * 1024 // ten years of a busy calendar are about one
const REDIRECTS_MAX = 3

export type FetchedCalendar =
  | { readonly changed: true; readonly text: string; readonly etag: string | null }
  | { readonly changed: false }

/** The calendar could not be read. The message is for the provider and tells nothing of our network. */
export class CalendarUnavailable extends Error {
  override readonly name = 'CalendarUnavailable'
}

export interface FetchOptions {
  etag: string | null
  allowPrivateAddresses: boolean
}

/**
 * Fetches what a provider told us to fetch. The address is theirs, the network is ours: only http and https, only public
 * addresses (checked on the address that is really connected to, so that a name cannot change its mind in between),
 * bounded in time, size and redirects.
 */
export async function fetchCalendar(url: string, options: FetchOptions): Promise<FetchedCalendar> {
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  let address = new URL(url)
  for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects += 1) {
    const answer = await request(address, options, signal)
    if (!('location' in answer)) return answer
    if (!URL.canParse(answer.location, address.href))
      throw new CalendarUnavailable('The address leads on to one that is none.')
    address = new URL(answer.location, address)
  }
  throw new CalendarUnavailable(`The address leads on more than ${REDIRECTS_MAX} times.`)
}

function request(
  url: URL,
  options: FetchOptions,
  signal: AbortSignal,
): Promise<FetchedCalendar | { location: string }> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new CalendarUnavailable('The address must start with http or https.')
  }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (!options.allowPrivateAddresses && isIP(host) !== 0 && isPrivate(host)) throw notPublic()
  const client = url.protocol === 'https:' ? https : http
  return new Promise((settle, reject) => {
    const fail = (error: unknown) =>
      reject(error instanceof CalendarUnavailable ? error : unavailable(error, signal))
    const outgoing = client.get(
      url,
      {
        signal,
        lookup: options.allowPrivateAddresses ? resolve : publicLookup,
        headers: {
          accept: 'text/calendar',
          'accept-encoding': 'identity',
          'user-agent': 'Ecosystem calendar subscription',
          ...(options.etag === null ? {} : { 'if-none-match': options.etag }),
        },
      },
      (incoming) => {
        const { statusCode = 0, headers } = incoming
        if (statusCode === 304) {
          incoming.resume()
          return settle({ changed: false })
        }
        if (statusCode >= 300 && statusCode < 400 && headers.location) {
          incoming.resume()
          return settle({ location: headers.location })
        }
        if (statusCode !== 200) {
          incoming.resume()
          return fail(new CalendarUnavailable(`The calendar's server answered ${statusCode}.`))
        }
        const parts: Buffer[] = []
        let bytes = 0
        incoming.on('data', (part: Buffer) => {
          bytes += part.length
          if (bytes > BYTES_MAX) {
            fail(new CalendarUnavailable(`The calendar is larger than ${BYTES_MAX / 1024 / 1024} MB.`))
            incoming.destroy()
          } else parts.push(part)
        })
        incoming.on('error', fail)
        incoming.on('end', () =>
          settle({ changed: true, text: Buffer.concat(parts).toString('utf8'), etag: headers.etag ?? null }),
        )
      },
    )
    outgoing.on('error', fail)
  })
}

function unavailable(error: unknown, signal: AbortSignal): CalendarUnavailable {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (signal.aborted)
    return new CalendarUnavailable(`The calendar's server took longer than ${TIMEOUT_MS / 1000} seconds.`)
  if (code === 'ENOTFOUND') return new CalendarUnavailable('There is no such server.')
  return new CalendarUnavailable("The calendar's server could not be reached.")
}

function notPublic(): CalendarUnavailable {
  return new CalendarUnavailable('The address is not on the public internet.')
}

const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0)
    const [first] = addresses
    if (!first || addresses.some(({ address }) => isPrivate(address))) return callback(notPublic(), '', 0)
    if (options.all) callback(null, addresses)
    else callback(null, first.address, first.family)
  })
}

// Everything that is not the public internet (RFC 6890 and what was added to its registries since).
const PRIVATE = new BlockList()
for (const [network, prefix] of [
  ...([
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
  ] as const),
  ...([
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['192.88.99.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
  ] as const),
  ...([
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['224.0.0.0', 3],
  ] as const),
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv4')
}
for (const [network, prefix] of [
  ...([
    ['::', 128],
    ['::1', 128],
    ['64:ff9b::', 96],
    ['64:ff9b:1::', 48],
    ['100::', 64],
    ['2001::', 23],
  ] as const),
  ...([
    ['2001:db8::', 32],
    ['2002::', 16],
    ['fc00::', 7],
    ['fe80::', 10],
    ['fec0::', 10],
    ['ff00::', 8],
  ] as const),
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv6')
}

export function isPrivate(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return isPrivate(mapped)
  // ::ffff:7f00:1 is 127.0.0.1 as well; nobody publishes a calendar under such an address.
  if (/^::ffff:/i.test(address)) return true
  return PRIVATE.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}
