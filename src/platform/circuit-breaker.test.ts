import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { circuitBreaker, type CircuitCall } from './circuit-breaker.ts'

const FAILURES_MAX = 3
const SILENCE_MS = 5_000
const PAUSE_MS = 10_000
const PAUSE_MS_MAX = PAUSE_MS * 1.2

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

function setup() {
  const heard: string[] = []
  const circuit = circuitBreaker({
    failuresMax: FAILURES_MAX,
    silenceMs: SILENCE_MS,
    pauseMs: PAUSE_MS,
    onChange: (state) => heard.push(state),
  })
  const begin = (): CircuitCall => {
    const call = circuit.begin()
    if (!call) throw new Error('the circuit is open')
    return call
  }
  const open = () => {
    for (let count = 0; count < FAILURES_MAX; count += 1) begin().failed()
  }
  return { circuit, heard, begin, open }
}

describe('a circuit', () => {
  test('opens when so many in a row fail, and an answer between them begins the count anew', () => {
    const { circuit, begin, heard } = setup()
    for (let round = 0; round < 3; round += 1) {
      begin().failed()
      begin().failed()
      begin().answered()
    }
    expect(circuit.state).toBe('closed')
    begin().failed()
    begin().failed()
    begin().failed()
    expect(circuit.state).toBe('open')
    expect(circuit.begin()).toBeNull()
    expect(heard).toEqual(['open'])
  })

  test('opens while calls are still waiting, when they have waited long enough, each counted once', () => {
    const { circuit, begin } = setup()
    const waiting = [begin(), begin()]
    vi.advanceTimersByTime(SILENCE_MS)
    for (const call of waiting) call.failed() // their timeouts, later
    expect(circuit.state).toBe('closed')
    begin()
    vi.advanceTimersByTime(SILENCE_MS)
    expect(circuit.state).toBe('open')
  })

  test('stays closed for slow answers, as long as they come', () => {
    const { circuit, begin } = setup()
    let slow: CircuitCall[] = []
    for (let second = 0; second < 60; second += 1) {
      slow = [...slow, begin()]
      if (slow.length > SILENCE_MS / 1_000 + 1) slow.shift()?.answered()
      vi.advanceTimersByTime(1_000)
    }
    expect(circuit.state).toBe('closed')
  })

  test('lets one probe through after the pause, whose failure means another pause and whose answer closes it', () => {
    const { circuit, begin, open, heard } = setup()
    open()
    vi.advanceTimersByTime(PAUSE_MS_MAX)
    expect(circuit.state).toBe('half_open')
    const probe = begin()
    expect(circuit.begin()).toBeNull()
    probe.failed()
    expect(circuit.state).toBe('open')
    vi.advanceTimersByTime(PAUSE_MS_MAX)
    begin().answered()
    expect(circuit.state).toBe('closed')
    expect(heard).toEqual(['open', 'closed'])
    expect(circuit.begin()).not.toBeNull()
    expect(circuit.begin()).not.toBeNull()
  })

  test('gives up on a probe that hangs, and takes its late answer all the same', () => {
    const { circuit, begin, open } = setup()
    open()
    vi.advanceTimersByTime(PAUSE_MS_MAX)
    const probe = begin()
    vi.advanceTimersByTime(SILENCE_MS)
    expect(circuit.state).toBe('open')
    probe.answered()
    expect(circuit.state).toBe('closed')
  })

  test('is not kept open by calls from before that fail in the pause', () => {
    const { circuit, begin, open } = setup()
    const before = [begin(), begin(), begin(), begin()]
    open()
    vi.advanceTimersByTime(SILENCE_MS - 1)
    for (const call of before) call.failed()
    vi.advanceTimersByTime(PAUSE_MS_MAX - SILENCE_MS + 1)
    expect(circuit.state).toBe('half_open')
  })
})
