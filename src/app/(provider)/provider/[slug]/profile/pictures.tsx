'use client'

import { useState } from 'react'
import { classes } from '#src/ui/classes.ts'
import { Select } from '#src/ui/field.tsx'
import { CheckIcon } from '#src/ui/icons.tsx'
import { Photo } from '#src/ui/photo.tsx'

export interface PictureKind {
  kind: string
  paths: readonly string[]
}

const PICTURES_MAX = 6

export interface PicturesProps {
  chosen: readonly string[]
  kinds: readonly PictureKind[]
  onChange: (chosen: readonly string[]) => void
  error: string | null
}

/** The pictures of the page, chosen among those that come with the product; the first one chosen is on the card. */
export function Pictures({ chosen, kinds, onChange, error }: PicturesProps) {
  const [kind, setKind] = useState(
    () =>
      kinds.find(({ paths }) => paths.some((path) => chosen.includes(path)))?.kind ?? kinds[0]?.kind ?? '',
  )
  const shown = kinds.find((one) => one.kind === kind)?.paths ?? []
  // What was chosen from another kind stays in sight, so that it can be taken away.
  const paths = [...chosen, ...shown.filter((path) => !chosen.includes(path))]
  const toggle = (path: string) =>
    onChange(chosen.includes(path) ? chosen.filter((one) => one !== path) : [...chosen, path])
  return (
    <>
      <Select
        name="photos"
        label="Pictures of"
        hint="The first one you choose is on your card. Without any, the first letter of your name stands there."
        optional="unsaid"
        value={kind}
        onChange={(event) => setKind(event.target.value)}
        error={error}
      >
        {kinds.map((one) => (
          <option key={one.kind} value={one.kind}>
            {one.kind.charAt(0).toUpperCase() + one.kind.slice(1)}
          </option>
        ))}
      </Select>
      <div role="group" aria-label="Pictures" className="grid grid-cols-2 gap-3 sm:grid-cols-3">
        {paths.map((path) => {
          const place = chosen.indexOf(path)
          const full = place < 0 && chosen.length >= PICTURES_MAX
          return (
            <button
              key={path}
              type="button"
              aria-pressed={place >= 0}
              disabled={full}
              title={full ? `At most ${PICTURES_MAX} pictures` : undefined}
              onClick={() => toggle(path)}
              className={classes(
                'relative overflow-hidden rounded-card border-2 disabled:opacity-50',
                place >= 0 ? 'border-brand' : 'border-transparent hover:border-line-strong',
              )}
            >
              <Photo src={path} name="" alt={nameOf(path)} sizes="14rem" className="aspect-[4/3]" />
              {place >= 0 && (
                <span className="absolute top-2 left-2 inline-flex items-center gap-1 rounded-full bg-canvas px-2 py-0.5 text-xs font-semibold text-ink">
                  <CheckIcon /> {place === 0 ? 'On your card' : place + 1}
                </span>
              )}
            </button>
          )
        })}
      </div>
    </>
  )
}

// "/photos/hair-2.svg" → "hair 2"
function nameOf(path: string): string {
  return path.replace(/^.*\/|\.\w+$/g, '').replaceAll('-', ' ')
}
