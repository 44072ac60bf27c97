-- The next batch of each partition, from an offset or from where the group continues. A batch ends
-- after 500 records or 1 MiB, about the size that handlers see from Kafka.
select partition, record_offset, appended_at, key, value, headers
from (
  select owned.partition, coalesce(:from::bigint, g.next_offset, 0) as next_offset
  from unnest(:partitions::int[]) as owned (partition)
  left join stream_group_offsets g
    on g.consumer_group = :group and g.topic = :topic and g.partition = owned.partition
) place
cross join lateral (
  select *, sum(coalesce(length(value), 0)) over (order by record_offset)
            - coalesce(length(value), 0) as bytes_before
  from (
    select record_offset, appended_at, key, value, headers
    from stream_records r
    where r.topic = :topic and r.partition = place.partition
      and r.record_offset >= place.next_offset
    order by r.record_offset
    limit 500
  ) ahead
) sized
where bytes_before < 1048576
order by partition, record_offset
