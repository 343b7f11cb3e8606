drop function refuse_change();
drop extension unaccent;
drop extension pg_trgm;
drop extension citext;
drop extension btree_gist;
revoke usage on schema public from ecosystem_app;
-- The role stays: it belongs to the cluster and other databases may use it.
