import { describe, expect, it } from 'vitest'
import { minuteOf, toMinutes, wallTimeOf, windowsProblem } from './wall-time.ts'

describe('hours as they are typed', () => {
  it('reads and writes every minute of a day', () => {
    for (let minute = 0; minute < 1440; minute += 1) expect(minuteOf(wallTimeOf(minute))).toBe(minute)
  })

  it('takes midnight as the end of the day where something closes', () => {
    expect(toMinutes({ opens: '18:00', closes: '00:00' })).toEqual({ opensMinute: 1080, closesMinute: 1440 })
    expect(wallTimeOf(1440)).toBe('00:00')
  })

  it.each([
    [
      [
        { opens: '09:00', closes: '12:00' },
        { opens: '13:00', closes: '17:00' },
      ],
      null,
    ],
    [
      [
        { opens: '09:00', closes: '12:00' },
        { opens: '12:00', closes: '17:00' },
      ],
      null,
    ],
    [
      [
        { opens: '13:00', closes: '17:00' },
        { opens: '09:00', closes: '14:00' },
      ],
      'two of the times overlap',
    ],
    [[{ opens: '17:00', closes: '09:00' }], 'the end must be after the beginning'],
    [[{ opens: '', closes: '09:00' }], 'give both times'],
  ])('%j: %s', (windows, problem) => {
    expect(windowsProblem(windows)).toBe(problem)
  })
})
