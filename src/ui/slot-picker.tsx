'use client'

/* oxlint-disable jsx-a11y/no-noninteractive-element-to-interactive-role -- the date grid of the ARIA practices is a table */

import Link from 'next/link'
import { useEffect, useId, useMemo, useRef, useState, useSyncExternalStore, type KeyboardEvent } from 'react'
import { classes } from './classes.ts'
import {
  count,
  localDateOf,
  localHourOf,
  sayLongDay,
  sayMonth,
  sayOffset,
  sayTime,
  sayZone,
} from './format.ts'
import { NextIcon, PreviousIcon } from './icons.tsx'
import { addDays, addMonths, columnOf, monthOf, sameDayOf, weeksOf } from './month-grid.ts'
import { SLOT_CLASSES } from './slot-chip.tsx'
import { Spinner } from './button.tsx'

export interface PickerSlot {
  startsAt: string
  endsAt: string
  /** Its wall time happens twice that night; the offset tells which one. */
  repeated: boolean
  seatsLeft: number
}

export interface SlotPickerProps {
  /** Everything free in the month, and a day on each side for readers in other zones. */
  slots: readonly PickerSlot[]
  /** The provider's zone. */
  timeZone: string
  /** '2026-11' */
  month: string
  /** Null where there is nothing to go to. */
  previousHref: string | null
  nextHref: string | null
  /** Where the next free time is when this month has none. */
  nextFreeHref?: string | null
  /** The day shown first; by default the first with a free time. */
  date?: string | null
  locale: string
  /** 1 is Monday, 7 is Sunday. */
  weekStart: number
  /** Says how many seats are left when above 1. */
  capacity?: number
  /** Sent along when a day or a time is chosen without JavaScript. */
  fields?: readonly (readonly [name: string, value: string])[]
  /** The time that is chosen already. */
  chosen?: string | null
  /** The time that is being held right now. */
  busy?: string | null
  /** Without it, choosing reloads the page with `?slot=`. */
  onPick?: (slot: PickerSlot) => void
}

const never = () => () => {}
const useHydrated = () =>
  useSyncExternalStore(
    never,
    () => true,
    () => false,
  )

