import { readFileSync, statSync, writeFileSync, renameSync } from 'node:fs'
import { Temporal } from '#src/kernel/time.ts'

/** Where "now" comes from. Business code gets an instant; only boot and platform hold a clock. */
export interface Clock {
  now(): Temporal.Instant
}

export const systemClock: Clock = {
  now: () => Temporal.Now.instant(),
}

/** A clock that people may move, in demo mode only. Every process that reads the same file agrees on the time. */
export interface MovableClock extends Clock {
  /** Moves time forward to `instant`; moving back is refused, since history would stop making sense. */
  moveTo(instant: Temporal.Instant): void
  /** Begins anew at `instant`, also an earlier one. Only for a database in which nothing has happened yet. */
  restartAt(instant: Temporal.Instant): void
}

const RECHECK_MS = 50 // how stale another process's move may be seen here

export function fileClock(path: string): MovableClock {
  let offsetMs = 0
  let version = ''
  let checkedAt = -Infinity

  const refresh = (force: boolean) => {
    if (!force && performance.now() - checkedAt < RECHECK_MS) return
    checkedAt = performance.now()
    // Two moves within one tick of the file system have one time, but never one inode: each move is a new file.
    const file = statSync(path, { throwIfNoEntry: false })
    const found = file ? `${file.mtimeMs} ${file.ino}` : ''
    if (found === version) return
    offsetMs = file ? offsetIn(path) : 0
    version = found
  }
  const now = () => Temporal.Instant.fromEpochMilliseconds(Date.now() + offsetMs)
  const write = (newOffsetMs: number) => {
    // Written beside and renamed, so that a reader never sees half a file.
    writeFileSync(`${path}.new`, JSON.stringify({ offsetMs: newOffsetMs }))
    renameSync(`${path}.new`, path)
    refresh(true)
  }

  return {
    now() {
      refresh(false)
      return now()
    },
    moveTo(instant) {
      refresh(true)
      const moved = instant.epochMilliseconds - Date.now()
      if (moved > offsetMs) write(moved)
    },
    restartAt: (instant) => write(instant.epochMilliseconds - Date.now()),
  }
}

function offsetIn(path: string): number {
  const { offsetMs } = JSON.parse(readFileSync(path, 'utf8')) as { offsetMs: number }
  return offsetMs
}
