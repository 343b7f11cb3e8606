create table providers (
  id uuid primary key,
  slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  status text not null default 'draft' check (status in ('draft', 'in_review', 'live', 'paused', 'suspended')),
  status_reason text,
  name text not null check (length(name) between 1 and 120),
  headline text not null default '' check (length(headline) <= 160),
  description text not null default '' check (length(description) <= 4000),
  time_zone text not null,
  currency char(3) not null check (currency ~ '^[A-Z]{3}$'),
  address_line text not null default '',
  city text not null default '',
  region text not null default '',
  postal_code text not null default '',
  country char(2) not null check (country ~ '^[A-Z]{2}$'),
  latitude double precision check (latitude between -90 and 90),
  longitude double precision check (longitude between -180 and 180),
  contact_email citext,
  contact_phone text,
  photos text[] not null default '{}',
  -- The provider's Stripe account and what Stripe last said of it. A provider can be booked only while it can be paid.
  payout_account_id text unique,
  payout_account_ready boolean not null default false,
  payout_account_requirements text[] not null default '{}',
  payout_account_checked_at timestamptz,
  rating_sum integer not null default 0 check (rating_sum >= 0),
  rating_count integer not null default 0 check (rating_count >= 0),
  -- Where an imported provider came from, so that importing the same file again changes it and does not double it.
  import_source text,
  import_key text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((latitude is null) = (longitude is null)),
  check ((import_source is null) = (import_key is null)),
  unique (import_source, import_key)
);
create index providers_place on providers using gist (point(longitude, latitude)) where status = 'live';
create index providers_city on providers (lower(city), country) where status = 'live';
create index providers_name_trgm on providers using gin (name gin_trgm_ops);

create table provider_members (
  provider_id uuid not null references providers on delete cascade,
  user_id uuid not null references users on delete cascade,
  role text not null check (role in ('owner', 'staff')),
  created_at timestamptz not null,
  primary key (provider_id, user_id)
);
create index provider_members_user_id on provider_members (user_id);

-- Three levels: 'wellness' > 'massage' > 'deep-tissue'. path repeats the ancestors so that one filter takes a whole branch.
create table categories (
  id text primary key check (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  parent_id text references categories,
  name text not null,
  path text[] not null check (cardinality(path) between 1 and 3 and path[cardinality(path)] = id),
  position integer not null default 0
);
create index categories_parent_id on categories (parent_id);

create table services (
  id uuid primary key,
  provider_id uuid not null references providers on delete cascade,
  category_id text not null references categories,
  name text not null check (length(name) between 1 and 120),
  description text not null default '' check (length(description) <= 2000),
  duration_minutes integer not null check (duration_minutes between 5 and 1440),
  buffer_before_minutes integer not null default 0 check (buffer_before_minutes between 0 and 480),
  buffer_after_minutes integer not null default 0 check (buffer_after_minutes between 0 and 480),
  step_minutes integer not null default 15 check (step_minutes between 5 and 1440),
  minimum_notice_minutes integer not null default 120 check (minimum_notice_minutes between 0 and 43200),
  horizon_days integer not null default 60 check (horizon_days between 1 and 365),
  capacity integer not null default 1 check (capacity between 1 and 500),
  booking_mode text not null check (booking_mode in ('instant', 'request')),
  cancellation_policy text not null check (cancellation_policy in ('flexible', 'moderate', 'strict', 'non_refundable')),
  location_kind text not null default 'on_site' check (location_kind in ('on_site', 'online')),
  price_minor bigint not null check (price_minor > 0),
  currency char(3) not null,
  active boolean not null default true,
  position integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index services_provider_id on services (provider_id, position);
create index services_category_id on services (category_id) where active;
create index services_name_trgm on services using gin (name gin_trgm_ops);

create table service_extras (
  id uuid primary key,
  service_id uuid not null references services on delete cascade,
  name text not null check (length(name) between 1 and 120),
  price_minor bigint not null check (price_minor >= 0),
  extra_minutes integer not null default 0 check (extra_minutes between 0 and 480),
  active boolean not null default true,
  position integer not null default 0
);
create index service_extras_service_id on service_extras (service_id, position);

grant select, insert, update on providers, services to ecosystem_app;
grant select, insert, update, delete on provider_members, service_extras to ecosystem_app;
grant select, insert, update on categories to ecosystem_app;
