create table reviews (
  id uuid primary key,
  -- The completed booking it speaks of, or where it was imported from together with the provider.
  booking_id uuid unique references bookings,
  imported_from text,
  provider_id uuid not null references providers,
  service_id uuid references services,
  author_id uuid references users,
  author_name text not null,
  rating smallint not null check (rating between 1 and 5),
  body text not null default '' check (length(body) <= 2000),
  reply text check (length(reply) <= 2000),
  replied_at timestamptz,
  status text not null default 'published' check (status in ('published', 'hidden')),
  moderation_reason text,
  created_at timestamptz not null,
  check ((booking_id is null) = (imported_from is not null)),
  check ((reply is null) = (replied_at is null)),
  check (status <> 'hidden' or moderation_reason is not null)
);
create index reviews_provider_id on reviews (provider_id, created_at desc, id) where status = 'published';

grant select, insert, update on reviews to ecosystem_app;
