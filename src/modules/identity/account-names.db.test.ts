// In a file of its own: an address may sign up ten times a minute.
import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { startTestApp } from '#tests/support/app.ts'
import { signUp } from '#tests/support/factories.ts'

const app = await startTestApp({ worker: false })
const { db } = app.database

const account = (path: string, body: object, headers: Record<string, string> = {}) =>
  app.request(`/api/auth/${path}`, { method: 'POST', body, headers: { origin: app.url, ...headers } })

describe('a name', () => {
  const LONGEST = '🦆'.repeat(120)
  const TOO_LONG = {
    status: 400,
    body: { code: 'NAME_TOO_LONG', message: 'A name has at most 120 characters' },
  }

  it('has 120 characters at most, at sign-up and later, whatever they are', async () => {
    const person = { password: 'correct horse battery' }
    const signUpAs = (name: string, email: string) =>
      account('sign-up/email', { ...person, name, email: `${email}@example.test` })
    expect((await signUpAs(LONGEST, 'duck')).status).toBe(200)
    expect(await signUpAs(`${LONGEST}!`, 'goose')).toMatchObject(TOO_LONG)
    expect(await signUpAs('x'.repeat(60_000), 'swan')).toMatchObject(TOO_LONG)
    const { rows } = await db.execute(
      sql`select email from users where email in ('duck@example.test', 'goose@example.test', 'swan@example.test')`,
    )
    expect(rows).toEqual([{ email: 'duck@example.test' }])

    const { cookie, userId } = await signUp(app.url)
    expect((await account('update-user', { name: LONGEST }, { cookie })).status).toBe(200)
    expect(await account('update-user', { name: `${LONGEST}!` }, { cookie })).toMatchObject(TOO_LONG)
    const kept = await db.execute(sql`select name from users where id = ${userId}`)
    expect(kept.rows).toEqual([{ name: LONGEST }])
  })

  it('is kept so by the table too', async () => {
    const { userId } = await signUp(app.url)
    await expect(
      db.execute(sql`update users set name = ${`${LONGEST}!`} where id = ${userId}`),
    ).rejects.toMatchObject({ cause: { constraint: 'users_name_check' } })
  })
})
