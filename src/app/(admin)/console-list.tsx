import Form from 'next/form'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { stateWords } from '#src/ui/badge.tsx'
import { Button } from '#src/ui/button.tsx'
import { classes } from '#src/ui/classes.ts'
import { Field } from '#src/ui/field.tsx'
import { SearchIcon } from '#src/ui/icons.tsx'
import { queryString } from '../(public)/query.ts'

/** A search field whose words stand in the address, with the filters that are on kept. */
export function ListSearch(props: {
  action: string
  label: string
  hint?: string
  text: string | undefined
  keep?: Readonly<Record<string, string | undefined>>
}) {
  const { action, label, hint, text, keep = {} } = props
  return (
    <Form action={action} role="search" aria-label={label} className="flex flex-wrap items-end gap-3">
      {Object.entries(keep).map(
        ([name, value]) => value && <input key={name} type="hidden" name={name} value={value} />,
      )}
      <Field
        name="text"
        label={label}
        hint={hint}
        type="search"
        optional="unsaid"
        defaultValue={text}
        className="min-w-0 grow basis-64"
      />
      <Button type="submit" look="secondary">
        <SearchIcon /> Search
      </Button>
    </Form>
  )
}

/** One of a few states, or all; links, so that each can be shared and gone back to. */
export function StateFilter(props: {
  label: string
  path: string
  name: string
  chosen: string | undefined
  states: readonly string[]
  keep?: Readonly<Record<string, string | undefined>>
  words?: (state: string) => string
}) {
  const { label, path, name, chosen, states, keep = {}, words = stateWords } = props
  return (
    <nav aria-label={label} className="flex flex-wrap items-center gap-1 text-sm">
      <span aria-hidden="true" className="min-w-20 text-ink-soft">
        {label}
      </span>
      {[null, ...states].map((state) => {
        const current = state === (chosen ?? null)
        return (
          <Link
            key={state ?? 'all'}
            href={`${path}${queryString({ ...keep, [name]: state })}`}
            {...(current ? { 'aria-current': 'true' as const } : {})}
            className={classes(
              'inline-flex min-h-9 items-center rounded-full border px-3',
              current ? 'border-ink bg-ink font-semibold text-canvas' : 'border-line-strong hover:bg-sunken',
            )}
          >
            {state === null ? 'All' : words(state)}
          </Link>
        )
      })}
    </nav>
  )
}

/** An identifier of ours or of Stripe's, set so that it can be read and copied. */
export function Code({ children }: { children: ReactNode }) {
  return <code className="font-mono text-[0.85em] break-all">{children}</code>
}
