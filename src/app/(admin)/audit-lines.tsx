import type { JsonObject } from '#src/kernel/json.ts'
import type { AuditView } from '#src/modules/operator/reads.ts'
import { sayMoment } from '#src/ui/format.ts'
import { Timeline } from '#src/ui/timeline.tsx'
import { Code } from './console-list.tsx'

// What only time brings about; the rest of the system acts because somebody did.
const CLOCK = /due|release|sweep|remind|expire/

/** "Omar Keller", "guest Gail Guest", "the clock": who it was, in words. */
export function sayActor({ actorKind, actorName }: Pick<AuditView, 'actorKind' | 'actorName'>): string {
  if (actorKind === 'guest') return actorName ? `guest ${actorName}` : 'a guest'
  if (actorKind !== 'system') return actorName ?? 'somebody whose account is gone'
  if (actorName === 'command line') return 'the command line'
  return CLOCK.test(actorName ?? '') ? 'the clock' : 'the system'
}

const sentence = (name: string) =>
  name.replaceAll(/[_.]/g, ' ').replace(/^./, (letter) => letter.toUpperCase())

/** Who did what, with what it was before and after. */
export function AuditLines({ entries, locale }: { entries: readonly AuditView[]; locale: string }) {
  if (entries.length === 0) return <p className="text-ink-soft">Nobody has changed anything yet.</p>
  return (
    <Timeline
      entries={entries.map((entry) => ({
        at: `${sayMoment(entry.at, 'UTC', locale)} UTC`,
        iso: entry.at,
        title: `${sentence(entry.action)} by ${sayActor(entry)}`,
        detail: (
          <>
            {entry.reason && <p>“{entry.reason}”</p>}
            {(entry.before ?? entry.after) && (
              <p className="text-ink-soft">
                <Code>
                  {short(entry.before)} → {short(entry.after)}
                </Code>
              </p>
            )}
          </>
        ),
      }))}
    />
  )
}

const SHORT_MAX = 240

function short(values: JsonObject | null): string {
  if (!values) return '–'
  const text = JSON.stringify(values)
  return text.length > SHORT_MAX ? `${text.slice(0, SHORT_MAX)}…` : text
}
