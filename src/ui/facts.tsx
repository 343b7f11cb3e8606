import type { ReactNode } from 'react'

/** Pairs of name and value. */
export function Facts({
  items,
}: {
  items: readonly (readonly [label: ReactNode, value: ReactNode] | null)[]
}) {
  return (
    <dl className="grid gap-x-8 gap-y-3 sm:grid-cols-[auto_1fr]">
      {items.map(
        (item, index) =>
          item && (
            <div key={index} className="contents">
              <dt className="text-ink-soft max-sm:-mb-3">{item[0]}</dt>
              <dd>{item[1]}</dd>
            </div>
          ),
      )}
    </dl>
  )
}
