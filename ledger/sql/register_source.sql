-- Adds a source that is new, after those of its kind; what is known of it stays up to date.
insert into sources (name, title, bills, simulated, rank)
select :name, :title, :bills, :simulated,
       coalesce(max(rank), 0) + case when :simulated then 1 else 10 end
from sources
where simulated = :simulated and rank <> 900
on conflict on constraint sources_pkey do update
set title = excluded.title, bills = excluded.bills, simulated = excluded.simulated
