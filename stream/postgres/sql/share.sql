-- The partitions of a topic, and how many members the group has by their shared advisory locks.
select partition, (
         select count(*) from pg_locks
         where locktype = 'advisory' and mode = 'ShareLock' and granted and objsubid = 2
           and database = (select oid from pg_database where datname = current_database())
           and classid = lock_key($1)::oid and objid = hashtext($2)::oid
       )::int as members
from stream_partitions
where topic = $3
order by partition
