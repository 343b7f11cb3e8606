-- The name of an account stands in mails, in calendars and on receipts. What is longer was typed by nobody for their name.
update users set name = left(name, 120) where length(name) > 120;
alter table users add constraint users_name_check check (length(name) <= 120);
