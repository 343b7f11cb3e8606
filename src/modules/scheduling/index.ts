export {
  calendarFactsSql,
  factsAround,
  SERVICE_FACTS_SQL,
  toCalendarFacts,
  withExtraMinutes,
  type CalendarFactsJson,
} from './calendar-facts.ts'
export { BUFFER_MINUTES_MAX, DURATION_MINUTES_MAX, EXTRA_MINUTES_MAX, EXTRAS_MAX } from './domain/limits.ts'
export type { DayWindow, OpeningRule, Weekday } from './domain/opening-hours.ts'
export {
  checkSlot,
  listSlots,
  listSlotStarts,
  occupiedRange,
  type CalendarFacts,
  type ServiceFacts,
  type Slot,
  type SlotCheck,
  type SlotRefusal,
} from './domain/slots.ts'
export {
  alternativesNear,
  listSlotsOfService,
  listStartsOfService,
  nextSlotsOfService,
  nextSlotsOfServices,
  type SlotList,
} from './list-slots.ts'
export { hoursAndMinutes } from './domain/wall-text.ts'
export { loadSchedules, type Schedule } from './load-schedules.ts'
export { firstQuarterSql } from './openings/first-quarter.ts'
export { rereadBusyFeeds } from './busy-feeds/refresh-busy-feed.ts'
export { toSlotView, type SlotView } from './slot-view.ts'
export { writeCalendars, type NewCalendar } from './write-calendars.ts'
export { readDayHours, readWeekHours } from './domain/opening-hours.ts'
