import Link from 'next/link'
import type { ReactNode } from 'react'
import { buttonClasses } from './button.tsx'
import { classes } from './classes.ts'
import { NextIcon } from './icons.tsx'

/** Lists continue by cursor: a link onwards, and one back to the beginning when this is not the first page. */
export function Pagination({
  nextHref,
  firstHref,
  label = 'Pages',
}: {
  nextHref: string | null
  firstHref?: string | null
  label?: string
}) {
  if (!nextHref && !firstHref) return null
  return (
    <nav aria-label={label} className="flex flex-wrap items-center justify-between gap-3">
      {firstHref ? (
        <Link href={firstHref} className={buttonClasses('quiet')}>
          First page
        </Link>
      ) : (
        <span />
      )}
      {nextHref ? (
        <Link href={nextHref} rel="next" className={buttonClasses('secondary')}>
          Next page <NextIcon />
        </Link>
      ) : (
        <p className="text-ink-soft">That is all.</p>
      )}
    </nav>
  )
}

export interface Tab {
  href: string
  label: ReactNode
  current: boolean
  /** A number beside the label. */
  count?: number
}

/** Views of one subject. Each is a page of its own, so these are links. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  return (
    <nav aria-label={label} className="scroll-hint -mx-4 overflow-x-auto px-4 sm:mx-0 sm:px-0">
      <ul className="flex gap-1 border-b border-line">
        {tabs.map((tab) => (
          <li key={tab.href}>
            <Link
              href={tab.href}
              {...(tab.current ? { 'aria-current': 'page' as const } : {})}
              className={classes(
                '-mb-px flex min-h-11 items-center gap-2 border-b-3 px-3 whitespace-nowrap',
                tab.current
                  ? 'border-brand font-semibold text-ink'
                  : 'border-transparent text-ink-soft hover:text-ink',
              )}
            >
              {tab.label}
              {tab.count !== undefined && <span className="tabular text-sm text-ink-soft">{tab.count}</span>}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

/** Where this page sits: links from the top, the last one without. */
export function Breadcrumbs({ items }: { items: readonly { href?: string; label: string }[] }) {
  return (
    <nav aria-label="You are here" className="text-sm text-ink-soft">
      <ol className="flex flex-wrap items-center gap-x-2">
        {items.map(({ href, label }, index) => (
          <li key={index} className="flex min-h-8 items-center gap-x-2">
            {index > 0 && <span aria-hidden="true">/</span>}
            {href ? (
              <Link href={href} className="link">
                {label}
              </Link>
            ) : (
              <span aria-current="page">{label}</span>
            )}
          </li>
        ))}
      </ol>
    </nav>
  )
}
