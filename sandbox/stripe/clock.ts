import { readFileSync, statSync } from 'node:fs'

export interface Clock {
  /** Sandbox time in Unix seconds: system time plus the offset in the clock file. */
  nowSeconds(): number
}

/** The clock file is the only thing the sandbox shares with the app: `{"offsetMs": number}`. */
export function openClock(file: string | undefined): Clock {
  let offsetMs = 0
  let seenVersion = ''

  // Looked at each time: whoever moves the clock and then calls has moved it for this call too.
  function refresh(): void {
    if (file === undefined) return
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
      refresh()
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
