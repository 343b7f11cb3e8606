import { notFound } from 'next/navigation'
import { may } from '#src/kernel/rights.ts'
import { requireAccount } from '../require-account.ts'

/** The console does not exist for anybody else. */
export async function requireOperator(path: string) {
  const signedIn = await requireAccount(path)
  if (!may(signedIn.ctx.actor, 'console.see')) notFound()
  return signedIn
}
