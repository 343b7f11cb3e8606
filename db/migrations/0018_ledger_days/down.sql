drop function seal_ledger_day(date, timestamptz);
drop trigger ledger_transfers_sealed on ledger_transfers;
drop function refuse_sealed_day();
drop index ledger_transfers_recorded_at;
drop index ledger_transfers_external_id;
drop table ledger_days;
