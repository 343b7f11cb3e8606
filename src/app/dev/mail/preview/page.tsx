import Link from 'next/link'
import { pageConfig } from '#src/boot/web.ts'
import { previewMails } from '#src/modules/notifications/reads.ts'
import { count } from '#src/ui/format.ts'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { requireMailbox } from '../require-mailbox.ts'

export const metadata = { title: 'Every mail there is', robots: { index: false } }

export default async function MailGalleryPage() {
  requireMailbox()
  const previews = await previewMails(pageConfig().NEXT_PUBLIC_APP_URL)
  const byTemplate = [...Map.groupBy(previews, ({ template }) => template)]
  return (
    <Column width="medium">
      <PageHeading title="Every mail there is">
        {count(previews.length, 'mail')} from {count(byTemplate.length, 'template')}, with made-up bookings.
      </PageHeading>
      <div className="grid gap-x-10 gap-y-8 sm:grid-cols-2">
        {byTemplate.map(([template, mails]) => (
          <section key={template} aria-labelledby={template}>
            <h2 id={template} className="text-lg">
              {sentence(template)}
            </h2>
            <ul className="mt-1 divide-y divide-line">
              {mails.map((mail) => (
                <li key={mail.name}>
                  <Link
                    href={`/dev/mail/preview/${mail.name}`}
                    className="flex min-h-11 flex-col py-2 hover:bg-sunken"
                  >
                    <span className="link">{mail.subject}</span>
                    <span className="text-sm text-ink-soft">
                      to the {mail.audience}, {mail.state.replaceAll('-', ' ')}
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Column>
  )
}

function sentence(template: string): string {
  const words = template.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
