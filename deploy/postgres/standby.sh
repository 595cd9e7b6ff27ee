#!/bin/bash
# A copy of the primary the first time, then a standby that follows it. docs/how-to/grow.md says how it is promoted.
set -euo pipefail
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  mkdir -p "$PGDATA"
  pg_basebackup -D "$PGDATA" -d "host=primary user=standby application_name=standby" -R -X stream -c fast
fi
chmod 0700 "$PGDATA"
exec postgres -D "$PGDATA" -c max_connections=400
