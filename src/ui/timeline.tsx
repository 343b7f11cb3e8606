import type { ReactNode } from 'react'

export interface TimelineEntry {
  /** Shown as given, so that each page chooses zone and precision. */
  at: string
  /** ISO, for machines. */
  iso?: string
  title: ReactNode
  detail?: ReactNode
  /** In the place of the dot, for lists of several kinds. */
  icon?: ReactNode
}

/** What happened, one line each, in the order given. */
export function Timeline({ entries }: { entries: readonly TimelineEntry[] }) {
  return (
    <ol className="flex flex-col">
      {entries.map((entry, index) => (
        <li
          key={index}
          className="relative pb-5 pl-7 before:absolute before:top-5 before:bottom-0 before:left-1 before:w-0.5 before:bg-line last:pb-0 last:before:hidden"
        >
          {entry.icon ? (
            <span aria-hidden="true" className="absolute top-0.5 -left-1 bg-surface text-brand">
              {entry.icon}
            </span>
          ) : (
            <span aria-hidden="true" className="absolute top-2 left-0 size-2.5 rounded-full bg-brand" />
          )}
          <div className="min-w-0">
            <div className="font-medium">{entry.title}</div>
            <p className="text-sm text-ink-soft">
              <time dateTime={entry.iso}>{entry.at}</time>
            </p>
            {entry.detail && <div className="text-sm">{entry.detail}</div>}
          </div>
        </li>
      ))}
    </ol>
  )
}
