-- The application's own role. It owns nothing: tables belong to the migrating role, and this one is granted what it needs,
-- which for the history of money and of bookings is INSERT and SELECT only. Its password is set by the operator or by
-- `npm start`, never by a migration.
do $$
begin
  if not exists (select from pg_roles where rolname = 'ecosystem_app') then
    create role ecosystem_app login;
  end if;
exception when duplicate_object or unique_violation then
  null; -- roles belong to the cluster: another database's migration created it at the same moment
end
$$;

grant usage on schema public to ecosystem_app;

create extension if not exists btree_gist;
create extension if not exists citext;
create extension if not exists pg_trgm;
create extension if not exists unaccent;

-- Raised by the triggers of append-only tables.
create function refuse_change() returns trigger
language plpgsql as $$
begin
  raise exception '% is append-only: correct it with a new row', tg_table_name using errcode = 'integrity_constraint_violation';
end
$$;
