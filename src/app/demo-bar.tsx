import { connection } from 'next/server'
import { pageConfig, pageContext } from '#src/boot/web.ts'
import { DemoTools } from './demo-tools.tsx'

/** Time travel, mail and logins of a demonstration. Configuration refuses demo mode together with a live key. */
export async function DemoBar() {
  await connection()
  const config = pageConfig()
  if (!config.DEMO_MODE || !config.DEMO_CLOCK_FILE) return null
  const { now, actor } = await pageContext()
  return (
    <DemoTools
      now={now.toString()}
      escrowDays={config.ESCROW_DAYS}
      stripeUrl={config.STRIPE_API_BASE ?? null}
      hasMailbox={config.MAILER === 'mailbox'}
      signedIn={actor.kind === 'user'}
    />
  )
}
