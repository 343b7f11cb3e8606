import Link from 'next/link'
import type { ButtonHTMLAttributes, ComponentProps } from 'react'
import { classes } from './classes.ts'

export type ButtonLook = 'primary' | 'secondary' | 'quiet' | 'danger'
export type ButtonSize = 'normal' | 'small'

const LOOKS: Record<ButtonLook, string> = {
  primary: 'bg-brand text-on-brand hover:bg-brand-hover',
  secondary: 'border border-line-strong bg-surface text-ink hover:border-ink hover:bg-sunken',
  quiet: 'text-link underline decoration-1 underline-offset-4 hover:decoration-2',
  danger: 'bg-danger text-on-danger hover:bg-danger-hover',
}

const SIZES: Record<ButtonSize, string> = {
  normal: 'min-h-12 px-5 py-2.5',
  small: 'min-h-11 px-3.5 py-1.5 text-sm',
}

/** The class names of a button, for the rare element that is neither a button nor a link. */
export function buttonClasses(
  look: ButtonLook = 'primary',
  size: ButtonSize = 'normal',
  wide = false,
): string {
  return classes(
    'inline-flex items-center justify-center gap-2 rounded-control text-center font-semibold transition-colors',
    'disabled:border disabled:border-line disabled:bg-sunken disabled:text-ink-faint disabled:no-underline',
    LOOKS[look],
    SIZES[size],
    wide && 'w-full',
  )
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: ButtonLook
  size?: ButtonSize
  /** Fills its column. */
  wide?: boolean
  /** What is being done, while it is being done: "Holding your time…". The button is inert meanwhile but keeps focus. */
  busy?: string | null | false
}

/** A button that does something. For going somewhere use {@link ButtonLink}. */
export function Button({
  look,
  size,
  wide,
  busy,
  className,
  children,
  type = 'button',
  onClick,
  ...rest
}: ButtonProps) {
  return (
    <button
      type={type}
      {...rest}
      {...(busy ? { 'aria-disabled': true } : {})}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      className={classes(buttonClasses(look, size, wide), busy && 'opacity-80', className)}
    >
      {busy ? (
        <>
          <Spinner />
          <span>{busy}</span>
        </>
      ) : (
        children
      )}
    </button>
  )
}

/** A link that looks like a button. */
export function ButtonLink({
  look,
  size,
  wide,
  className,
  ...rest
}: ComponentProps<typeof Link> & { look?: ButtonLook; size?: ButtonSize; wide?: boolean }) {
  return <Link {...rest} className={classes(buttonClasses(look, size, wide), className)} />
}

export function Spinner() {
  return (
    <span
      aria-hidden="true"
      className="inline-block size-[1em] animate-spin rounded-full border-2 border-current border-r-transparent"
    />
  )
}
