import { eq } from 'drizzle-orm'
import { randomBytes } from 'node:crypto'
import { OPERATOR_ROLES, type OperatorRole } from '#src/kernel/actor.ts'
import { createAccounts, users } from '#src/modules/identity/index.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { Failed, say, Usage, type Given } from './command.ts'
import { withMarketplace } from './marketplace.ts'

const PASSWORD_BYTES = 15

export async function add(given: Given): Promise<void> {
  const [email = ''] = given.args
  if (!/^[^@\s]+@[^@\s]+$/.test(email)) throw new Usage(`"${email}" is not a mail address.`)
  const role = OPERATOR_ROLES.find((each) => each === given.option('role'))
  if (!role) throw new Usage(`--role is one of ${OPERATOR_ROLES.join(', ')}.`)
  await withMarketplace(async ({ db, config }, ctx) => {
    const [known] = await db.select({ id: users.id }).from(users).where(eq(users.email, email))
    if (known) {
      await giveRole(ctx, email, role)
      return say(`${email} is an operator now, with the role ${role}.`)
    }
    const password = randomBytes(PASSWORD_BYTES).toString('base64url')
    const name = given.option('name') ?? email.slice(0, email.indexOf('@'))
    await createAccounts({ db, config }).api.signUpEmail({ body: { name, email, password } })
    await giveRole(ctx, email, role)
    say(`${email} has an account now and is an operator with the role ${role}.`)
    say(`Password, shown this once: ${password}`)
  })
}

async function giveRole(ctx: Ctx, email: string, role: OperatorRole): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const [user] = await tx
      .select({ id: users.id, operatorRole: users.operatorRole })
      .from(users)
      .where(eq(users.email, email))
      .for('no key update')
    if (!user) throw new Failed(`There is no account with the address ${email}.`)
    await tx.update(users).set({ operatorRole: role }).where(eq(users.id, user.id))
    await recordAudit(tx, ctx, {
      action: 'operator.add',
      subjectKind: 'user',
      subjectId: user.id,
      before: { operatorRole: user.operatorRole },
      after: { operatorRole: role },
    })
  })
}
