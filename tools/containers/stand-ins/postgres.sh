#!/bin/bash
# What the official image's entrypoint does for our compose files: a database on the first start,
# a password from a value or a file, and the scripts of /docker-entrypoint-initdb.d.
set -euo pipefail
data=/var/lib/postgresql/18/docker
bin=/usr/lib/postgresql/18/bin
if [ -n "${POSTGRES_PASSWORD:-}" ] && [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then
  echo 'both POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE are set' >&2
  exit 1
fi
if [ "$(id -u)" = 0 ]; then
  chown postgres:postgres /var/lib/postgresql
  exec setpriv --reuid=postgres --regid=postgres --clear-groups "$0" "$@"
fi
if [ ! -s "$data/PG_VERSION" ]; then
  mkdir -p -m 700 "$data"
  secret=$(mktemp)
  printf %s "${POSTGRES_PASSWORD:-$(cat "$POSTGRES_PASSWORD_FILE")}" >"$secret"
  "$bin/initdb" -D "$data" -U "$POSTGRES_USER" --pwfile="$secret" \
    --auth-local=trust --auth-host=scram-sha-256
  rm "$secret"
  echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
  "$bin/pg_ctl" -D "$data" -o "-c listen_addresses='' -k /tmp" -w start
  export PGHOST=/tmp PGUSER=$POSTGRES_USER
  psql -d postgres -c "create database \"$POSTGRES_DB\""
  for script in /docker-entrypoint-initdb.d/*; do
    case $script in
      *.sh) . "$script" ;;
      *.sql) psql -v ON_ERROR_STOP=1 -d "$POSTGRES_DB" -f "$script" ;;
    esac
  done
  "$bin/pg_ctl" -D "$data" -w -m fast stop
fi
exec "$bin/postgres" -D "$data" -c listen_addresses='*' -k /tmp
