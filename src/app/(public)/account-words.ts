import type { Problem } from '#src/http/client.ts'

/** The identity module asks for as many. */
export const PASSWORD_LENGTH_MIN = 10

// Built-in accounts answer in codes of their own; these are the ones people meet.
const WORDS: Readonly<Record<string, { field: string | null; message: string }>> = {
  INVALID_EMAIL_OR_PASSWORD: { field: null, message: 'The email address or the password is not right.' },
  USER_ALREADY_EXISTS: {
    field: 'email',
    message: 'There is an account with this email address. Sign in instead.',
  },
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: {
    field: 'email',
    message: 'There is an account with this email address. Sign in instead.',
  },
  NAME_TOO_LONG: { field: 'name', message: 'Give a shorter name: 120 characters at most.' },
  PASSWORD_TOO_SHORT: { field: 'password', message: `Use at least ${PASSWORD_LENGTH_MIN} characters.` },
  PASSWORD_TOO_LONG: { field: 'password', message: 'This password is too long.' },
  INVALID_TOKEN: {
    field: null,
    message: 'This link has been used or is too old. Ask for a new one.',
  },
  INVALID_EMAIL: { field: 'email', message: 'Give an email address like name@example.com.' },
}

/** What the built-in accounts say, as we would say it. */
export function inAccountWords(problem: Problem): Problem {
  if (problem.status === 429) return { ...problem, detail: 'Too many tries. Wait a minute and try again.' }
  const words = WORDS[problem.code]
  if (!words) return problem
  const errors = words.field ? [{ path: words.field, code: problem.code, message: words.message }] : []
  return { ...problem, detail: words.message, errors }
}
