import { Column } from '#src/ui/shell.tsx'
import { Skeleton } from '#src/ui/skeleton.tsx'

const CARDS = [1, 2, 3, 4]

/** The search page before its results are there, in the same places. */
export default function SearchLoading() {
  return (
    <Column className="pt-6 sm:pt-10">
      <div data-skeleton role="status">
        <span className="sr-only">Searching…</span>
        <div className="grid items-end gap-3 grid-cols-2 lg:grid-cols-[1.4fr_1fr_0.8fr_auto]">
          <Skeleton className="h-20 max-lg:col-span-2" />
          <Skeleton className="h-20" />
          <Skeleton className="h-20" />
          <Skeleton className="h-12 max-lg:col-span-2 lg:w-32" />
        </div>
        <div className="mt-8 grid gap-x-10 gap-y-6 lg:grid-cols-[16rem_1fr]">
          <Skeleton className="h-12 lg:h-[40rem]" />
          <div className="flex flex-col gap-4">
            <Skeleton className="h-8 w-56" />
            {CARDS.map((card) => (
              <Skeleton key={card} className="h-60 sm:h-52" />
            ))}
          </div>
        </div>
      </div>
    </Column>
  )
}
