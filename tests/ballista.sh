#!/usr/bin/env bash
# A Ballista cluster of real processes on this machine: tests/ballista.sh [RESPONSES]
#
# Figures of a made-up country by one executor and by two against those of one process, every one to 1e-9, with times; then
# `minyi federate country --engine` on the demo's archive. On demand: datafusion compiles for half an hour at first.
# MINYI_TOOLS, MINYI_BALLISTA, MINYI_COUNTRY and MINYI_E2E name a folder, and programs that are built already.
set -euo pipefail
cd "$(dirname "$0")/.."
responses=${1:-1000000}
tools=${MINYI_TOOLS:-target/tools}
cluster=${MINYI_BALLISTA:-}
if [ -z "$cluster" ]; then
  cargo install --path analysis/ballista --locked --root "$tools"
  cluster=$PWD/$tools/bin/minyi-ballista
fi
export MINYI_BALLISTA=$cluster
country=${MINYI_COUNTRY:-}
[ -n "$country" ] || country="cargo run --quiet --release --package analysis --example country --"

home=$(mktemp -d)
running=()
stop() { # by their ids, and waits for them
  for id in "${running[@]}"; do kill "$id" 2>/dev/null || true; done
  for id in "${running[@]}"; do wait "$id" 2>/dev/null || true; done
  running=()
}
trap 'stop; rm -rf "$home"' EXIT
port=${MINYI_BALLISTA_PORT:-18050}

scheduler() {
  "$cluster" scheduler --bind-host 127.0.0.1 --external-host 127.0.0.1 --bind-port "$port" --log-level-setting warn \
    2>"$home/scheduler.log" &
  running+=($!)
  for _ in $(seq 100); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return
    sleep 0.1
  done
  cat "$home/scheduler.log" >&2
  return 1
}
executor() { # executor NUMBER: one core each, so that two are two machines
  local base=$((port + 10 * $1))
  mkdir -p "$home/work$1"
  "$cluster" executor --bind-host 127.0.0.1 --external-host 127.0.0.1 --scheduler-host 127.0.0.1 --scheduler-port "$port" \
    --bind-port "$base" --bind-grpc-port $((base + 1)) --bind-health-port $((base + 2)) --vcores 1 \
    --memory-pool-size 2GiB --scheduler-connect-timeout-seconds 30 --work-dir "$home/work$1" --log-level-setting warn \
    2>"$home/executor$1.log" &
  running+=($!)
  for _ in $(seq 100); do
    curl -sf -o /dev/null "http://127.0.0.1:$((base + 2))/readyz" && return
    sleep 0.1
  done
  cat "$home/executor$1.log" >&2
  return 1
}

data=${MINYI_COUNTRY_DATA:-$home/country}
$country "$responses" "$data"
job="$home/job.json"
counties=$(cd "$data/measures/round=2026" && ls -d county=* | sed 's/^county=\(.*\)$/"\1"/' | paste -sd,)
printf '{"from":"%s","round":"2026","counties":[%s],"perspectives":["persons"]}' "$data" "$counties" >"$job"
for executors in 1 2; do
  scheduler
  for number in $(seq "$executors"); do executor "$number"; done
  # The first job also opens files and connections.
  for run in 1 2 3; do
    begun=$(date +%s.%N)
    "$cluster" sum --scheduler "127.0.0.1:$port" <"$job" >"$home/sums$executors.json"
    ended=$(date +%s.%N)
    memory=$(for id in "${running[@]}"; do sed -n 's/^VmHWM:\s*\([0-9]*\) kB/\1/p' "/proc/$id/status"; done | paste -sd' ')
    awk -v e="$executors" -v r="$run" -v n="$responses" -v a="$begun" -v b="$ended" -v m="$memory" \
      'BEGIN { split(m, kb, " "); printf "%d executor(s), run %d: %.2f s, %.2f million rows a second; most memory of scheduler and executors:", e, r, b - a, n / (b - a) / 1e6
        for (i = 1; i in kb; i++) printf " %d", kb[i] / 1024; print " MB" }'
  done
  stop
  $country "$responses" "$data" "$home/sums$executors.json" 2>&1 | tail -n 1
done

scheduler
executor 1
executor 2
export MINYI_BALLISTA_SCHEDULER=127.0.0.1:$port
if [ -n "${MINYI_E2E:-}" ]; then
  (cd tests && CARGO_MANIFEST_DIR="$PWD" "$MINYI_E2E" federation::a_cluster --ignored --nocapture)
else
  cargo test --workspace --test e2e federation::a_cluster -- --ignored --nocapture
fi
