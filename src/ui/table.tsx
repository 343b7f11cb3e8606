/* oxlint-disable jsx-a11y/no-interactive-element-to-noninteractive-role -- the roles are the elements' own, kept where CSS makes them blocks */
import type { ReactNode } from 'react'
import { classes } from './classes.ts'

export interface Column<Row> {
  key: string
  header: string
  cell: (row: Row) => ReactNode
  /** Amounts and counts: set right, in figures of one width. */
  numeric?: boolean
  /** Whether it says nothing of a row: it is left out of the row's card on a phone. */
  idle?: (row: Row) => boolean
}

/** A table on wide screens, a stack of cards on a phone. The first column names the row. */
export function Table<Row>({
  caption,
  columns,
  rows,
  rowKey,
  empty,
  dense = false,
}: {
  /** What the table lists; read aloud, not shown. */
  caption: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  /** Shown instead of a table without rows. */
  empty?: ReactNode
  /** For many columns: set closer, without those that say nothing of any row, and across the sheet when printed. */
  dense?: boolean
}) {
  if (rows.length === 0 && empty) return <>{empty}</>
  const shown = dense ? columns.filter(({ idle }) => !idle || !rows.every(idle)) : columns
  // The roles are written out because display:block on a phone would take a table's meaning away.
  return (
    <table
      role="table"
      {...(dense ? { 'data-dense': '' } : {})}
      className="w-full border-separate border-spacing-0 text-left max-md:block"
    >
      <caption className="sr-only">{caption}</caption>
      <thead role="rowgroup" className="max-md:sr-only">
        <tr role="row">
          {shown.map((column) => (
            <th
              key={column.key}
              role="columnheader"
              scope="col"
              className={classes(
                'border-b border-line py-2 text-sm font-medium text-ink-soft',
                dense ? 'px-1.5 xl:px-3' : 'px-3',
                column.numeric && 'text-right',
              )}
            >
              {column.header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup" className="max-md:flex max-md:flex-col max-md:gap-3">
        {rows.map((row) => (
          <tr
            key={rowKey(row)}
            role="row"
            className="max-md:flex max-md:flex-col max-md:gap-1.5 max-md:rounded-card max-md:border max-md:border-line max-md:bg-surface max-md:p-4 md:hover:bg-surface"
          >
            {shown.map((column, index) => {
              const Cell = index === 0 ? 'th' : 'td'
              return (
                <Cell
                  key={column.key}
                  role={index === 0 ? 'rowheader' : 'cell'}
                  {...(index === 0 ? { scope: 'row' } : {})}
                  className={classes(
                    'font-normal md:border-b md:border-line md:py-3 md:align-top',
                    dense ? 'md:px-1.5 md:max-xl:text-sm xl:px-3' : 'md:px-3',
                    index === 0
                      ? 'max-md:text-lg max-md:font-semibold md:font-medium'
                      : column.idle?.(row)
                        ? 'max-md:hidden'
                        : 'max-md:flex max-md:justify-between max-md:gap-4',
                    column.numeric && 'tabular md:text-right md:whitespace-nowrap',
                  )}
                >
                  {index > 0 && (
                    <span aria-hidden="true" className="text-ink-soft md:hidden">
                      {column.header}
                    </span>
                  )}
                  <span className={classes('min-w-0 wrap-anywhere', index > 0 && 'max-md:text-right')}>
                    {column.cell(row)}
                  </span>
                </Cell>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
