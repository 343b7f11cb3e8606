-- What is booked is a calendar. A provider has one; the constraints speak of calendars so that staff can have their own later.
create table calendars (
  id uuid primary key,
  provider_id uuid not null unique references providers on delete cascade,
  created_at timestamptz not null
);

-- Weekly hours in local wall time: minutes since local midnight; 1440 is the midnight that ends the day.
create table opening_rules (
  calendar_id uuid not null references calendars on delete cascade,
  weekday smallint not null check (weekday between 1 and 7),
  opens_minute smallint not null check (opens_minute between 0 and 1439),
  closes_minute smallint not null check (closes_minute between 1 and 1440),
  check (opens_minute < closes_minute),
  primary key (calendar_id, weekday, opens_minute)
);

-- A date override replaces the weekly hours of that local date: its windows, or closed where it has none.
create table date_overrides (
  calendar_id uuid not null references calendars on delete cascade,
  on_date date not null,
  windows jsonb not null check (jsonb_typeof(windows) = 'array'),
  primary key (calendar_id, on_date)
);

create table time_off (
  id uuid primary key,
  calendar_id uuid not null references calendars on delete cascade,
  during tstzrange not null check (not isempty(during)),
  reason text not null default '',
  created_at timestamptz not null
);
create index time_off_during on time_off using gist (calendar_id, during);

-- Subscribed external calendars and the busy times last read from them.
create table busy_feeds (
  id uuid primary key,
  calendar_id uuid not null references calendars on delete cascade,
  url text not null,
  etag text,
  fetch_due_at timestamptz not null,
  last_success_at timestamptz,
  last_error text,
  created_at timestamptz not null
);
create index busy_feeds_calendar_id on busy_feeds (calendar_id);
create index busy_feeds_fetch_due_at on busy_feeds (fetch_due_at);

create table busy_times (
  feed_id uuid not null references busy_feeds on delete cascade,
  calendar_id uuid not null references calendars on delete cascade,
  during tstzrange not null check (not isempty(during)),
  primary key (feed_id, during)
);
create index busy_times_during on busy_times using gist (calendar_id, during);

grant select, insert, update, delete on calendars, opening_rules, date_overrides, time_off, busy_feeds, busy_times to ecosystem_app;
