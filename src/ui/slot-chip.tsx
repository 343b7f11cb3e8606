import type { ReactNode } from 'react'
import { classes } from './classes.ts'

/** What a free time looks like wherever it can be pressed. */
export const SLOT_CLASSES =
  'inline-flex min-h-11 flex-col items-center justify-center rounded-control border border-slot-line bg-slot px-3 py-1.5 text-center leading-tight text-on-slot transition-colors hover:bg-slot-hover hover:text-on-slot-hover'

export interface SlotChipProps {
  /** Works without JavaScript: the page where this time is chosen. */
  href: string
  /** For scripts that book at once when the chip is pressed. */
  serviceId: string
  startsAt: string
  /** "Today", "Thu, Nov 26" */
  day: string
  time: string
  note?: ReactNode
  className?: string
}

/** One free time as a link. Put the chips inside a QuickBook to let a press hold the time at once. */
export function SlotChip({ href, serviceId, startsAt, day, time, note, className }: SlotChipProps) {
  return (
    <a
      href={href}
      rel="nofollow"
      data-slot={startsAt}
      data-service={serviceId}
      className={classes(SLOT_CLASSES, 'aria-busy:animate-pulse', className)}
    >
      <span className="text-xs whitespace-nowrap">{day}</span>
      <time dateTime={startsAt} className="font-semibold whitespace-nowrap">
        {time}
      </time>
      {note && <span className="text-xs whitespace-nowrap">{note}</span>}
    </a>
  )
}
