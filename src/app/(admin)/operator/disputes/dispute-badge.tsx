import type { DisputeStatus } from '#src/modules/operator/reads.ts'
import { Badge } from '#src/ui/badge.tsx'
import type { Tone } from '#src/ui/tone.ts'

const WORDS: Readonly<Record<DisputeStatus, readonly [Tone, string]>> = {
  inquiry: ['warning', 'The bank asks'],
  open: ['warning', 'Open'],
  won: ['success', 'Won'],
  lost: ['danger', 'Lost'],
  inquiry_closed: ['neutral', 'Asked and answered'],
}

export function disputeWord(status: string): string {
  return status in WORDS ? WORDS[status as DisputeStatus][1] : status
}

export function DisputeBadge({ status }: { status: DisputeStatus }) {
  const [tone, word] = WORDS[status]
  return <Badge tone={tone}>{word}</Badge>
}
