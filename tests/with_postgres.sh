#!/usr/bin/env bash
# Runs a command beside a PostgreSQL of its own, whose URL without a database is in MINYI_TEST_POSTGRES: unit tests that
# make a database each run on it then instead of on SQLite.
set -euo pipefail

bin=$(dirname "$(ls -d /usr/lib/postgresql/*/bin/initdb | sort -V | tail -1)")
dir=$(mktemp -d /tmp/minyi-unit-pg-XXXXXX)
# PostgreSQL does not run as root.
owner() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
if [ "$(id -u)" = 0 ]; then chown postgres "$dir"; fi
stop() {
  owner "$bin/pg_ctl" -s -D "$dir/data" -m immediate stop || true
  rm -rf "$dir"
}
trap stop EXIT
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
owner "$bin/initdb" -D "$dir/data" --auth=trust --username=minyi --encoding=UTF8 --locale=C.UTF-8 >/dev/null
# Nothing here has to survive: without fsync a database is made in a tenth of the time.
owner "$bin/pg_ctl" -s -w -D "$dir/data" -l "$dir/log" start \
  -o "-p $port -c listen_addresses=127.0.0.1 -k $dir -c fsync=off -c full_page_writes=off -c max_connections=300"
MINYI_TEST_POSTGRES="postgres://minyi@127.0.0.1:$port" "$@"
