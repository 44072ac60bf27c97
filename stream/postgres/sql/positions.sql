select p.partition,
       coalesce((select min(r.record_offset) from stream_records r
                 where r.topic = p.topic and r.partition = p.partition), p.next_offset) as low,
       p.next_offset as high,
       g.next_offset as committed
from stream_partitions p
left join stream_group_offsets g
  on g.topic = p.topic and g.partition = p.partition and g.consumer_group = :group
where p.topic = :topic
order by p.partition
