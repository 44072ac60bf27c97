-- What the roles of the services may do, where the cluster has these roles (docs/deploy.md).
-- Runs after every migration, so that new tables are granted, too.
do $$
declare
  here constant text := quote_ident(current_schema());
begin
  -- Commands run this as the role that they connect with; only the owner may grant.
  if not pg_has_role((select relowner from pg_class where oid = 'knex_migrations'::regclass),
                     'usage') then
    return;
  end if;
  if exists (select from pg_roles where rolname = 'fx_rates_write') then
    execute format('grant usage on schema %s to fx_rates_write', here);
    execute format('grant select, insert, update, delete, truncate on all tables in schema %s '
                   'to fx_rates_write', here);
    execute 'revoke insert, update, delete, truncate on knex_migrations, knex_migrations_lock '
            'from fx_rates_write';
    -- To analyze what it has loaded.
    if current_setting('server_version_num')::int >= 170000 then
      execute format('grant maintain on all tables in schema %s to fx_rates_write', here);
    end if;
  end if;
  if exists (select from pg_roles where rolname = 'fx_rates_read') then
    execute format('grant usage on schema %s to fx_rates_read', here);
    execute format('grant select on all tables in schema %s to fx_rates_read', here);
    -- Its own heartbeat; manual runs, filed and expired; and dead letters to redrive or close.
    grant insert, update, delete on services to fx_rates_read;
    grant insert (source, trigger, currencies) on runs to fx_rates_read;
    grant update (state, ended_at, failure_code, failure_detail, error) on runs to fx_rates_read;
    grant update (state, closed_at, redrive_asked_at, redrive_error, redrive_error_code)
      on dead_letters to fx_rates_read;
  end if;
end $$
