import type { Problem } from '#src/http/client.ts'
import type { SummaryError } from '#src/ui/error-summary.tsx'

const WORDS: Readonly<Record<string, string>> = {
  name: 'Give your name, as the provider should greet you.',
  email: 'Give an email address like name@example.com.',
  phone: 'Give a phone number, or leave the field empty.',
}

/** What the API says of name, email and phone is right but short; here it also says what to do. */
export function inPlainWords(problem: Problem): Problem {
  return {
    ...problem,
    errors: problem.errors.map((error) => ({
      ...error,
      message: WORDS[nameOf(error.path)] ?? error.message,
    })),
  }
}

const nameOf = (path: string) => path.split('.').at(-1) ?? path

/** Errors of fields by the name of the control: the last part of the path in the body. */
export function fieldErrors(problem: Problem | null): Readonly<Record<string, string>> {
  return Object.fromEntries((problem?.errors ?? []).map(({ path, message }) => [nameOf(path), message]))
}

/** For the summary at the top of a form: each field's error, or the problem as a whole. */
export function summaryErrors(problem: Problem | null, names: readonly string[]): SummaryError[] {
  if (!problem) return []
  const errors = Object.entries(fieldErrors(problem)).map(([name, message]) => ({
    field: names.includes(name) ? name : null,
    message,
  }))
  return errors.length > 0 ? errors : [{ field: null, message: problem.detail }]
}

const MAIL_ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/

/** A problem of ours, found before anything is sent; null when all is there. */
export function missingOf(
  fields: { name?: string; email?: string; password?: string },
  passwordLengthMin = 1,
): Problem | null {
  const errors = [
    fields.name !== undefined && fields.name.trim() === '' && wrong('name'),
    fields.email !== undefined && !MAIL_ADDRESS.test(fields.email.trim()) && wrong('email'),
    fields.password !== undefined &&
      fields.password.length < passwordLengthMin &&
      wrong(
        'password',
        passwordLengthMin > 1 ? `Use at least ${passwordLengthMin} characters.` : 'Give your password.',
      ),
  ].filter((error) => error !== false)
  if (errors.length === 0) return null
  return { code: 'request.invalid', status: 422, detail: '', requestId: null, errors, facts: {} }
}

function wrong(path: string, message = WORDS[path] ?? '') {
  return { path, code: 'missing', message }
}
