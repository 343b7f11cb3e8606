import { sql, type SQL } from 'drizzle-orm'

/** The horizon is in local dates: its last one ends so many days after now at the latest, wherever it is. */
const LOCAL_DAYS = 2

/** SQL expressions about one service. Times are seconds since the epoch. */
export interface WantedStart {
  readonly serviceId: SQL
  readonly minimumNoticeMinutes: SQL
  readonly horizonDays: SQL
  /** Starts from here on, and not before the notice has passed, */
  readonly fromSeconds: SQL
  /** up to and including here. May be earlier than `fromSeconds`: then there is none. */
  readonly lastSeconds: SQL
  readonly nowSeconds: SQL
}

/**
 * The first quarter of an hour in which the service may have a start, in seconds; null where it has none. Its openings say so, if
 * nothing has changed since in the snapshot of the statement; of a service of which nothing is known the first quarter is the answer.
 * No start is earlier, and whoever has one has a quarter (openings.db.test.ts); what is in it the slot engine says.
 */
export function firstQuarterSql(wanted: WantedStart): SQL {
  return sql`(
    select case
      when w.last_quarter < w.first_quarter then null
      when o.starts is null or w.first_quarter < day.quarter or w.last_quarter >= day.quarter + length(o.starts) then w.first_quarter * 900
      else (select case when place > 0 then (w.first_quarter + place - 1) * 900 end
        from (select position(B'1' in substring(o.starts from (w.first_quarter - day.quarter)::int + 1 for (w.last_quarter - w.first_quarter)::int + 1)) as place) p)
      end
    from (select
        floor(greatest(${wanted.fromSeconds}, ${wanted.nowSeconds} + 60 * ${wanted.minimumNoticeMinutes}) / 900.0)::bigint as first_quarter,
        floor(least(${wanted.lastSeconds}, ${wanted.nowSeconds} + 86400::bigint * (${wanted.horizonDays} + ${LOCAL_DAYS}::int)) / 900.0)::bigint as last_quarter) w
    left join service_openings o on o.service_id = ${wanted.serviceId}
      and not exists (select from calendar_changes c where c.calendar_id = o.calendar_id)
    left join lateral (select (o.from_day - date '1970-01-01') * 96::bigint as quarter) day on true)`
}
