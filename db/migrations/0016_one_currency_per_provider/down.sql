alter table services drop constraint services_currency_of_provider;
alter table providers drop constraint providers_id_currency_key;
