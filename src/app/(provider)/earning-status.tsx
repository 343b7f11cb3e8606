import type { EarningLine, EarningStatus } from '#src/modules/payouts/reads.ts'
import { Badge } from '#src/ui/badge.tsx'
import { sayDate } from '#src/ui/format.ts'
import type { Tone } from '#src/ui/tone.ts'

const STATUSES: Readonly<Record<EarningStatus, readonly [Tone, string]>> = {
  held: ['info', 'Held'],
  due: ['warning', 'Due'],
  paid: ['success', 'Paid'],
  failed: ['danger', 'Failed'],
  reversed: ['neutral', 'Given back'],
}

/** Where the money of one booking is: the same word wherever a provider meets it. */
export function EarningBadge({ status }: { status: EarningStatus }) {
  const [tone, word] = STATUSES[status]
  return <Badge tone={tone}>{word}</Badge>
}

type Dated = Pick<EarningLine, 'paidAt' | 'dueAt' | 'timeZone' | 'reason'>

/** The date promised, the date it was sent, and why the two are not one. */
export function EarningDates({ paidAt, dueAt, timeZone, reason, locale }: Dated & { locale: string }) {
  const promised = sayDate(dueAt, timeZone, locale)
  return (
    <>
      {paidAt ? `sent ${sayDate(paidAt, timeZone, locale)}` : `promised for ${promised}`}
      {reason && (
        <span className={paidAt ? 'block text-sm text-ink-soft' : 'block text-sm text-danger'}>
          {paidAt && `promised for ${promised}: `}
          {reason}
        </span>
      )}
    </>
  )
}
