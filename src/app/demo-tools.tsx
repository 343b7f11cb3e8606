'use client'

import Link from 'next/link'
import { usePathname, useRouter } from 'next/navigation'
import { useEffect, useRef, useState, useSyncExternalStore, type ReactNode } from 'react'
import { get, post, postAccount } from '#src/http/client.ts'
import { classes } from '#src/ui/classes.ts'
import { sayMoment, sayZone } from '#src/ui/format.ts'
import { bookingInPath, type DemoBooking, findDemoBooking } from './demo-booking.ts'

export interface DemoToolsProps {
  now: string
  escrowDays: number
  stripeUrl: string | null
  hasMailbox: boolean
  signedIn: boolean
}

const PASSWORD = 'ecosystem-demo'
const LOGINS = [
  { email: 'customer@demo.test', label: 'Customer', home: '/dashboard' },
  { email: 'provider@demo.test', label: 'Provider', home: '/provider' },
  { email: 'operator@demo.test', label: 'Operator', home: '/operator' },
] as const

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const TICK_MS = 10_000
// What falls due at the new time is done by the worker within seconds; the page looks again when it should be there.
const LOOK_AGAIN_MS = [1_500, 4_000, 9_000]

const never = () => () => {}
const useHydrated = () =>
  useSyncExternalStore(
    never,
    () => true,
    () => false,
  )

/** One slim line at the top: what time it is in the demonstration; opened, everything that moves it. */
export function DemoTools({ now, escrowDays, stripeUrl, hasMailbox, signedIn }: DemoToolsProps) {
  const path = usePathname()
  const hydrated = useHydrated()
  const clock = useDemoClock(now)
  const [open, setOpen] = useState(false)
  const [booking, setBooking] = useState<DemoBooking | null>(null)
  const [said, setSaid] = useState('')
  const move = useMoveTime((iso) => {
    clock.set(iso)
    void lookFor(path, signedIn).then(setBooking)
  }, setSaid)
  const looksAt = bookingInPath(path)

  useEffect(() => {
    if (!open) return
    let current = true
    void lookFor(path, signedIn).then((found) => current && setBooking(found))
    return () => {
      current = false
    }
  }, [open, path, signedIn])

  const timeZone = booking?.timeZone ?? (hydrated ? Intl.DateTimeFormat().resolvedOptions().timeZone : 'UTC')
  const at = new Date(clock.now).toISOString()
  return (
    // Last in the document, so that the link to the content stays the first thing to be reached; first to be seen.
    <aside aria-label="Demonstration" data-no-print className="order-first bg-board text-sm text-on-board">
      <div className="mx-auto flex min-h-11 max-w-6xl items-center gap-x-3 px-4 sm:px-6">
        <p className="min-w-0 grow py-1 max-sm:leading-tight">
          <span className="font-semibold text-citron">Demo</span>
          <span className="max-sm:hidden">, no real money. It is </span>
          <span className="sm:hidden">: </span>
          <time dateTime={at} suppressHydrationWarning>
            {sayMoment(at, timeZone, 'en-US')}
          </time>{' '}
          <span className="text-on-board-soft max-sm:block">({sayZone(timeZone, at)})</span>
        </p>
        {hasMailbox && (
          <Link href="/dev/mail" className={ON_BOARD}>
            Mail
          </Link>
        )}
        <button
          type="button"
          aria-expanded={open}
          aria-controls="demo-tools"
          onClick={() => setOpen(!open)}
          className={ON_BOARD}
        >
          {open ? 'Close' : 'Tools'}
        </button>
      </div>
      <div id="demo-tools" hidden={!open} className="border-t border-board-line">
        <div className="mx-auto grid max-w-6xl gap-x-8 gap-y-4 px-4 py-4 sm:px-6 lg:grid-cols-[1fr_auto]">
          <Group label="Move time">
            {booking && (
              <BookingJumps
                booking={booking}
                now={clock.now}
                escrowDays={escrowDays}
                looksAt={looksAt !== null}
                move={move}
              />
            )}
            <div className="flex flex-wrap gap-2">
              <Press onPress={() => move.to(clock.now + HOUR_MS)} busy={move.busy}>
                +1 hour
              </Press>
              <Press onPress={() => move.to(clock.now + DAY_MS)} busy={move.busy}>
                +1 day
              </Press>
            </div>
            <p className="text-on-board-soft">Shown for {sayZone(timeZone, at)}. Time only moves forward.</p>
            <p className="text-on-board-soft">
              To begin anew, stop it in the terminal, delete the folder <code>.data</code> and start again.
            </p>
          </Group>
          <Group label="Sign in as">
            <SignInAs onSay={setSaid} />
            <p className="text-on-board-soft">
              Password: <code>{PASSWORD}</code>
            </p>
            {stripeUrl && (
              <p>
                <a
                  href={stripeUrl}
                  target="_blank"
                  rel="noreferrer"
                  className="inline-flex min-h-8 items-center underline underline-offset-4"
                >
                  Stripe sandbox
                </a>
              </p>
            )}
          </Group>
        </div>
      </div>
      <p role="status" className={said ? 'mx-auto max-w-6xl px-4 pb-2 sm:px-6' : 'sr-only'}>
        {said}
      </p>
    </aside>
  )
}

