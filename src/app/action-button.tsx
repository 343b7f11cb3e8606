'use client'

import { useRouter } from 'next/navigation'
import { useRef, useState, type ReactNode } from 'react'
import { newIdempotencyKey, post, send, type Problem } from '#src/http/client.ts'
import { Button, type ButtonLook, type ButtonSize } from '#src/ui/button.tsx'
import { ConfirmDialog } from '#src/ui/confirm-dialog.tsx'
import { ErrorSummary, type SummaryError } from '#src/ui/error-summary.tsx'
import { TextArea } from '#src/ui/field.tsx'

export interface ActionButtonProps {
  /** On the button: "Cancel the booking". */
  label: string
  /** Whose row it is, for those who hear the button without seeing the row. */
  of?: string
  look?: ButtonLook
  size?: ButtonSize
  title: string
  /** What will happen: who is told, what money moves. */
  children: ReactNode
  confirmLabel?: string
  confirmLook?: ButtonLook
  keepLabel?: string
  busyLabel?: string
  /** POST unless said otherwise. */
  method?: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: `/api/v1/${string}`
  body?: Readonly<Record<string, unknown>>
  /** Whether a reason is asked for; it is sent as `reason`. */
  reason?: 'required' | 'optional'
  reasonLabel?: string
  reasonHint?: string
  reasonLengthMax?: number
  /** Where to go afterwards; by default the page is read again. */
  doneHref?: string
}

const NEEDS_REASON: SummaryError[] = [
  { field: 'reason', message: 'Write a short reason. It is kept with the booking.' },
]

/** A button that says what it will do, asks for confirmation, does it through the API and shows the page as it is then. */
export function ActionButton(props: ActionButtonProps) {
  const {
    label,
    of,
    look = 'secondary',
    size = 'small',
    title,
    children,
    method = 'POST',
    path,
    body = {},
    reason,
  } = props
  const router = useRouter()
  const [open, setOpen] = useState(false)
  const [busy, setBusy] = useState(false)
  const [errors, setErrors] = useState<readonly SummaryError[]>([])
  const [reference, setReference] = useState<string | null>(null)
  const [text, setText] = useState('')
  // One key for one intention: pressing again after a lost answer does not do it twice.
  const attempt = useRef<{ sent: string; key: string } | null>(null)

  function show() {
    setErrors([])
    setReference(null)
    setOpen(true)
  }

  async function confirm() {
    if (reason === 'required' && text.trim() === '') return setErrors(NEEDS_REASON)
    const whole = reason ? { ...body, reason: text.trim() } : body
    const sent = JSON.stringify(whole)
    if (attempt.current?.sent !== sent) attempt.current = { sent, key: newIdempotencyKey() }
    setBusy(true)
    const options = { idempotencyKey: attempt.current.key }
    const answer =
      method === 'POST' ? await post(path, whole, options) : await send(method, path, whole, options)
    setBusy(false)
    if (!answer.ok) return fail(answer.problem)
    attempt.current = null
    setOpen(false)
    setText('')
    if (props.doneHref) router.push(props.doneHref)
    router.refresh()
  }

  function fail(problem: Problem) {
    if (problem.code !== 'offline') attempt.current = null
    setReference(problem.status >= 500 ? problem.requestId : null)
    setErrors(wordsOf(problem))
    // What the page shows is out of date: the dialog stays open over the new state of things.
    if (problem.status === 409) router.refresh()
  }

  return (
    <>
      <Button look={look} size={size} onClick={show}>
        {label}
        {of && <span className="sr-only"> {of}</span>}
      </Button>
      <ConfirmDialog
        open={open}
        title={title}
        confirmLabel={props.confirmLabel ?? label}
        confirmLook={props.confirmLook ?? 'primary'}
        keepLabel={props.keepLabel ?? 'Back'}
        busy={busy ? (props.busyLabel ?? 'Working…') : null}
        onConfirm={() => void confirm()}
        onClose={() => setOpen(false)}
      >
        <ErrorSummary errors={errors} reference={reference} />
        {children}
        {open && reason && (
          <TextArea
            name="reason"
            label={props.reasonLabel ?? 'Reason'}
            hint={props.reasonHint}
            optional={reason === 'optional'}
            rows={2}
            maxLength={props.reasonLengthMax ?? 500}
            value={text}
            onChange={(event) => setText(event.target.value)}
            error={errors === NEEDS_REASON ? NEEDS_REASON[0]?.message : null}
          />
        )}
      </ConfirmDialog>
    </>
  )
}

/** Everything a problem says, for the summary of a form. */
export function wordsOf(problem: Problem): SummaryError[] {
  if (problem.errors.length > 0)
    return problem.errors.map(({ path, message }) => ({ field: path, message: `${nameOf(path)} ${message}` }))
  return [{ field: null, message: problem.detail }]
}

// "addressLine" → "Address line"
function nameOf(path: string): string {
  const words = (path.split('.').at(-1) ?? path).replaceAll(/([A-Z])/g, ' $1').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
