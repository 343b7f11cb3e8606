-- A provider sells in one currency, and so does each of their services: a price read in another one would be another price.
alter table providers add constraint providers_id_currency_key unique (id, currency);
alter table services add constraint services_currency_of_provider
  foreign key (provider_id, currency) references providers (id, currency);