const lookFor = (path: string, signedIn: boolean) =>
  findDemoBooking({ path, key: new URLSearchParams(location.search).get('key'), signedIn }, get)

const ON_BOARD =
  'inline-flex min-h-9 shrink-0 items-center rounded-control border border-on-board-soft px-3 font-medium hover:bg-board-line focus-visible:outline-citron'

function Group({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div role="group" aria-label={label} className="flex flex-col gap-2">
      <p className="font-semibold">{label}</p>
      {children}
    </div>
  )
}

function Press(props: { onPress: () => void; busy?: boolean; past?: boolean; children: ReactNode }) {
  const inert = props.busy || props.past
  return (
    <button
      type="button"
      {...(inert ? { 'aria-disabled': true } : {})}
      onClick={() => !inert && props.onPress()}
      className={classes(ON_BOARD, inert && 'border-board-line text-on-board-soft hover:bg-transparent')}
    >
      {props.children}
      {props.past && <span className="ml-1.5 font-normal">(passed)</span>}
    </button>
  )
}

interface Mover {
  busy: boolean
  to: (epochMs: number) => void
}

function BookingJumps(props: {
  booking: DemoBooking
  now: number
  escrowDays: number
  looksAt: boolean
  move: Mover
}) {
  const { booking, now, escrowDays, looksAt, move } = props
  const endsAt = Date.parse(booking.endsAt)
  const payoutAt = booking.payoutDueAt ? Date.parse(booking.payoutDueAt) : endsAt + escrowDays * DAY_MS
  const jumps = [
    ['Two hours before', Date.parse(booking.startsAt) - 2 * HOUR_MS],
    ['Start', Date.parse(booking.startsAt)],
    ['End', endsAt],
    ['Payout day', payoutAt],
  ] as const
  return (
    <>
      <p>
        {looksAt ? 'This booking' : 'Your next booking'} <span className="font-mono">{booking.code}</span>,{' '}
        {booking.service}
      </p>
      <div className="flex flex-wrap gap-2">
        {jumps.map(([label, at]) => (
          <Press key={label} onPress={() => move.to(at)} busy={move.busy} past={at <= now}>
            {label}
          </Press>
        ))}
      </div>
    </>
  )
}

/** The time of the server, ticking here: what it said, and what has passed since. */
function useDemoClock(serverNow: string) {
  const [now, setNow] = useState(() => Date.parse(serverNow))
  const origin = useRef({ serverMs: 0, localMs: 0 })
  useEffect(() => {
    origin.current = { serverMs: Date.parse(serverNow), localMs: performance.now() }
    const tick = () => setNow(origin.current.serverMs + performance.now() - origin.current.localMs)
    const timer = setInterval(tick, TICK_MS)
    return () => clearInterval(timer)
  }, [serverNow])
  const set = (iso: string) => {
    origin.current = { serverMs: Date.parse(iso), localMs: performance.now() }
    setNow(origin.current.serverMs)
  }
  return { now, set }
}

function useMoveTime(onMoved: (iso: string) => void, onSay: (words: string) => void): Mover {
  const router = useRouter()
  const [busy, setBusy] = useState(false)
  async function to(epochMs: number) {
    setBusy(true)
    onSay('Moving time…')
    const answer = await post<{ now: string }>('/api/v1/demo/clock', { to: new Date(epochMs).toISOString() })
    setBusy(false)
    if (!answer.ok)
      return onSay(
        answer.problem.errors[0] ? 'That moment has passed: time only moves forward.' : answer.problem.detail,
      )
    onMoved(answer.body.now)
    onSay('Time has moved. What fell due is being done; this page follows within seconds.')
    router.refresh()
    for (const delay of LOOK_AGAIN_MS) setTimeout(() => router.refresh(), delay)
    setTimeout(() => onSay(''), LOOK_AGAIN_MS.at(-1))
  }
  return { busy, to: (epochMs) => void to(epochMs) }
}

function SignInAs({ onSay }: { onSay: (words: string) => void }) {
  const [busy, setBusy] = useState(false)
  async function signIn({ email, home }: (typeof LOGINS)[number]) {
    setBusy(true)
    const answer = await postAccount('/api/auth/sign-in/email', { email, password: PASSWORD })
    setBusy(false)
    if (!answer.ok) return onSay(`${email} could not sign in: ${answer.problem.detail}`)
    // A full load: everything on screen belonged to somebody else.
    window.location.assign(home)
  }
  return (
    <div className="flex flex-wrap gap-2">
      {LOGINS.map((login) => (
        <Press key={login.email} onPress={() => void signIn(login)} busy={busy}>
          {login.label}
        </Press>
      ))}
    </div>
  )
}
