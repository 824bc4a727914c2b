#!/bin/sh
# Creates or updates Temporal's two databases; safe to run again.
set -eu

tool() {
  temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_SEEDS" -u "$POSTGRES_USER" -p "$DB_PORT" --pw "$POSTGRES_PWD" "$@"
}

for pair in temporal:temporal temporal_visibility:visibility; do
  database=${pair%%:*}
  schema=/etc/temporal/schema/postgresql/v12/${pair##*:}/versioned
  # Creating fails when it is there already, which the update below tells apart from a real fault.
  tool --db "$database" create || true
  tool --db "$database" setup-schema -v 0.0
  tool --db "$database" update-schema -d "$schema"
done
