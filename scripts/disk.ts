// How full the disk is, and what to say when that was the reason.
import fs from 'node:fs'

/**
 * With less than this, whatever failed failed for want of space: the log that would say so is cut off by the same disk.
 * PostgreSQL takes 16 MB at a time for its journal, and gives them back when it could not have them.
 */
const fullMegabytes = 32

export function freeMegabytes(at: string): number {
  const { bavail, bsize } = fs.statfsSync(at)
  return Math.floor((bavail * bsize) / 1_000_000)
}

/** One sentence and what could not be done, instead of the words of whoever met the full disk; null when it is not full. */
export function fullDiskIn(words: string, free: number): string | null {
  if (free >= fullMegabytes && !/ENOSPC|No space left on device/i.test(words)) return null
  if (words.startsWith('The disk is ')) return words
  return `The disk is full. Free some space and start again; the data is kept.\n${words.split('\n')[0]}`
}
