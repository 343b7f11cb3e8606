import { DrizzleQueryError } from 'drizzle-orm'
import { Writable } from 'node:stream'
import pino from 'pino'
import { expect, it } from 'vitest'
import { LOG_OPTIONS, writable } from './log.ts'

function logged(write: (log: pino.Logger) => void): string {
  const lines: string[] = []
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => (lines.push(chunk.toString()), done()),
  })
  write(pino(LOG_OPTIONS, sink))
  return lines.join('')
}

it('says which statement failed and why, without the values that were in it', () => {
  const cause = new Error('duplicate key value violates unique constraint "users_email_key"')
  const error = new DrizzleQueryError('insert into users (email) values ($1)', ['gail@example.test'], cause)
  const line = logged((log) => log.error({ error }, 'a request failed'))
  expect(line).toContain('insert into users')
  expect(line).toContain('users_email_key')
  expect(line).not.toContain('gail@example.test')
})

it('leaves them out of many lines, and of what wraps the failure', () => {
  const failed = new DrizzleQueryError(
    'insert into mails (body) values ($1)',
    ['Dear Gail,\nyour number is 555-0100\nYours'],
    new Error('disk full'),
  )
  const error = new Error('the mail could not be recorded', { cause: failed })
  const texts = [logged((log) => log.error({ error }, 'a job failed')), String(writable(error).stack)]
  for (const text of texts) {
    expect(text).toContain('the mail could not be recorded')
    expect(text).toContain('insert into mails')
    expect(text).toContain('disk full')
    for (const value of ['Gail', '555-0100', 'Yours']) expect(text).not.toContain(value)
  }
  expect(writable(error).message).toContain('the mail could not be recorded')
})

it('keeps message and stack of any other error', () => {
  const line = logged((log) => log.error({ error: new TypeError('what went wrong') }, 'a request failed'))
  expect(JSON.parse(line)).toMatchObject({ error: { type: 'TypeError', message: 'what went wrong' } })
  expect(line).toContain('log.test.ts')
})

it('writes no secrets by their names', () => {
  const line = logged((log) =>
    log.info({ password: 'hunter2', user: { token: 'abc123', email: 'gail@example.test' } }, 'x'),
  )
  for (const secret of ['hunter2', 'abc123', 'gail@example.test']) expect(line).not.toContain(secret)
})
