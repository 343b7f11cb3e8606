drop table service_extras;
drop table services;
drop table categories;
drop table provider_members;
drop table providers;
