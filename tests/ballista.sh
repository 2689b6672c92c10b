#!/usr/bin/env bash
# A Ballista cluster of real processes on this machine: tests/ballista.sh [RESPONSES]
#
# Figures of a made-up country by one executor and by two, each on a core of its own, against those of one process, every one
# to 1e-9, with times; an executor killed in the middle, all of them, none at all; then `minyi federate country --engine` on
# the demo's archive, in a folder and in a bucket. On demand: datafusion compiles for half an hour at first.
# MINYI_TOOLS, MINYI_BALLISTA, MINYI_COUNTRY and MINYI_E2E name a folder, and programs that are built already;
# MINYI_COUNTRY_DATA a folder in which the country stays.
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
cores=$(nproc)

answers() { # answers ADDRESS LOG
  for _ in $(seq 100); do
    curl -sf -o /dev/null "$1" && return
    sleep 0.1
  done
  cat "$2" >&2
  return 1
}
# An executor that is lost is missed after 20 s instead of 180; less, and one on a busy machine is taken for lost.
scheduler() {
  "$cluster" scheduler --bind-host 127.0.0.1 --external-host 127.0.0.1 --bind-port "$port" --log-level-setting warn \
    --executor-timeout-seconds 20 --expire-dead-executor-interval-seconds 1 --no-executors-grace-period-seconds 20 \
    2>"$home/scheduler.log" &
  running+=($!)
  answers "http://127.0.0.1:$port/healthz" "$home/scheduler.log"
}
executor() { # executor NUMBER: a core each, so that two are two machines
  local base=$((port + 10 * $1))
  mkdir -p "$home/work$1"
  taskset -c $((($1 - 1) % cores)) \
    "$cluster" executor --bind-host 127.0.0.1 --external-host 127.0.0.1 --scheduler-host 127.0.0.1 --scheduler-port "$port" \
    --bind-port "$base" --bind-grpc-port $((base + 1)) --bind-health-port $((base + 2)) --vcores 1 \
    --memory-pool-size 2GiB --scheduler-connect-timeout-seconds 30 --executor-heartbeat-interval-seconds 2 \
    --work-dir "$home/work$1" --log-level-setting warn 2>"$home/executor$1.log" &
  running+=($!)
  answers "http://127.0.0.1:$((base + 2))/readyz" "$home/executor$1.log"
}
sum() { "$cluster" sum --scheduler "127.0.0.1:$port" <"$home/job.json"; }
now() { date +%s.%N; }
seconds() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.2f", b - a }'; }
processor() { # the seconds that the running processes have had of it
  for id in "${running[@]}"; do cat "/proc/$id/stat"; done |
    awk -v hz="$(getconf CLK_TCK)" '{ used += $14 + $15 } END { printf "%.2f", used / hz }'
}
memory() { # the most that each of them has held
  for id in "${running[@]}"; do sed -n 's/^VmHWM:\s*\([0-9]*\) kB/\1/p' "/proc/$id/status"; done |
    awk '{ printf "%s%d", sep, $1 / 1024; sep = " + " }'
}
refused() { # refused WHAT WORDS: the sum that follows fails, and says so
  local begun
  begun=$(now)
  if "${@:3}" >"$home/refused.json" 2>"$home/refused.log"; then
    echo "$1: no error" >&2
    return 1
  fi
  grep -q "$2" "$home/refused.log" || { cat "$home/refused.log" >&2; return 1; }
  echo "$1: after $(seconds "$begun") s: $(grep -m 1 "$2" "$home/refused.log")"
}

data=${MINYI_COUNTRY_DATA:-$home/country}
$country "$responses" "$data"
counties=$(cd "$data/measures/round=2026" && ls -d county=* | sed 's/^county=\(.*\)$/"\1"/' | paste -sd,)
printf '{"from":"%s","round":"2026","counties":[%s],"perspectives":["persons"]}' "$data" "$counties" >"$home/job.json"
for executors in 1 2; do
  scheduler
  for number in $(seq "$executors"); do executor "$number"; done
  # The first one also opens files and connections.
  for run in 1 2 3; do
    begun=$(now)
    before=$(processor)
    sum >"$home/sums$executors.json"
    took=$(seconds "$begun")
    awk -v e="$executors" -v r="$run" -v n="$responses" -v t="$took" -v a="$before" -v b="$(processor)" -v m="$(memory)" \
      'BEGIN { printf "%d executor(s), run %d: %.2f s, %.2f million rows a second; %.2f s of processor time; most memory %s MB (scheduler + executors)\n", e, r, t, n / t / 1e6, b - a, m }'
  done
  stop
  $country "$responses" "$data" "$home/sums$executors.json" 2>&1 | tail -n 1
done

scheduler
refused "without executors" "no executor has joined" sum
executor 1
executor 2
victim=${running[-1]}
begun=$(now)
MINYI_BALLISTA_PATIENCE=120 sum >"$home/survived.json" 2>"$home/survived.log" &
summing=$!
sleep "$(awk -v t="$took" 'BEGIN { print t / 2 }')"
kill -0 "$summing" # it sums still
kill -KILL "$victim"
if wait "$summing"; then
  echo "an executor killed after half of the time: done by the other after $(seconds "$begun") s"
  $country "$responses" "$data" "$home/survived.json" 2>&1 | tail -n 1
else # in some moments Ballista does not notice
  grep -q "an executor may be lost" "$home/survived.log" || { cat "$home/survived.log" >&2; exit 1; }
  echo "an executor killed after half of the time: refused after $(seconds "$begun") s: $(cat "$home/survived.log")"
fi
kill_all() {
  sum &
  local summing=$!
  sleep "$(awk -v t="$took" 'BEGIN { print t / 2 }')"
  kill -KILL "${running[1]}"
  wait "$summing"
}
MINYI_BALLISTA_PATIENCE=120 refused "all executors killed" "lost" kill_all
stop
refused "without a scheduler" "refused" sum

export MINYI_BALLISTA_SCHEDULER=127.0.0.1:$port
demo() {
  if [ -n "${MINYI_E2E:-}" ]; then
    (cd tests && CARGO_MANIFEST_DIR="$PWD" "$MINYI_E2E" federation::a_cluster --ignored --nocapture)
  else
    cargo test --workspace --test e2e federation::a_cluster -- --ignored --nocapture
  fi
}
scheduler
executor 1
executor 2
demo
stop
# The same in a bucket, whose address and credentials each process has from its own environment.
mkfifo "$home/open"
"${MINYI_PYTHON:-tests/python/venv/bin/python}" tests/python/s3.py minyi <"$home/open" >"$home/bucket" 2>/dev/null &
exec 4>"$home/open"
for _ in $(seq 100); do [ -s "$home/bucket" ] && break; sleep 0.1; done
export AWS_ENDPOINT="http://127.0.0.1:$(cat "$home/bucket")" AWS_ALLOW_HTTP=true AWS_REGION=us-east-1
export AWS_ACCESS_KEY_ID=minyi AWS_SECRET_ACCESS_KEY=minyi MINYI_ARCHIVE_URL=s3://minyi/archive
scheduler
executor 1
executor 2
demo
