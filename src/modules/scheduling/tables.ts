import { jsonb, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core'
import type { CalendarId, Id, ProviderId } from '#src/kernel/ids.ts'
import { instant, plainDate, timeRange } from '#src/platform/db/columns.ts'
import type { DayWindow, Weekday } from './domain/opening-hours.ts'

export type TimeOffId = Id<'time off'>
export type BusyFeedId = Id<'busy feed'>

export const calendars = pgTable('calendars', {
  id: uuid().$type<CalendarId>().primaryKey(),
  providerId: uuid().$type<ProviderId>().notNull(),
  createdAt: instant().notNull(),
})

export const openingRules = pgTable(
  'opening_rules',
  {
    calendarId: uuid().$type<CalendarId>().notNull(),
    weekday: smallint().$type<Weekday>().notNull(),
    opensMinute: smallint().notNull(),
    closesMinute: smallint().notNull(),
  },
  (table) => [primaryKey({ columns: [table.calendarId, table.weekday, table.opensMinute] })],
)

export const dateOverrides = pgTable(
  'date_overrides',
  {
    calendarId: uuid().$type<CalendarId>().notNull(),
    onDate: plainDate().notNull(),
    windows: jsonb().$type<readonly DayWindow[]>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.calendarId, table.onDate] })],
)

export const timeOff = pgTable('time_off', {
  id: uuid().$type<TimeOffId>().primaryKey(),
  calendarId: uuid().$type<CalendarId>().notNull(),
  during: timeRange().notNull(),
  reason: text().notNull(),
  createdAt: instant().notNull(),
})

export const busyFeeds = pgTable('busy_feeds', {
  id: uuid().$type<BusyFeedId>().primaryKey(),
  calendarId: uuid().$type<CalendarId>().notNull(),
  url: text().notNull(),
  etag: text(),
  fetchDueAt: instant().notNull(),
  lastSuccessAt: instant(),
  lastError: text(),
  createdAt: instant().notNull(),
})

export const busyTimes = pgTable(
  'busy_times',
  {
    feedId: uuid().$type<BusyFeedId>().notNull(),
    calendarId: uuid().$type<CalendarId>().notNull(),
    during: timeRange().notNull(),
  },
  (table) => [primaryKey({ columns: [table.feedId, table.during] })],
)
