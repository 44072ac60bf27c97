-- Only forward: a member that comes late with an old batch must not move the group back. Without a
-- wait for the disk: an offset that a crash of the machine undoes repeats rows that exist already.
with unhurried as (select set_config('synchronous_commit', 'off', true))
insert into stream_group_offsets (consumer_group, topic, partition, next_offset)
select :group, :topic, :partition::int, :offset::bigint + 1 from unhurried
on conflict on constraint stream_group_offsets_pkey do update
  set next_offset = greatest(stream_group_offsets.next_offset, excluded.next_offset)
