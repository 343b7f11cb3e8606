import { ButtonLink } from '#src/ui/button.tsx'
import { Column } from '#src/ui/shell.tsx'

/** What a page says that is not there, inside whatever frame it would have had. */
export function NothingHere() {
  return (
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
  )
}
