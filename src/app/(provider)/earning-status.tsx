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

type Dated = Pick<EarningLine, 'status' | 'paidAt' | 'dueAt' | 'timeZone' | 'reason'>

/** The date promised, the date it was sent, and why the two are not one. */
export function EarningDates({
  status,
  paidAt,
  dueAt,
  timeZone,
  reason,
  locale,
}: Dated & { locale: string }) {
  const promised = `promised for ${sayDate(dueAt, timeZone, locale)}`
  if (!paidAt) {
    return (
      <>
        {promised}
        {reason && <span className="block text-sm text-danger">{reason}</span>}
      </>
    )
  }
  const sent = sayDate(paidAt, timeZone, locale)
  const kept = sent === sayDate(dueAt, timeZone, locale)
  return (
    <>
      sent {sent}
      {status === 'reversed' && ', given back since'}
      {!kept && <span className="block text-sm text-ink-soft">{promised}</span>}
      {reason && <span className="block text-sm text-ink-soft">{reason}</span>}
    </>
  )
}
