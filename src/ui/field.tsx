import type { InputHTMLAttributes, ReactNode, SelectHTMLAttributes, TextareaHTMLAttributes } from 'react'
import { classes } from './classes.ts'
import { WarningIcon } from './icons.tsx'

// 16 px at least, or phones zoom into the field.
const CONTROL =
  'w-full min-h-12 rounded-control border bg-surface px-3.5 py-2.5 text-[max(1rem,16px)] text-ink placeholder:text-ink-faint'
const edge = (error: string | null | undefined) =>
  error ? 'border-danger border-2' : 'border-line-strong hover:border-ink'

export interface FieldFrame {
  /** Also the id of the control, so that an error summary can link to it. */
  name: string
  label: ReactNode
  /** One line under the label: the form wanted, or why it is asked. */
  hint?: ReactNode
  /** What is wrong and how to put it right. */
  error?: string | null | undefined
  /** Says "(optional)" after the label; fields are required unless said otherwise. 'unsaid' in forms where every field is. */
  optional?: boolean | 'unsaid'
  className?: string
}

function Frame({
  name,
  label,
  hint,
  error,
  optional,
  className,
  children,
}: FieldFrame & { children: ReactNode }) {
  return (
    <div className={classes('flex flex-col gap-1.5', className)}>
      <label htmlFor={name} className="font-medium">
        {label}
        {optional === true && <span className="font-normal text-ink-soft"> (optional)</span>}
      </label>
      {hint && (
        <p id={`${name}-hint`} className="text-sm text-ink-soft">
          {hint}
        </p>
      )}
      {children}
      {error && (
        <p id={`${name}-error`} className="flex items-start gap-1.5 text-sm font-medium text-danger">
          <WarningIcon className="mt-0.5" />
          {error}
        </p>
      )}
    </div>
  )
}

function described({ name, hint, error, optional }: FieldFrame) {
  const ids = classes(hint ? `${name}-hint` : null, error && `${name}-error`)
  return {
    id: name,
    name,
    required: !optional,
    ...(ids ? { 'aria-describedby': ids } : {}),
    ...(error ? { 'aria-invalid': true } : {}),
  }
}

type Without<T> = Omit<T, 'name' | 'id' | 'className'>

/** A line of text with its label above, a hint, and its error beside it. */
export function Field(props: FieldFrame & Without<InputHTMLAttributes<HTMLInputElement>>) {
  const { name, label, hint, error, optional, className, ...input } = props
  return (
    <Frame {...({ name, label, hint, error, optional, className } as FieldFrame)}>
      <input {...input} {...described(props)} className={classes(CONTROL, edge(error))} />
    </Frame>
  )
}

/** Several lines of text. */
export function TextArea(props: FieldFrame & Without<TextareaHTMLAttributes<HTMLTextAreaElement>>) {
  const { name, label, hint, error, optional, className, ...area } = props
  return (
    <Frame {...({ name, label, hint, error, optional, className } as FieldFrame)}>
      <textarea rows={4} {...area} {...described(props)} className={classes(CONTROL, edge(error))} />
    </Frame>
  )
}

/** One of a list; give the options as children. */
export function Select(props: FieldFrame & Without<SelectHTMLAttributes<HTMLSelectElement>>) {
  const { name, label, hint, error, optional, className, children, ...select } = props
  return (
    <Frame {...({ name, label, hint, error, optional, className } as FieldFrame)}>
      <select {...select} {...described(props)} className={classes(CONTROL, 'pr-8', edge(error))}>
        {children}
      </select>
    </Frame>
  )
}

export interface CheckboxProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'type' | 'className'> {
  label: ReactNode
  /** To the right of the label, such as a price. */
  aside?: ReactNode
  /** 'radio' for one of several. */
  type?: 'checkbox' | 'radio'
}

/** A tick box (or radio) whose whole line can be pressed. */
export function Checkbox({ label, aside, type = 'checkbox', ...input }: CheckboxProps) {
  return (
    <label className="flex min-h-11 cursor-pointer items-center gap-3 py-1">
      <input type={type} {...input} className="size-5 shrink-0 accent-brand" />
      <span className="grow">{label}</span>
      {aside && <span className="tabular whitespace-nowrap text-ink-soft">{aside}</span>}
    </label>
  )
}
