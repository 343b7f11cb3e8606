alter table bookings rename constraint bookings_seat_exists to bookings_check3;
drop trigger bookings_go_forward on bookings;
drop function refuse_older_event();
create or replace function check_booking_event() returns trigger language plpgsql as $$
begin
  if not exists (select from booking_transitions t where t.transition = new.transition
                 and t.from_state is not distinct from new.from_state and t.to_state = new.to_state) then
    raise exception 'no transition % from % to %', new.transition, new.from_state, new.to_state using errcode = 'check_violation';
  end if;
  return new;
end
$$;
