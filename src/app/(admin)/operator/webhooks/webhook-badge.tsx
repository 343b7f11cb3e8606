import { Badge } from '#src/ui/badge.tsx'
import type { Tone } from '#src/ui/tone.ts'

const STATUSES: Readonly<Record<string, readonly [Tone, string]>> = {
  received: ['info', 'Waiting'],
  processed: ['success', 'Done'],
  ignored: ['neutral', 'Not for us'],
  dead: ['danger', 'Given up'],
}

export function WebhookBadge({ status }: { status: string }) {
  const [tone, words] = STATUSES[status] ?? (['neutral', status] as const)
  return <Badge tone={tone}>{words}</Badge>
}