/** A month of days and the free times of one of them. Without JavaScript it is a form whose buttons are the days and times. */
export function SlotPicker(props: SlotPickerProps) {
  const { slots, timeZone, month, locale, weekStart, fields = [], chosen = null, busy = null, onPick } = props
  const hydrated = useHydrated()
  const viewerZone = useViewerZone(hydrated, timeZone, slots)
  const [useViewers, setUseViewers] = useState(false)
  const zone = useViewers && viewerZone ? viewerZone : timeZone

  const days = useMemo(() => byDay(slots, zone, month), [slots, zone, month])
  const firstFree = [...days.keys()].sort()[0] ?? null
  const [picked, setPicked] = useState<string | null>(props.date ?? (chosen && localDateOf(chosen, timeZone)))
  const date = picked && monthOf(picked) === month ? picked : firstFree
  const dayTimes = (date && days.get(date)) || []

  const [focusedDate, setFocusedDate] = useState<string | null>(null)
  const grid = useRef<HTMLTableElement>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  const wantsFocus = useRef<'grid' | 'times' | null>(null)
  const monthHeading = useId()
  const tabStop = focusedDate && monthOf(focusedDate) === month ? focusedDate : (date ?? `${month}-01`)

  useEffect(() => {
    if (wantsFocus.current === 'grid' && focusedDate && monthOf(focusedDate) === month) {
      grid.current?.querySelector<HTMLElement>(`[data-date="${focusedDate}"]`)?.focus()
      wantsFocus.current = null
    }
  }, [focusedDate, month])

  useEffect(() => {
    if (wantsFocus.current === 'times' && date) {
      heading.current?.focus()
      wantsFocus.current = null
    }
  }, [date])

  function pickDay(day: string) {
    wantsFocus.current = 'times'
    setPicked(day)
    setFocusedDate(day)
    if (day === date) heading.current?.focus()
  }

  function moveFocus(to: string) {
    const target = monthOf(to)
    if (target !== month) {
      const link = grid.current?.parentElement?.querySelector<HTMLElement>(`[data-month="${target}"]`)
      if (!link) return
      link.click()
    }
    wantsFocus.current = 'grid'
    setFocusedDate(to)
  }

  function onGridKey(event: KeyboardEvent) {
    const move = KEYS[event.key]
    if (!move) return
    event.preventDefault()
    // The other month is on its way; the key would move from a day that is about to go.
    const onItsWay = wantsFocus.current === 'grid' && focusedDate !== null && monthOf(focusedDate) !== month
    if (!onItsWay) moveFocus(move(tabStop, weekStart))
  }

  function switchZone(toViewers: boolean) {
    const next = toViewers && viewerZone ? viewerZone : timeZone
    const first = dayTimes[0]
    setUseViewers(toViewers)
    if (first) setPicked(localDateOf(first.startsAt, next))
  }

  return (
    <form
      method="get"
      className="grid gap-8 lg:grid-cols-[minmax(0,23rem)_1fr] lg:gap-12"
      onSubmit={(event) => (onPick || isDay(event.nativeEvent)) && event.preventDefault()}
    >
      {fields.map(([name, value]) => (
        <input key={`${name}${value}`} type="hidden" name={name} value={value} />
      ))}
      <div>
        <div className="flex items-center justify-between gap-2">
          <h3 id={monthHeading} className="text-lg" aria-live="polite">
            {sayMonth(month, locale)}
          </h3>
          <div className="flex gap-1">
            <MonthLink
              href={props.previousHref}
              month={addMonths(month, -1)}
              locale={locale}
              icon="previous"
            />
            <MonthLink href={props.nextHref} month={addMonths(month, 1)} locale={locale} icon="next" />
          </div>
        </div>
        <table
          ref={grid}
          role="grid"
          aria-labelledby={monthHeading}
          className="mt-2 w-full table-fixed"
          onKeyDown={onGridKey}
        >
          <thead>
            <tr>
              {weekdays(weekStart, locale).map(({ long, short }) => (
                <th key={long} scope="col" abbr={long} className="pb-2 text-xs font-medium text-ink-soft">
                  {short}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {weeksOf(month, weekStart).map((week, index) => (
              <tr key={index}>
                {week.map((day, column) =>
                  day ? (
                    <td key={day} role="gridcell" aria-selected={day === date} className="p-0.5">
                      <DayButton
                        day={day}
                        free={days.get(day)?.length ?? 0}
                        selected={day === date}
                        tabbable={!hydrated || day === tabStop}
                        locale={locale}
                        onPress={pickDay}
                      />
                    </td>
                  ) : (
                    <td key={`${index}-${column}`} role="gridcell" />
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
        <ZoneLine
          zone={zone}
          providerZone={timeZone}
          viewerZone={viewerZone}
          at={dayTimes[0]?.startsAt ?? slots[0]?.startsAt ?? `${month}-01T12:00:00Z`}
          onSwitch={switchZone}
        />
      </div>

      <div className="min-w-0">
        {date && dayTimes.length > 0 ? (
          <>
            <h3 ref={heading} tabIndex={-1} className="text-lg">
              {sayPlainDay(date, locale)}
              <span className="block text-sm font-normal tracking-normal text-ink-soft">
                {freeWords(dayTimes.length)}
              </span>
            </h3>
            {PARTS.map(({ name, until, from }) => {
              const part = dayTimes.filter(({ startsAt }) => {
                const hour = localHourOf(startsAt, zone)
                return hour >= from && hour < until
              })
              if (part.length === 0) return null
              return (
                <section key={name} aria-label={name} className="mt-5">
                  <h4 className="mb-2 text-sm font-medium text-ink-soft">{name}</h4>
                  <ul className="grid grid-cols-[repeat(auto-fill,minmax(6.25rem,1fr))] gap-2">
                    {part.map((slot) => (
                      <li key={slot.startsAt}>
                        <TimeButton
                          slot={slot}
                          zone={zone}
                          locale={locale}
                          capacity={props.capacity ?? 1}
                          chosen={slot.startsAt === chosen}
                          busy={slot.startsAt === busy}
                          inert={busy !== null}
                          {...(onPick ? { onPick } : {})}
                        />
                      </li>
                    ))}
                  </ul>
                </section>
              )
            })}
          </>
        ) : (
          <p className="text-ink-soft">
            {date ? `Nothing is free on ${sayPlainDay(date, locale)}.` : 'Nothing is free this month.'}{' '}
            {props.nextFreeHref && (
              <Link href={props.nextFreeHref} scroll={false} className="link">
                Show the next free time
              </Link>
            )}
          </p>
        )}
        <p role="status" className="sr-only">
          {hydrated && date ? `${sayPlainDay(date, locale)}: ${freeWords(dayTimes.length)}` : ''}
        </p>
      </div>
    </form>
  )
}

const PARTS = [
  { name: 'Morning', from: 0, until: 12 },
  { name: 'Afternoon', from: 12, until: 17 },
  { name: 'Evening', from: 17, until: 24 },
]

// The WAI-ARIA date grid: arrows by day and week, Home and End by week, the page keys by month.
const KEYS: Record<string, (date: string, weekStart: number) => string> = {
  ArrowLeft: (date) => addDays(date, -1),
  ArrowRight: (date) => addDays(date, 1),
  ArrowUp: (date) => addDays(date, -7),
  ArrowDown: (date) => addDays(date, 7),
  Home: (date, weekStart) => addDays(date, -columnOf(date, weekStart)),
  End: (date, weekStart) => addDays(date, 6 - columnOf(date, weekStart)),
  PageUp: (date) => sameDayOf(addMonths(monthOf(date), -1), date),
  PageDown: (date) => sameDayOf(addMonths(monthOf(date), 1), date),
}

function MonthLink({
  href,
  month,
  locale,
  icon,
}: {
  href: string | null
  month: string
  locale: string
  icon: 'previous' | 'next'
}) {
  const Arrow = icon === 'previous' ? PreviousIcon : NextIcon
  const box = 'inline-flex size-11 items-center justify-center rounded-full'
  if (!href) {
    return (
      <span className={classes(box, 'text-line-strong')} aria-hidden="true">
        <Arrow />
      </span>
    )
  }
  return (
    <Link
      href={href}
      scroll={false}
      prefetch={false}
      data-month={month}
      aria-label={sayMonth(month, locale)}
      className={classes(box, 'border border-line-strong hover:bg-sunken')}
    >
      <Arrow />
    </Link>
  )
}

function DayButton(props: {
  day: string
  free: number
  selected: boolean
  tabbable: boolean
  locale: string
  onPress: (day: string) => void
}) {
  const { day, free, selected, tabbable, locale, onPress } = props
  return (
    <button
      type="submit"
      name="date"
      value={day}
      data-date={day}
      tabIndex={tabbable ? 0 : -1}
      aria-label={`${sayPlainDay(day, locale)}, ${freeWords(free)}`}
      {...(free === 0 ? { 'aria-disabled': true } : {})}
      onClick={() => free > 0 && onPress(day)}
      className={classes(
        'flex aspect-square max-h-13 min-h-11 w-full items-center justify-center rounded-control tabular',
        free === 0 && 'text-ink-faint',
        free > 0 &&
          !selected &&
          'border border-slot-line bg-slot font-semibold text-on-slot hover:bg-slot-hover hover:text-on-slot-hover',
        free > 0 && selected && 'bg-brand font-semibold text-on-brand',
      )}
    >
      {Number(day.slice(8))}
    </button>
  )
}

function TimeButton(props: {
  slot: PickerSlot
  zone: string
  locale: string
  capacity: number
  chosen: boolean
  busy: boolean
  inert: boolean
  onPick?: (slot: PickerSlot) => void
}) {
  const { slot, zone, locale, capacity, chosen, busy, inert, onPick } = props
  return (
    <button
      type="submit"
      name="slot"
      value={slot.startsAt}
      onClick={onPick ? () => !inert && onPick(slot) : undefined}
      {...(chosen ? { 'aria-current': 'true' as const } : {})}
      {...(inert ? { 'aria-disabled': true } : {})}
      className={classes(
        SLOT_CLASSES,
        'w-full',
        chosen && 'outline-2 outline-offset-2 outline-brand',
        inert && !busy && 'opacity-60',
      )}
    >
      <time dateTime={slot.startsAt} className="inline-flex items-center gap-1.5 font-semibold">
        {busy && <Spinner />}
        {sayTime(slot.startsAt, zone, locale)}
      </time>
      {busy && <span className="text-xs">Holding it…</span>}
      {slot.repeated && <span className="text-xs">{sayOffset(slot.startsAt, zone)}</span>}
      {capacity > 1 && !busy && <span className="text-xs">{slot.seatsLeft} left</span>}
    </button>
  )
}

function ZoneLine(props: {
  zone: string
  providerZone: string
  viewerZone: string | null
  at: string
  onSwitch: (toViewers: boolean) => void
}) {
  const { zone, providerZone, viewerZone, at, onSwitch } = props
  const providers = zone === providerZone
  return (
    <p className="mt-4 text-sm text-ink-soft">
      Times in {sayZone(zone, at)}, {providers ? 'the provider’s zone' : 'your zone'}.{' '}
      {viewerZone && (
        <button type="button" className="link min-h-6" onClick={() => onSwitch(providers)}>
          {providers ? `Show in ${sayZone(viewerZone, at)}` : `Show in ${sayZone(providerZone, at)}`}
        </button>
      )}
    </p>
  )
}

// Offered only where a clock in the reader's zone would show another time.
function useViewerZone(hydrated: boolean, providerZone: string, slots: readonly PickerSlot[]): string | null {
  return useMemo(() => {
    const at = slots[0]?.startsAt
    if (!hydrated || !at) return null
    const viewers = Intl.DateTimeFormat().resolvedOptions().timeZone
    return viewers && sayOffset(at, viewers) !== sayOffset(at, providerZone) ? viewers : null
  }, [hydrated, providerZone, slots])
}

function byDay(slots: readonly PickerSlot[], zone: string, month: string): Map<string, PickerSlot[]> {
  const days = new Map<string, PickerSlot[]>()
  for (const slot of slots) {
    const date = localDateOf(slot.startsAt, zone)
    if (monthOf(date) !== month) continue
    const day = days.get(date)
    if (day) day.push(slot)
    else days.set(date, [slot])
  }
  return days
}

function isDay(event: Event): boolean {
  return (
    event instanceof SubmitEvent &&
    event.submitter instanceof HTMLButtonElement &&
    event.submitter.name === 'date'
  )
}

function freeWords(free: number): string {
  return free === 0 ? 'nothing free' : `${count(free, 'time')} free`
}

function sayPlainDay(date: string, locale: string): string {
  return sayLongDay(`${date}T12:00:00Z`, 'UTC', locale)
}

function weekdays(weekStart: number, locale: string): { long: string; short: string }[] {
  // 2024-01-01 was a Monday.
  return Array.from({ length: 7 }, (_, index) => {
    const date = addDays('2024-01-01', weekStart - 1 + index)
    const name = (weekday: 'long' | 'short') =>
      new Intl.DateTimeFormat(locale, { weekday, timeZone: 'UTC' }).format(new Date(date))
    return { long: name('long'), short: name('short') }
  })
}
