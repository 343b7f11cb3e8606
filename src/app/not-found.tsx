import { ButtonLink } from '#src/ui/button.tsx'
import { Column, Shell } from '#src/ui/shell.tsx'

export const metadata = { title: 'Not found' }

export default function NotFound() {
  return (
    <Shell user={null}>
      <Column width="narrow" className="py-16 sm:py-24">
        <h1 className="text-3xl">There is nothing here</h1>
        <p className="mt-3 text-ink-soft">
          The page may have moved, or the link may be incomplete or no longer valid. If it came from a mail,
          open the newest one.
        </p>
        <div className="mt-8 flex flex-wrap gap-3">
          <ButtonLink href="/search">Find a service</ButtonLink>
          <ButtonLink href="/" look="secondary">
            Start page
          </ButtonLink>
        </div>
      </Column>
    </Shell>
  )
}
