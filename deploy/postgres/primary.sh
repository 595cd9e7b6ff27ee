#!/bin/bash
# Once, in a new primary: our role and database, and the account that the standby follows with.
set -euo pipefail
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" -v floor="$FLOOR_PASSWORD" -v follow="$REPLICATION_PASSWORD" <<'SQL'
CREATE ROLE watchfloor LOGIN PASSWORD :'floor';
CREATE DATABASE watchfloor OWNER watchfloor ENCODING 'UTF8' TEMPLATE template0;
CREATE ROLE standby LOGIN REPLICATION PASSWORD :'follow';
SQL
echo "host replication standby all scram-sha-256" >> "$PGDATA/pg_hba.conf"
# From the next start on a commit waits for the standby: what was acknowledged is on both.
echo "synchronous_standby_names = 'ANY 1 (*)'" >> "$PGDATA/postgresql.conf"
