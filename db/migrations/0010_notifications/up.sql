-- One row per message that somebody must get; written by the subscriber of the event, sent by a job, once.
create table mails (
  id uuid primary key,
  dedupe_key text not null unique, -- event id, template and recipient: one fact promises one mail
  template text not null,
  booking_id uuid references bookings,
  provider_id uuid references providers,
  recipient_kind text not null check (recipient_kind in ('customer', 'guest', 'provider', 'operator')),
  recipient_email citext not null,
  recipient_user_id uuid references users,
  facts jsonb not null, -- what the template needs beyond the booking
  subject text,
  html text,
  plain_text text,
  calendar text, -- the .ics sent with it
  status text not null default 'queued' check (status in ('queued', 'sent', 'failed', 'suppressed')),
  attempts integer not null default 0,
  last_error text,
  provider_message_id text,
  created_at timestamptz not null,
  sent_at timestamptz
);
create index mails_booking_id on mails (booking_id);
create index mails_recipient_user_id on mails (recipient_user_id, created_at desc);
create index mails_queued on mails (created_at) where status = 'queued';

create table reminders (
  booking_id uuid not null references bookings,
  kind text not null check (kind in ('starts_in_24_hours', 'starts_in_2_hours', 'review_ask')),
  due_at timestamptz,
  sent_at timestamptz,
  primary key (booking_id, kind)
);
create index reminders_due_at on reminders (due_at) where due_at is not null;

-- What the mailbox page shows: the delivery end of the embedded mailer.
create table mailbox_messages (
  id uuid primary key, -- the mail's idempotency key: delivering twice shows once
  sender text not null,
  recipient citext not null,
  subject text not null,
  html text not null,
  plain_text text not null,
  calendar text,
  delivered_at timestamptz not null
);
create index mailbox_messages_delivered_at on mailbox_messages (delivered_at desc, id);

grant select, insert, update on mails, reminders to ecosystem_app;
grant select, insert on mailbox_messages to ecosystem_app;
