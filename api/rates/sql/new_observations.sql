-- Observations stored after a position. Sequence numbers become visible out of order, so only
-- rows older than every open transaction are read: nothing can come before them any more. In the
-- order of the column itself: as text, transaction 100 would come before 99.
select event_id, run_id, source, base, quote, rate, inverse, rate_date, observed_at, fetched_at,
       stored_at, stored_by::text as stored_by, seq
from observations o
where (stored_by, seq) > (:storedBy::xid8, :seq::bigint)
  and stored_by < pg_snapshot_xmin(pg_current_snapshot())
order by o.stored_by, seq
limit :limit
