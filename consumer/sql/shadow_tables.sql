-- Copies of the tables that only this session sees, until it rolls back. Postgres searches
-- temporary tables first, so the same statements find the copies.
do $$
declare
  name text;
begin
  foreach name in array array['rate_observations', 'daily_rates', 'second_rates',
                             'dead_letters'] loop
    execute format('create temporary table %1$I (like %2$I.%1$I including all) on commit drop',
                   name, current_schema());
    execute format('insert into pg_temp.%1$I overriding system value select * from %2$I.%1$I',
                   name, current_schema());
  end loop;
end $$
