import type { ReactNode } from 'react'

/** Says that there is nothing, why, and what can be done. */
export function EmptyState({
  title,
  children,
  actions,
}: {
  title: string
  children?: ReactNode
  actions?: ReactNode
}) {
  return (
    <div className="rounded-card border border-dashed border-line-strong px-5 py-10 text-center sm:px-10 sm:py-14">
      <p className="text-xl font-semibold">{title}</p>
      {children && <div className="mx-auto mt-2 max-w-prose text-ink-soft">{children}</div>}
      {actions && <div className="mt-6 flex flex-wrap justify-center gap-3">{actions}</div>}
    </div>
  )
}
