import { readFileSync, statSync } from 'node:fs'

/** How long an answer about the clock file may be reused before its modification time is looked at again. */
const RECHECK_AFTER_MS = 50

export interface Clock {
  /** Sandbox time in Unix seconds: system time plus the offset in the clock file. */
  nowSeconds(): number
}

/** The clock file is the only thing the sandbox shares with the app: `{"offsetMs": number}`. */
export function openClock(file: string | undefined): Clock {
  let offsetMs = 0
  let seenVersion = ''
  let checkedAt = -Infinity

  function refresh(systemMs: number): void {
    if (file === undefined || Math.abs(systemMs - checkedAt) < RECHECK_AFTER_MS) return
    checkedAt = systemMs
    const found = statSync(file, { throwIfNoEntry: false })
    if (found === undefined) {
      offsetMs = 0
      seenVersion = ''
      return
    }
    // Two moves within one tick of the file system have one time, but never one inode.
    const version = `${found.mtimeMs} ${found.ino}`
    if (version === seenVersion) return
    const read = readOffset(file)
    // A file caught half written keeps the last good offset; it is read again on the next look.
    if (read === undefined) return
    offsetMs = read
    seenVersion = version
  }

  return {
    nowSeconds() {
      const systemMs = Date.now()
      refresh(systemMs)
      return Math.floor((systemMs + offsetMs) / 1000)
    },
  }
}

function readOffset(file: string): number | undefined {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof parsed !== 'object' || parsed === null || !('offsetMs' in parsed)) return undefined
    return typeof parsed.offsetMs === 'number' && Number.isFinite(parsed.offsetMs)
      ? parsed.offsetMs
      : undefined
  } catch {
    return undefined
  }
}
