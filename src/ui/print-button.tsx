'use client'

import { Button } from './button.tsx'

/** Prints the page as it stands. */
export function PrintButton() {
  return (
    <Button look="quiet" data-no-print onClick={() => print()}>
      Print
    </Button>
  )
}
