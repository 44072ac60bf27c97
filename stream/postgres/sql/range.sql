-- Appends of a partition commit in offset order: times ascend with offsets, but for clock steps.
select partition,
       coalesce(min(record_offset) filter
         (where :from::timestamptz is null or appended_at >= :from::timestamptz), 0) as first,
       coalesce(min(record_offset) filter
         (where appended_at >= :to::timestamptz), max(record_offset) + 1) as end
from stream_records
where topic = :topic
group by partition
having :from::timestamptz is null or max(appended_at) >= :from::timestamptz
order by partition
