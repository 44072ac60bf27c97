-- Takes the next offsets of every partition that it writes to, in partition order so that two
-- appends cannot deadlock, and stores the records under them. The row locks last until commit, so
-- offsets become visible in order and without gaps.
with targets as materialized (
  select partition, next_offset from stream_partitions
  where topic = :topic
  order by partition
  for update
), incoming as (
  select r.key, r.value, r.headers::jsonb as headers, r.position,
         (r.hash % nullif((select count(*) from targets), 0))::int as partition
  from unnest(:keys::bytea[], :values::bytea[], :headers::text[], :hashes::bigint[])
       with ordinality as r (key, value, headers, hash, position)
), numbered as (
  select i.*, t.next_offset - 1
         + row_number() over (partition by i.partition order by i.position) as record_offset
  from incoming i
  join targets t using (partition)
), stored as (
  insert into stream_records (topic, partition, record_offset, key, value, headers)
  select :topic, partition, record_offset, key, value, headers from numbered
  returning partition, record_offset
), moved as (
  update stream_partitions p set next_offset = s.last + 1
  from (select partition, max(record_offset) as last from numbered group by partition) s
  where p.topic = :topic and p.partition = s.partition
)
select partition, min(record_offset) as first, max(record_offset) as last,
       announce('stream', :topic)::text as announced
from stored
group by partition
order by partition
