drop table booking_links;
alter table bookings drop constraint bookings_state_is_history;
drop table booking_events;
drop table bookings;
drop function check_booking_event();
drop table booking_transitions;
