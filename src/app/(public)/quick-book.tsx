'use client'

import { useRouter } from 'next/navigation'
import { useRef, useState, type MouseEvent, type ReactNode } from 'react'
import type { MoneyJson } from '#src/kernel/money.ts'
import { newIdempotencyKey, post } from '#src/http/client.ts'

interface Held {
  checkoutUrl: string
}

/**
 * Lets a press on a free time inside hold it at once and go on to paying. Without it, or when the time is not to be had
 * any more, the link leads to the page where another is chosen.
 */
export function QuickBook({
  totals,
  children,
}: {
  totals: Readonly<Record<string, MoneyJson>>
  children: ReactNode
}) {
  const router = useRouter()
  const busy = useRef(false)
  const [news, setNews] = useState('')

  async function onClick(event: MouseEvent) {
    const link =
      event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[data-slot]') : null
    const expectedTotal = totals[link?.dataset['service'] ?? '']
    // A modified click means "another tab"; that is the link's own business.
    if (!link || !expectedTotal || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    if (busy.current) return
    busy.current = true
    link.setAttribute('aria-busy', 'true')
    setNews('Holding your time…')
    const body = { serviceId: link.dataset['service'], startsAt: link.dataset['slot'], expectedTotal }
    const answer = await post<Held>('/api/v1/bookings', body, { idempotencyKey: newIdempotencyKey() })
    router.push(answer.ok ? localPath(answer.body.checkoutUrl) : (link.getAttribute('href') ?? '/search'))
    busy.current = false
    link.removeAttribute('aria-busy')
    setNews('')
  }

  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions -- clicks of the links inside, by key too
    <div onClick={(event) => void onClick(event)}>
      {children}
      <p role="status" className="sr-only">
        {news}
      </p>
    </div>
  )
}

/** Our own address without its origin, so that the router can stay on the page. */
export function localPath(url: string): string {
  const { pathname, search } = new URL(url, location.href)
  return `${pathname}${search}`
}
