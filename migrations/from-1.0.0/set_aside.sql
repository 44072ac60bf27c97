-- Copies the tables of release 1.0.0 to temporary ones and drops them, so that the migrations can
-- create theirs. carry_over.sql puts the rows back. Heartbeats and the allocation are computed.

-- All locks come first: what a running program commits between a copy and the drop would be lost.
set local lock_timeout = '30s';
lock table rate_observations, daily_rates, stream_partitions, stream_records, stream_group_offsets,
           dead_letters, backfills, runs, breakers, xe_quota, loan_book, rejected_rows, borrowers,
           loans, payment_schedule, loan_payments, branches, loan_branches, borrower_names,
           allocated_instalments, services
  in access exclusive mode;

do $$
declare
  name text;
begin
  foreach name in array array[
    'rate_observations', 'daily_rates', 'stream_partitions', 'stream_records',
    'stream_group_offsets', 'dead_letters', 'backfills', 'runs', 'breakers', 'xe_quota',
    'loan_book', 'rejected_rows', 'borrowers', 'loans', 'payment_schedule', 'loan_payments',
    'branches', 'loan_branches', 'borrower_names'
  ] loop
    execute format('create temporary table old_%1$I on commit drop as select * from %2$I.%1$I',
                   name, current_schema());
  end loop;
end $$;

drop view allocation;
drop view observations;
drop view rate_pairs;
drop view rates;
drop table rate_observations, daily_rates, stream_partitions, stream_records, stream_group_offsets,
           dead_letters, backfills, runs, breakers, xe_quota, loan_book, rejected_rows, borrowers,
           loans, payment_schedule, loan_payments, branches, loan_branches, borrower_names,
           allocated_instalments, services;
drop function keep_allocation(), announce_rates(), announce_run(), ledger_now();
