import { classes } from './classes.ts'

/** A grey place the size of what is coming. Give it height and width by class. */
export function Skeleton({ className }: { className: string }) {
  return <div aria-hidden="true" className={classes('animate-pulse rounded-control bg-sunken', className)} />
}
