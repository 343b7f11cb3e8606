import Image from 'next/image'
import { classes } from './classes.ts'

const GROUNDS = [
  'bg-slot text-on-slot',
  'bg-info-soft text-info',
  'bg-success-soft text-success',
  'bg-warning-soft text-warning',
  'bg-sunken text-ink',
]

/** A picture that fills its box, or the initial of the name on a quiet ground when there is none. */
export function Photo({
  src,
  name,
  alt = '',
  sizes,
  eager = false,
  className,
}: {
  src: string | null
  name: string
  /** Empty when the name stands beside it. */
  alt?: string
  sizes: string
  eager?: boolean
  className?: string
}) {
  const box = classes('relative overflow-hidden', className)
  if (!src) {
    const ground =
      GROUNDS[[...name].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % GROUNDS.length]
    return (
      <div
        className={classes(box, 'flex items-center justify-center text-3xl font-semibold', ground)}
        aria-hidden="true"
      >
        {name.trim().charAt(0).toUpperCase()}
      </div>
    )
  }
  return (
    <div className={classes(box, 'bg-sunken')}>
      <Image
        src={src}
        alt={alt}
        fill
        sizes={sizes}
        unoptimized={src.endsWith('.svg')}
        className="object-cover"
        {...(eager ? { loading: 'eager' as const, fetchPriority: 'high' as const } : {})}
      />
    </div>
  )
}
