import { Badge } from '#src/ui/badge.tsx'
import type { Tone } from '#src/ui/tone.ts'

const STATUSES: Readonly<Record<string, readonly [Tone, string]>> = {
  queued: ['info', 'Waiting'],
  sent: ['success', 'Sent'],
  failed: ['danger', 'Failed'],
  suppressed: ['neutral', 'Not needed any more'],
}

export function MailBadge({ status }: { status: string }) {
  const [tone, words] = STATUSES[status] ?? (['neutral', status] as const)
  return <Badge tone={tone}>{words}</Badge>
}
