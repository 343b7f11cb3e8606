import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { fileClock } from './clock.ts'

test('moves that follow each other at once are all seen', () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ecosystem-clock-'))
  try {
    const clock = fileClock(path.join(directory, 'clock.json'))
    for (let day = 1; day <= 50; day += 1) {
      const tomorrow = clock.now().add({ hours: 24 })
      clock.moveTo(tomorrow)
      expect(clock.now().epochMilliseconds).toBeGreaterThanOrEqual(tomorrow.epochMilliseconds)
    }
  } finally {
    fs.rmSync(directory, { recursive: true })
  }
})
