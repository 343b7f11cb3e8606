alter table providers drop column payout_account_reads;
