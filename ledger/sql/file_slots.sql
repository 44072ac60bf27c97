-- Files slots, each once: due, or skipped with the reason.
insert into runs (source, trigger, slot, state, currencies, failure_code, failure_detail, error,
                  skipped_to, skipped_count, ended_at)
select :source, trigger, slot, case when "failureCode" is null then 'due' else 'skipped' end,
       :currencies, "failureCode", "failureDetail"::jsonb, error, skipped_to, skipped_count,
       case when "failureCode" is not null then ledger_now() end
from jsonb_to_recordset(:slots::jsonb) as s (
       trigger text, slot timestamptz, "failureCode" text, "failureDetail" text, error text,
       skipped_to timestamptz, skipped_count int)
on conflict on constraint runs_one_per_slot do nothing
