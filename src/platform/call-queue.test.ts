import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { callQueue, type CallQueue } from './call-queue.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

const PATIENCE_MS = 60_000

function enter(queue: CallQueue, name: string, log: string[], urgent = false) {
  return queue.enter({ urgent, until: performance.now() + PATIENCE_MS }).then((leave) => {
    log.push(name)
    return leave
  })
}

describe('a queue of calls', () => {
  test('never begins more than its rate within any second, whenever they come', async () => {
    const queue = callQueue({ perSecond: 20, atOnce: 1_000 })
    const began: number[] = []
    const come = () =>
      void queue
        .enter({ urgent: false, until: performance.now() + PATIENCE_MS })
        .then(() => began.push(performance.now()))
    for (let count = 0; count < 50; count += 1) come()
    await vi.advanceTimersByTimeAsync(990)
    for (let count = 0; count < 50; count += 1) come()
    await vi.advanceTimersByTimeAsync(PATIENCE_MS)
    expect(began).toHaveLength(100)
    for (const [index, at] of began.entries())
      expect(at - (began[index - 20] ?? -Infinity)).toBeGreaterThanOrEqual(1_000)
    expect(began.at(-1)).toBeLessThan(4_100)
  })

  test('never has more under way than it may', async () => {
    const queue = callQueue({ perSecond: 1_000, atOnce: 2 })
    const log: string[] = []
    const first = enter(queue, 'first', log)
    void enter(queue, 'second', log)
    void enter(queue, 'third', log)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(log).toEqual(['first', 'second'])
    ;(await first)?.()
    await vi.advanceTimersByTimeAsync(0)
    expect(log).toEqual(['first', 'second', 'third'])
  })

  test('lets the urgent go first, and otherwise in order', async () => {
    const queue = callQueue({ perSecond: 1, atOnce: 10 })
    const log: string[] = []
    for (const name of ['now', 'look 1', 'look 2']) void enter(queue, name, log)
    for (const name of ['money 1', 'money 2']) void enter(queue, name, log, true)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(log).toEqual(['now', 'money 1', 'money 2', 'look 1', 'look 2'])
  })

  test('tells who had no turn in time, at that time, and gives their turn to the next', async () => {
    const queue = callQueue({ perSecond: 1, atOnce: 10 })
    const log: string[] = []
    void enter(queue, 'now', log)
    const hasty = queue.enter({ urgent: true, until: performance.now() + 300 })
    void enter(queue, 'next', log)
    await vi.advanceTimersByTimeAsync(300)
    expect(await hasty).toBeNull()
    await vi.advanceTimersByTimeAsync(700)
    expect(log).toEqual(['now', 'next'])
    expect(await queue.enter({ urgent: true, until: performance.now() })).toBeNull()
  })

  test('holds everybody back for as long as it is told', async () => {
    const queue = callQueue({ perSecond: 1_000, atOnce: 10 })
    const log: string[] = []
    queue.holdBack(2_000)
    void enter(queue, 'held', log, true)
    await vi.advanceTimersByTimeAsync(1_999)
    expect(log).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(log).toEqual(['held'])
  })
})
