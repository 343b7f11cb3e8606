import { Button } from '#src/ui/button.tsx'
import { CheckIcon } from '#src/ui/icons.tsx'

/** The button of a form, and the word that it has been saved. */
export function SaveBar({ label = 'Save', busy, saved }: { label?: string; busy: boolean; saved: boolean }) {
  return (
    <div className="flex flex-wrap items-center gap-4">
      <Button type="submit" busy={busy ? 'Saving…' : null}>
        {label}
      </Button>
      <p role="status" className="flex items-center gap-1.5 font-medium text-success">
        {saved && (
          <>
            <CheckIcon /> Saved
          </>
        )}
      </p>
    </div>
  )
}
