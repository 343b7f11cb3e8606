import type { ReactNode } from 'react'
import { classes } from './classes.ts'

/** A raised sheet for one subject. `as="li"` inside lists. */
export function Card({
  as: Tag = 'div',
  className,
  children,
}: {
  as?: 'div' | 'section' | 'article' | 'li' | 'aside'
  className?: string
  children: ReactNode
}) {
  return (
    <Tag className={classes('rounded-card border border-line bg-surface p-4 sm:p-6', className)}>
      {children}
    </Tag>
  )
}
