import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { apiDocument, pageConfig } from '#src/boot/web.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import { Badge } from '#src/ui/badge.tsx'
import { Column } from '#src/ui/shell.tsx'
import { readReference, type Operation, type Property } from './reference.ts'

export const metadata: Metadata = {
  title: 'API',
  description: 'Every operation of the Ecosystem API: parameters, bodies, answers, error codes and examples.',
  alternates: { canonical: '/docs/api' },
}

export default function ApiReferencePage() {
  // What the document means is its JSON; the round trip drops what only its maker needs.
  const document = JSON.parse(JSON.stringify(apiDocument())) as JsonObject
  const reference = readReference(document, pageConfig().NEXT_PUBLIC_APP_URL)
  return (
    <Column className="grid gap-x-12 pt-8 sm:pt-12 lg:grid-cols-[15rem_1fr]">
      <nav
        aria-label="Operations"
        className="text-sm lg:sticky lg:top-6 lg:max-h-[calc(100dvh-3rem)] lg:self-start lg:overflow-y-auto lg:pb-6"
      >
        <details className="filters">
          <summary className="flex min-h-12 items-center rounded-control border border-line-strong bg-surface px-4 text-base font-semibold">
            Contents
          </summary>
          <ul className="max-lg:mt-3">
            {reference.groups.map(({ tag, operations }) => (
              <li key={tag} className="mb-4">
                <a
                  href={`#${anchor(tag)}`}
                  className="inline-flex min-h-8 items-center font-semibold hover:underline"
                >
                  {tag}
                </a>
                <ul>
                  {operations.map(({ id }) => (
                    <li key={id}>
                      <a
                        href={`#${id}`}
                        className="inline-flex min-h-7 items-center text-link hover:underline"
                      >
                        {id}
                      </a>
                    </li>
                  ))}
                </ul>
              </li>
            ))}
            <li>
              <a href="#schemas" className="inline-flex min-h-8 items-center font-semibold hover:underline">
                Schemas
              </a>
            </li>
            <li>
              <a href="#errors" className="inline-flex min-h-8 items-center font-semibold hover:underline">
                Errors
              </a>
            </li>
          </ul>
        </details>
      </nav>
      <div className="min-w-0 max-lg:mt-8">
        <h1 className="text-3xl">{reference.title}</h1>
        <p className="mt-3 max-w-prose text-lg text-ink-soft">{withCode(reference.description)}</p>
        <p className="mt-3 max-w-prose">
          The same as a document for machines:{' '}
          {/* oxlint-disable-next-line nextjs/no-html-link-for-pages -- a file, not a page */}
          <a className="link" href="/api/openapi.json">
            /api/openapi.json
          </a>{' '}
          (OpenAPI 3.1).
        </p>
        <Conventions />
        {reference.groups.map(({ tag, operations }) => (
          <section key={tag} aria-labelledby={anchor(tag)} className="mt-14">
            <h2 id={anchor(tag)} className="text-2xl">
              {tag}
            </h2>
            {operations.map((operation) => (
              <OperationSection key={operation.id} operation={operation} />
            ))}
          </section>
        ))}
        <section aria-labelledby="schemas" className="mt-14">
          <h2 id="schemas" className="text-2xl">
            Schemas
          </h2>
          {reference.schemas.map(({ name, properties }) => (
            <section key={name} aria-labelledby={`schema-${name}`} className="mt-8">
              <h3 id={`schema-${name}`} className="text-lg">
                {name}
              </h3>
              <Properties label={`Properties of ${name}`} rows={properties} />
            </section>
          ))}
        </section>
        <section aria-labelledby="errors" className="mt-14">
          <h2 id="errors" className="text-2xl">
            Errors
          </h2>
          <p className="mt-2 max-w-prose">
            Every error is an RFC 9457 problem (<Code>application/problem+json</Code>). Decide on{' '}
            <Code>code</Code>, which stays; show <Code>title</Code>, which may be reworded.
          </p>
          <dl className="mt-5">
            {[
              ...reference.errors,
              {
                code: 'bug',
                status: '500',
                sentence: 'Something went wrong on our side. It has been reported.',
              },
            ].map(({ code, status, sentence }) => (
              <div
                key={code}
                id={code}
                className="grid gap-x-6 border-t border-line py-3 target:bg-slot target:text-on-slot sm:grid-cols-[19rem_1fr]"
              >
                <dt className="font-mono text-sm">
                  {code} <span className="opacity-80">{status}</span>
                </dt>
                <dd>{sentence}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </Column>
  )
}

function Conventions() {
  return (
    <section aria-labelledby="conventions" className="mt-10 max-w-prose">
      <h2 id="conventions" className="text-2xl">
        Before you call
      </h2>
      <ul className="mt-3 flex list-disc flex-col gap-2 pl-5">
        <li>
          <strong>Who you are.</strong> A session cookie from signing in; or, for one guest booking, its key
          as <Code>Authorization: Bearer …</Code>. Without either you are a visitor: you can search, and book
          as a guest.
        </li>
        <li>
          <strong>Writing.</strong> Send an <Code>Idempotency-Key</Code> with every request that changes
          something. The same key again gives the first answer and changes nothing.
        </li>
        <li>
          <strong>Money</strong> is an integer of the minor unit and an ISO 4217 code: 110.00 USD is{' '}
          <Code>{'{"amountMinor":11000,"currency":"USD"}'}</Code>. You never set a price; you say which total
          you showed.
        </li>
        <li>
          <strong>Times</strong> are ISO 8601 instants with an offset. Wall times come with their IANA time
          zone.
        </li>
        <li>
          <strong>Lists</strong> are pages: pass <Code>nextCursor</Code> back as <Code>cursor</Code> until it
          is null.
        </li>
      </ul>
    </section>
  )
}

function OperationSection({ operation }: { operation: Operation }) {
  const { id, method, path, summary, description, parameters, body, answers, curl } = operation
  return (
    <section aria-labelledby={id} className="mt-8 rounded-card border border-line bg-surface p-4 sm:p-6">
      <h3 id={id} className="text-lg">
        {summary || id}
      </h3>
      <p className="mt-2 flex flex-wrap items-center gap-2 font-mono text-sm">
        <Badge tone={method === 'GET' ? 'info' : 'success'}>{method}</Badge>
        <span className="break-all">{path}</span>
        <a href={`#${id}`} className="link ml-auto">
          {id}
        </a>
      </p>
      {description && <p className="mt-3 max-w-prose">{withCode(description)}</p>}
      {parameters.length > 0 && (
        <Part title="Parameters">
          <Properties
            label={`Parameters of ${id}`}
            rows={parameters.map((row) => ({ ...row, type: `${row.type}, in the ${row.in}` }))}
          />
        </Part>
      )}
      {body.length > 0 && (
        <Part title="Body">
          <Properties label={`Body of ${id}`} rows={body} />
        </Part>
      )}
      <Part title="Answers">
        <ul className="mt-2 flex flex-col gap-2">
          {answers.map((answer) => (
            <li key={answer.status}>
              <p>
                <span className="font-mono text-sm font-semibold">{answer.status}</span>{' '}
                {withCode(answer.description)}
              </p>
              {answer.codes.length > 0 && (
                <ul className="flex flex-wrap gap-x-4 text-sm">
                  {answer.codes.map(({ code }) => (
                    <li key={code}>
                      <a href={`#${code}`} className="link inline-flex min-h-7 items-center font-mono">
                        {code}
                      </a>
                    </li>
                  ))}
                </ul>
              )}
              {answer.properties.length > 0 && (
                <details className="mt-1">
                  <summary className="inline-flex min-h-8 items-center text-link hover:underline">
                    Show its properties
                  </summary>
                  <Properties label={`Answer ${answer.status} of ${id}`} rows={answer.properties} />
                </details>
              )}
            </li>
          ))}
        </ul>
      </Part>
      <Part title="Example">
        <pre
          tabIndex={0}
          role="region"
          aria-label={`Example call of ${id}`}
          className="mt-2 overflow-x-auto rounded-control bg-board p-4 font-mono text-sm text-on-board"
        >
          <code>{curl}</code>
        </pre>
      </Part>
    </section>
  )
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="mt-5">
      <h4 className="font-semibold">{title}</h4>
      {children}
    </div>
  )
}

function Properties({ label, rows }: { label: string; rows: readonly Property[] }) {
  return (
    <dl aria-label={label} className="mt-2 text-sm">
      {rows.map(({ name, type, schema, required, description }) => (
        <div key={name} className="grid gap-x-6 border-t border-line py-2 sm:grid-cols-[16rem_1fr]">
          <dt className="font-mono break-all">
            {name || '(all of it)'}
            {required && <span className="text-ink-soft"> required</span>}
          </dt>
          <dd className="min-w-0 break-words">
            {schema ? (
              <a className="link" href={`#schema-${schema}`}>
                {schema}
              </a>
            ) : (
              <span className="text-ink-soft">{type}</span>
            )}
            {description && <span className="block">{withCode(description)}</span>}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Code({ children }: { children: ReactNode }) {
  return (
    <code className="rounded-[0.25rem] bg-sunken px-1 py-0.5 font-mono text-[0.9em] break-words">
      {children}
    </code>
  )
}

/** `words in backticks` as code. */
function withCode(text: string): ReactNode {
  return text.split('`').map((part, index) => (index % 2 === 1 ? <Code key={index}>{part}</Code> : part))
}

function anchor(tag: string): string {
  return `tag-${tag.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`
}
