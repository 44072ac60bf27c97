-- What the provider last said of the account.
select package, service_ends_at, quota_limit, quota_remaining, quota_resets_at,
       window_limit, window_remaining, window_resets_at, seen_at
from quotas
where source = :source and credentials = :credentials
