drop table ledger_transfers;
drop table ledger_accounts;
drop function check_ledger_currency();
