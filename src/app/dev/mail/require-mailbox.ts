import { notFound } from 'next/navigation'
import { pageConfig } from '#src/boot/web.ts'

/** The mailbox shows everybody's mail: it is there in demonstrations only. Asked by each page, since layouts and pages are drawn side by side. */
export function requireMailbox(): void {
  const { DEMO_MODE, MAILER } = pageConfig()
  if (!DEMO_MODE || MAILER !== 'mailbox') notFound()
}
