'use client'

import { useSyncExternalStore } from 'react'
import { cityOf, sayMoment, sayOffset } from './format.ts'

const never = () => () => {}

/** "That is Thu, Nov 26, 8:00 PM in Berlin." Nothing where the reader's clock shows the same time. */
export function InYourZone({ at, timeZone, locale }: { at: string; timeZone: string; locale: string }) {
  const yours = useSyncExternalStore(
    never,
    () => Intl.DateTimeFormat().resolvedOptions().timeZone,
    () => null,
  )
  if (!yours || sayOffset(at, yours) === sayOffset(at, timeZone)) return null
  return (
    <span className="block text-sm text-ink-soft">
      That is {sayMoment(at, yours, locale)} where you are ({cityOf(yours)}).
    </span>
  )
}
