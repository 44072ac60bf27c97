insert into dead_letters (topic, partition, record_offset, record_timestamp, key, value, headers,
                          reason, reason_code, detail)
values (:topic, :partition, :offset, :timestamp, :key, :value, :headers, :reason, :code, :detail)
on conflict do nothing
