'use client'

import { useState } from 'react'
import { postAccount } from '#src/http/client.ts'
import { Button } from '#src/ui/button.tsx'

/** Ends the session and leaves with a full load, so that nothing of the account stays on screen. */
export function SignOutButton() {
  const [busy, setBusy] = useState(false)
  async function signOut() {
    setBusy(true)
    await postAccount('/api/auth/sign-out', {})
    window.location.assign('/')
  }
  return (
    <Button look="secondary" size="small" busy={busy ? 'Signing out…' : null} onClick={() => void signOut()}>
      Sign out
    </Button>
  )
}
