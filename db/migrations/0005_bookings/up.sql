-- The lifecycle as the database knows it. src/modules/bookings/domain/lifecycle.ts holds the same table; a test compares them.
create table booking_transitions (
  transition text not null,
  from_state text, -- null: the booking is made
  to_state text not null,
  unique nulls not distinct (transition, from_state, to_state)
);
insert into booking_transitions (transition, from_state, to_state) values
  ('hold', null, 'held'),
  ('confirm', 'held', 'confirmed'),
  ('request', 'held', 'awaiting_provider'),
  ('expire', 'held', 'expired'),
  ('cancel', 'held', 'cancelled'),
  ('accept', 'awaiting_provider', 'confirmed'),
  ('decline', 'awaiting_provider', 'declined'),
  ('cancel', 'awaiting_provider', 'cancelled'),
  ('reschedule', 'awaiting_provider', 'awaiting_provider'),
  ('reschedule', 'confirmed', 'confirmed'),
  ('start', 'confirmed', 'in_progress'),
  ('cancel', 'confirmed', 'cancelled'),
  ('report_no_show', 'confirmed', 'no_show'),
  ('complete', 'in_progress', 'completed'),
  ('report_no_show', 'in_progress', 'no_show'),
  ('report_no_show', 'completed', 'no_show');

create table bookings (
  id uuid primary key,
  code text not null unique,
  provider_id uuid not null references providers,
  service_id uuid not null references services,
  calendar_id uuid not null references calendars,
  state text not null check (state in ('held', 'awaiting_provider', 'confirmed', 'in_progress', 'completed', 'expired', 'declined', 'cancelled', 'no_show')),

  -- Who it is for: an account, or a guest whose particulars are given at the latest before paying.
  customer_id uuid references users,
  guest_name text check (length(guest_name) between 1 and 120),
  guest_email citext check (length(guest_email) <= 254),
  guest_phone text check (length(guest_phone) <= 32),
  customer_note text not null default '' check (length(customer_note) <= 1000),
  is_guest boolean not null,
  check (is_guest or customer_id is not null),

  -- When: instants, the zone they were promised in, and what is occupied (buffers included).
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  occupied tstzrange not null,
  time_zone text not null,
  local_start timestamp not null, -- the wall time promised, in time_zone
  check (starts_at < ends_at),
  check (occupied @> tstzrange(starts_at, ends_at) and lower_inc(occupied) and not upper_inc(occupied)),

  -- Seats: an individual booking is a session of its own; the bookings of a group session share session_id and differ in seat.
  session_id uuid not null,
  seat smallint not null default 1,
  capacity smallint not null default 1,
  check (seat between 1 and capacity),

  -- The offer as it was when booked; nothing below changes when the service does.
  service_name text not null,
  extras jsonb not null default '[]',
  duration_minutes integer not null,
  buffer_before_minutes integer not null,
  buffer_after_minutes integer not null,
  minimum_notice_minutes integer not null,
  location_kind text not null,
  booking_mode text not null check (booking_mode in ('instant', 'request')),
  cancellation_policy text not null check (cancellation_policy in ('flexible', 'moderate', 'strict', 'non_refundable')),
  currency char(3) not null,
  base_minor bigint not null check (base_minor > 0),
  commission_minor bigint not null check (commission_minor >= 0),
  surcharge_minor bigint not null check (surcharge_minor >= 0),
  provider_net_minor bigint not null check (provider_net_minor >= 0),
  total_minor bigint not null,
  platform_fee_basis_points integer not null,
  guest_fee_basis_points integer not null,
  check (base_minor = provider_net_minor + commission_minor),
  check (total_minor = base_minor + surcharge_minor),
  check (is_guest or surcharge_minor = 0),

  -- What moving it has cost: after a move inside the 50 % window a later cancellation gives back no more than that.
  refund_percent_max smallint not null default 100 check (refund_percent_max between 0 and 100),

  hold_expires_at timestamptz not null,
  answer_due_at timestamptz,
  check (state <> 'awaiting_provider' or answer_due_at is not null),
  -- When the booking next moves by itself, if nobody moves it before.
  next_due_at timestamptz generated always as (
    case state when 'held' then hold_expires_at when 'awaiting_provider' then answer_due_at
               when 'confirmed' then starts_at when 'in_progress' then ends_at end) stored,

  end_kind text check (end_kind in ('customer', 'guest', 'provider', 'operator', 'system')), -- who ended it
  end_reason text,
  no_show_party text check (no_show_party in ('customer', 'provider')),
  check ((state = 'no_show') = (no_show_party is not null)),
  calendar_sequence integer not null default 0, -- SEQUENCE of the .ics: rises with every change people should see
  event_count integer not null default 1, -- sequence of the newest row in booking_events
  created_at timestamptz not null,
  updated_at timestamptz not null,

  -- The promise of the whole product: no two live bookings of one calendar overlap, buffers included, unless they are seats of one session.
  constraint bookings_no_overlap exclude using gist (calendar_id with =, occupied with &&, session_id with <>)
    where (state in ('held', 'awaiting_provider', 'confirmed', 'in_progress'))
);
create unique index bookings_seat on bookings (session_id, seat)
  where state in ('held', 'awaiting_provider', 'confirmed', 'in_progress');
create index bookings_next_due_at on bookings (next_due_at) where next_due_at is not null;
create index bookings_provider_starts_at on bookings (provider_id, starts_at desc, id);
create index bookings_customer_starts_at on bookings (customer_id, starts_at desc, id) where customer_id is not null;
create index bookings_guest_email on bookings (guest_email) where guest_email is not null;
create index bookings_service_id on bookings (service_id);
create index bookings_created_at on bookings (created_at desc, id);

create table booking_events (
  booking_id uuid not null references bookings,
  sequence integer not null check (sequence >= 1),
  transition text not null,
  from_state text,
  to_state text not null,
  actor_kind text not null check (actor_kind in ('customer', 'guest', 'provider', 'operator', 'system')),
  actor_id text,
  reason text,
  facts jsonb not null default '{}',
  at timestamptz not null,
  primary key (booking_id, sequence),
  unique (booking_id, sequence, to_state) -- for bookings_state_is_history
);

-- Only listed transitions exist. (No foreign key: the first event has no state before it.)
create function check_booking_event() returns trigger language plpgsql as $$
begin
  if not exists (select from booking_transitions t where t.transition = new.transition
                 and t.from_state is not distinct from new.from_state and t.to_state = new.to_state) then
    raise exception 'no transition % from % to %', new.transition, new.from_state, new.to_state using errcode = 'check_violation';
  end if;
  return new;
end
$$;
create trigger booking_events_listed before insert on booking_events for each row execute function check_booking_event();
create trigger booking_events_append_only before update or delete on booking_events for each row execute function refuse_change();

-- The state of a booking is what the newest event of its history says, at the end of every transaction.
alter table bookings add constraint bookings_state_is_history
  foreign key (id, event_count, state) references booking_events (booking_id, sequence, to_state) deferrable initially deferred;

-- Manage links of guests. The token is derived from the id with a secret key and is stored nowhere.
create table booking_links (
  id uuid primary key,
  booking_id uuid not null references bookings,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  created_at timestamptz not null
);
create index booking_links_booking_id on booking_links (booking_id);

grant select on booking_transitions to ecosystem_app;
grant select, insert, update on bookings, booking_links to ecosystem_app;
grant select, insert on booking_events to ecosystem_app;
