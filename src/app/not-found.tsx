import { connection } from 'next/server'
import { Shell } from '#src/ui/shell.tsx'
import { NothingHere } from './nothing-here.tsx'
import { shellUser } from './shell-user.tsx'

export const metadata = { title: 'Not found' }

/** For addresses that belong to no part of the site; the parts have one of their own, inside their frame. */
export default async function NotFound() {
  await connection() // who is signed in is known only when somebody asks
  return (
    <Shell user={await shellUser()}>
      <NothingHere />
    </Shell>
  )
}
