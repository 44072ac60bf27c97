-- Runs, newest first, after the run (:askedAt, :runId) of the page before.
select run_id, source, answered_by, trigger, slot, first_day, last_day, state,
       state = 'confirmed' and cardinality(missing) > 0 as partial, missing, currencies,
       error as reason, failure_code, failure_detail, outcome, dead_letter_id,
       attempts, publishes, cost, package, asked_at,
       case when state in ('due', 'retrying') then next_attempt_at end as next_attempt_at,
       claimed_at, fetched_at, published_at, ended_at, skipped_to, skipped_count
from runs
where (:source::text is null or source = :source)
  and (:askedAt::timestamptz is null
    or (asked_at, run_id) < (:askedAt::timestamptz, :runId::uuid))
order by asked_at desc, run_id desc
limit :limit
