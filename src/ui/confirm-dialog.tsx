'use client'

import { useEffect, useId, useRef, type ReactNode } from 'react'
import { Button, type ButtonLook } from './button.tsx'

export interface ConfirmDialogProps {
  open: boolean
  title: string
  /** Names what will happen, amounts included. */
  children: ReactNode
  /** The verb: "Cancel the booking", not "OK". */
  confirmLabel: string
  confirmLook?: ButtonLook
  keepLabel?: string
  busy?: string | null
  onConfirm: () => void
  onClose: () => void
}

/** Asks once more, in a native modal dialog: focus stays inside, Escape and the quiet button leave things as they are. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const {
    open,
    children,
    confirmLabel,
    confirmLook = 'danger',
    keepLabel = 'Keep it',
    busy,
    onConfirm,
    onClose,
  } = props
  const dialog = useRef<HTMLDialogElement>(null)
  const title = useRef<HTMLHeadingElement>(null)
  const heading = useId()
  useEffect(() => {
    if (open && !dialog.current?.open) {
      dialog.current?.showModal()
      // Not the first field: on a phone its keyboard would cover the question.
      title.current?.focus()
    }
    if (!open && dialog.current?.open) dialog.current.close()
  }, [open])
  return (
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      onClose={onClose}
      onCancel={(event) => busy && event.preventDefault()}
      className="w-[min(32rem,calc(100vw-2rem))] rounded-card border border-line bg-surface p-5 text-ink shadow-lift sm:p-7"
    >
      <h2 id={heading} ref={title} tabIndex={-1} className="text-xl">
        {props.title}
      </h2>
      <div className="mt-3 flex flex-col gap-3">{children}</div>
      <div className="mt-6 flex flex-col-reverse gap-3 sm:flex-row sm:justify-end">
        <Button look="secondary" onClick={onClose} disabled={Boolean(busy)}>
          {keepLabel}
        </Button>
        <Button look={confirmLook} onClick={onConfirm} busy={busy ?? null}>
          {confirmLabel}
        </Button>
      </div>
    </dialog>
  )
}
