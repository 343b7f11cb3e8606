'use client'

import { useMemo, useRef, useState } from 'react'
import { newIdempotencyKey, post, send, type Problem } from '#src/http/client.ts'
import type { SummaryError } from '#src/ui/error-summary.tsx'

type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE'

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** Saving a form: one key per content, errors by field, and whether what is shown has been saved. */
export function useSave(labels: Readonly<Record<string, string>>) {
  const [busy, setBusy] = useState(false)
  const [saved, setSaved] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [own, setOwn] = useState<readonly SummaryError[]>([])
  const attempt = useRef<{ sent: string; key: string } | null>(null)

  const errors = useMemo<readonly SummaryError[]>(() => {
    if (own.length > 0 || !problem) return own
    if (problem.errors.length === 0) return [{ field: null, message: problem.detail }]
    return problem.errors.map(({ path, message }) => {
      const field = path.split('.')[0] ?? path
      return {
        field: field in labels ? field : null,
        message: `${labels[field] ?? sentence(field)}: ${message}`,
      }
    })
  }, [own, problem, labels])

  async function save<T>(method: Method, path: `/api/v1/${string}`, body: object): Promise<T | null> {
    const sent = JSON.stringify([method, path, body])
    if (attempt.current?.sent !== sent) attempt.current = { sent, key: newIdempotencyKey() }
    const options = { idempotencyKey: attempt.current.key }
    setBusy(true)
    setSaved(false)
    setOwn([])
    const answer =
      method === 'POST' ? await post<T>(path, body, options) : await send<T>(method, path, body, options)
    setBusy(false)
    setProblem(answer.ok ? null : answer.problem)
    if (answer.ok || answer.problem.code !== 'offline') attempt.current = null
    setSaved(answer.ok)
    return answer.ok ? answer.body : null
  }

  return {
    busy,
    /** What is on screen is what the server has. */
    saved,
    /** Something was changed since. */
    touch: () => setSaved(false),
    errors,
    /** Found here, before anything is sent. */
    refuse: (found: readonly SummaryError[]) => {
      setSaved(false)
      setOwn(found)
    },
    errorOf: (field: string) => errors.find((error) => error.field === field)?.message ?? null,
    reference: problem && problem.status >= 500 ? problem.requestId : null,
    save,
  }
}
