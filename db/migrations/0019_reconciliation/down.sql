drop table reconciliation_differences;
drop table reconciliation_runs;
drop table balance_transactions;
