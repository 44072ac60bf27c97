-- Stores what a response said of the account; what it left out stays known.
insert into quotas as known (
  source, credentials, package, service_ends_at, quota_limit, quota_remaining, quota_resets_at,
  window_limit, window_remaining, window_resets_at, account_seen_at)
values (
  :source, :credentials, :package, :service_ends_at, :quota_limit, :quota_remaining,
  :quota_resets_at, :window_limit, :window_remaining, :window_resets_at,
  case when :isAccountInfo then ledger_now() end)
on conflict on constraint quotas_pkey do update
set package = coalesce(excluded.package, known.package),
    service_ends_at = coalesce(excluded.service_ends_at, known.service_ends_at),
    quota_limit = coalesce(excluded.quota_limit, known.quota_limit),
    quota_remaining = coalesce(excluded.quota_remaining, known.quota_remaining),
    quota_resets_at = coalesce(excluded.quota_resets_at, known.quota_resets_at),
    window_limit = coalesce(excluded.window_limit, known.window_limit),
    window_remaining = coalesce(excluded.window_remaining, known.window_remaining),
    window_resets_at = coalesce(excluded.window_resets_at, known.window_resets_at),
    account_seen_at = coalesce(excluded.account_seen_at, known.account_seen_at),
    seen_at = excluded.seen_at
