import { Notice } from '#src/ui/notice.tsx'

/** Where a form cannot be sent without JavaScript, it says so itself. */
export function NeedsScript({ children }: { children: string }) {
  return (
    <noscript>
      <div className="mt-6">
        <Notice tone="warning" title="This form needs JavaScript">
          {children}
        </Notice>
      </div>
    </noscript>
  )
}
