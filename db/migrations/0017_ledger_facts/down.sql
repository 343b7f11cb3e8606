alter table ledger_transfers drop column facts;
