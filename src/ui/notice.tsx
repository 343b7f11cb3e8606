import type { ReactNode } from 'react'
import { classes } from './classes.ts'
import { CheckIcon, InfoIcon, WarningIcon } from './icons.tsx'
import { TONES, type Tone } from './tone.ts'

const NOTICE_ICONS = {
  neutral: InfoIcon,
  info: InfoIcon,
  success: CheckIcon,
  warning: WarningIcon,
  danger: WarningIcon,
}

/** A message about the page. `live` for one that appears after the page did. */
export function Notice({
  tone = 'info',
  title,
  live = false,
  children,
}: {
  tone?: Tone
  title?: ReactNode
  live?: boolean
  children?: ReactNode
}) {
  const NoticeIcon = NOTICE_ICONS[tone]
  return (
    <div
      {...(live ? { role: tone === 'danger' ? 'alert' : 'status' } : {})}
      className={classes('flex gap-3 rounded-control p-4', TONES[tone])}
    >
      <NoticeIcon className="mt-0.5" />
      <div className="min-w-0 grow">
        {title && <p className="font-semibold">{title}</p>}
        {children && <div className="text-ink">{children}</div>}
      </div>
    </div>
  )
}
