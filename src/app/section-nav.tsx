'use client'

import { usePathname } from 'next/navigation'
import { useEffect, useRef } from 'react'
import { Tabs } from '#src/ui/navigation.tsx'
import { Column } from '#src/ui/shell.tsx'

export interface SectionLink {
  href: string
  label: string
  /** Current on this very page only, not below it. */
  exact?: boolean
  count?: number
}

/** The pages of one workspace, under the header. */
export function SectionNav({ label, links }: { label: string; links: readonly SectionLink[] }) {
  const path = usePathname()
  const box = useRef<HTMLDivElement>(null)
  // On a phone the links are wider than the screen: the present one is brought into view, the page stays where it is.
  useEffect(() => {
    const current = path && box.current?.querySelector<HTMLElement>('[aria-current=page]')
    if (!current) return
    const strip = current.closest('nav')
    strip?.scrollTo({ left: current.offsetLeft - (strip.clientWidth - current.offsetWidth) / 2 })
  }, [path])
  return (
    <div ref={box} className="border-b border-line bg-canvas" data-no-print>
      <Column className="-mb-px pt-1">
        <Tabs
          label={label}
          tabs={links.map(({ exact, ...link }) => ({
            ...link,
            current: exact ? path === link.href : path === link.href || path.startsWith(`${link.href}/`),
          }))}
        />
      </Column>
    </div>
  )
}
