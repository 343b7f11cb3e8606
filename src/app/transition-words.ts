// What a page says of each step of a booking's life.
export const TRANSITION_WORDS: Readonly<Record<string, string>> = {
  hold: 'Time held',
  request: 'Requested',
  confirm: 'Paid and confirmed',
  accept: 'Accepted',
  decline: 'Declined',
  cancel: 'Cancelled',
  reschedule: 'Moved to another time',
  start: 'Begun',
  complete: 'Completed',
  expire: 'Not paid in time',
  report_no_show: 'Reported as a no-show',
}
