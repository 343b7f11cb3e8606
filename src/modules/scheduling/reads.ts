// What pages and GET routes may ask of schedules. Slots are read through the catalog.
export { getSchedule, type ScheduleView } from './get-schedule.ts'
