-- Where each service has a start in the next two months: what a search for a time looks at before it asks the slot engine. Bit n
-- is the nth quarter of an hour of from_day, in UTC; it is 1 where a start lies in it, whatever the notice and the horizon, which
-- move with the time of day. A row speaks only while no change of its calendar waits below; without a row nothing is known.
create table service_openings (
  service_id uuid primary key references services on delete cascade,
  calendar_id uuid not null references calendars on delete cascade,
  from_day date not null,
  starts bit varying not null
);
create index service_openings_calendar_id on service_openings (calendar_id);
create index service_openings_from_day on service_openings (from_day);

-- Calendars that have changed since: written by triggers, in the transaction of the change, whoever makes it. Only ever added and
-- deleted, so that nobody waits for anybody. `during` is what was taken or given back; null is anything. No foreign key: each
-- booking would lock its calendar.
create table calendar_changes (
  id bigint generated always as identity,
  calendar_id uuid not null,
  during tstzrange,
  primary key (calendar_id, id)
);

grant select, insert, update on service_openings to ecosystem_app;
grant select, insert, delete on calendar_changes to ecosystem_app;

create function mark_booked_time() returns trigger language plpgsql as $$
begin
  insert into calendar_changes (calendar_id, during) values (old.calendar_id, old.occupied);
  if (old.calendar_id, old.occupied) is distinct from (new.calendar_id, new.occupied) then
    insert into calendar_changes (calendar_id, during) values (new.calendar_id, new.occupied);
  end if;
  return null;
end
$$;
-- Time that is given back, moved, or taken for good. A hold marks nothing: to ask the engine about somebody who has no time does no
-- harm, and most holds are paid for or given back within minutes.
create trigger bookings_move_time after update of state, occupied, calendar_id on bookings for each row
  when ((old.state in ('held', 'awaiting_provider', 'confirmed', 'in_progress')) <> (new.state in ('held', 'awaiting_provider', 'confirmed', 'in_progress'))
    or (old.state = 'held' and new.state <> 'held')
    or (old.calendar_id, old.occupied) is distinct from (new.calendar_id, new.occupied))
  execute function mark_booked_time();

create function mark_calendars() returns trigger language plpgsql as $$
begin
  insert into calendar_changes (calendar_id) select distinct calendar_id from changed;
  return null;
end
$$;
create function mark_calendars_of_providers() returns trigger language plpgsql as $$
begin
  insert into calendar_changes (calendar_id)
  select c.id from calendars c where c.provider_id in (select provider_id from changed);
  return null;
end
$$;
do $$
declare
  watched text;
begin
  foreach watched in array array['opening_rules', 'date_overrides', 'time_off', 'busy_times'] loop
    execute format('create trigger %I after insert on %I referencing new table as changed for each statement execute function mark_calendars()', watched || '_added', watched);
    execute format('create trigger %I after update on %I referencing new table as changed for each statement execute function mark_calendars()', watched || '_changed', watched);
    execute format('create trigger %I after delete on %I referencing old table as changed for each statement execute function mark_calendars()', watched || '_removed', watched);
  end loop;
end
$$;
create trigger services_added after insert on services referencing new table as changed for each statement execute function mark_calendars_of_providers();
create trigger services_changed after update on services referencing new table as changed for each statement execute function mark_calendars_of_providers();

create function mark_calendar_of_provider() returns trigger language plpgsql as $$
begin
  insert into calendar_changes (calendar_id) select id from calendars where provider_id = new.id;
  return null;
end
$$;
create trigger providers_moved after update of time_zone on providers for each row
  when (old.time_zone is distinct from new.time_zone) execute function mark_calendar_of_provider();

-- Searches read the clocks of providers: one that PostgreSQL does not know would break them all, and these four it takes for
-- offsets without summer time. tzdata has them as other names of three cities.
update providers set time_zone = case upper(time_zone) when 'EET' then 'Europe/Athens' when 'WET' then 'Europe/Lisbon' else 'Europe/Brussels' end
where upper(time_zone) in ('CET', 'EET', 'MET', 'WET');
alter table providers add constraint providers_time_zone_is_known
  check ((timestamptz 'epoch' at time zone time_zone) is not null and upper(time_zone) not in ('CET', 'EET', 'MET', 'WET'));

-- The worker finds out about everybody.
insert into calendar_changes (calendar_id) select id from calendars;
