import type { PartyJson } from '#src/modules/documents/reads.ts'

/** Somebody named on a document, as they were when it was issued. */
export function NamedParty({ label, party }: { label: string; party: PartyJson }) {
  return (
    <div>
      <dt className="text-sm text-ink-soft">{label}</dt>
      <dd>
        <span className="font-semibold">{party.name}</span>
        {party.lines.map((line) => (
          <span key={line} className="block wrap-anywhere">
            {line}
          </span>
        ))}
        {party.taxNumber && <span className="block">Tax number {party.taxNumber}</span>}
      </dd>
    </div>
  )
}
