import { notFound } from 'next/navigation'
import { requireAccount } from '../require-account.ts'

/** The console does not exist for anybody else. */
export async function requireOperator(path: string) {
  const signedIn = await requireAccount(path)
  if (!signedIn.account.operatorRole) notFound()
  return signedIn
}
