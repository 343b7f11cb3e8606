alter table providers drop column bank_payout_failed_at, drop column bank_payout_failure;
drop table connect_states;
