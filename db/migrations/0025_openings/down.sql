alter table providers drop constraint providers_time_zone_is_known;
drop trigger providers_moved on providers;
drop trigger services_added on services;
drop trigger services_changed on services;
do $$
declare
  watched text;
  event text;
begin
  foreach watched in array array['opening_rules', 'date_overrides', 'time_off', 'busy_times'] loop
    foreach event in array array['_added', '_changed', '_removed'] loop
      execute format('drop trigger %I on %I', watched || event, watched);
    end loop;
  end loop;
end
$$;
drop trigger bookings_move_time on bookings;
drop function mark_booked_time, mark_calendars, mark_calendars_of_providers, mark_calendar_of_provider;
drop table calendar_changes;
drop table service_openings;
