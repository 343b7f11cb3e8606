import { notFound } from 'next/navigation'
import { pageConfig } from '#src/boot/web.ts'
import { previewMails } from '#src/modules/notifications/reads.ts'
import { Breadcrumbs } from '#src/ui/navigation.tsx'
import { Column } from '#src/ui/shell.tsx'
import { MailFrame } from '../../mail-frame.tsx'
import { requireMailbox } from '../../require-mailbox.ts'

export const metadata = { title: 'Preview of a mail', robots: { index: false } }

export default async function MailPreviewPage({ params }: { params: Promise<{ name: string }> }) {
  requireMailbox()
  const { name } = await params
  const previews = await previewMails(pageConfig().NEXT_PUBLIC_APP_URL)
  const mail = previews.find((preview) => preview.name === name)
  if (!mail) notFound()
  return (
    <Column className="pt-4 sm:pt-6">
      <Breadcrumbs
        items={[{ href: '/dev/mail/preview', label: 'Every mail there is' }, { label: mail.name }]}
      />
      <h1 className="mt-4 mb-6 text-2xl">{mail.subject}</h1>
      <div className="grid gap-6 lg:grid-cols-[1fr_24rem]">
        <MailFrame html={mail.html} title="As HTML" />
        <section aria-labelledby="text">
          <h2 id="text" className="mb-2 text-lg">
            As text
          </h2>
          <pre
            className="overflow-x-auto rounded-card border border-line bg-surface p-4 font-mono text-xs whitespace-pre-wrap"
            tabIndex={0}
          >
            {mail.text}
          </pre>
        </section>
      </div>
    </Column>
  )
}
