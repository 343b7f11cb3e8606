import Form from 'next/form'
import { Button } from '#src/ui/button.tsx'
import { Field } from '#src/ui/field.tsx'
import { SearchIcon } from '#src/ui/icons.tsx'

export function BookingSearch({
  action,
  text,
  view,
}: {
  action: string
  text: string | undefined
  view: string | null
}) {
  return (
    <Form action={action} role="search" aria-label="Bookings" className="flex flex-wrap items-end gap-3">
      {view && <input type="hidden" name="view" value={view} />}
      <Field
        name="text"
        label="Search"
        hint="Code, name or mail address"
        type="search"
        optional="unsaid"
        defaultValue={text}
        className="min-w-0 grow basis-56"
      />
      <Button type="submit" look="secondary">
        <SearchIcon /> Search
      </Button>
    </Form>
  )
}
