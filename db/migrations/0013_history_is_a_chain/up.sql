-- An event goes on from the one before it, and the booking never steps back to an older one: no role can take a booking out
-- of a state that the lifecycle does not let it leave.
create or replace function check_booking_event() returns trigger language plpgsql as $$
begin
  if not exists (select from booking_transitions t where t.transition = new.transition
                 and t.from_state is not distinct from new.from_state and t.to_state = new.to_state) then
    raise exception 'no transition % from % to %', new.transition, new.from_state, new.to_state using errcode = 'check_violation';
  end if;
  if new.from_state is distinct from
     (select e.to_state from booking_events e where e.booking_id = new.booking_id and e.sequence = new.sequence - 1) then
    raise exception 'event % of booking % does not go on from the one before', new.sequence, new.booking_id using errcode = 'check_violation';
  end if;
  return new;
end
$$;

create function refuse_older_event() returns trigger language plpgsql as $$
begin
  raise exception 'booking % does not go back to an older event', new.id using errcode = 'check_violation';
end
$$;
create trigger bookings_go_forward before update on bookings for each row
  when (new.event_count < old.event_count) execute function refuse_older_event();

-- The application reads this name: it is how a full session says no.
alter table bookings rename constraint bookings_check3 to bookings_seat_exists;
