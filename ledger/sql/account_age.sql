-- Whether account_info was not called within the last :hours hours.
select not exists (
  select from quotas
  where source = :source and credentials = :credentials
    and account_seen_at > ledger_now() - :hours::int * interval '1 hour'
) as is_stale
