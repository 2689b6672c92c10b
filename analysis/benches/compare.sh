#!/usr/bin/env bash
# Times `analysis` beside R's survey (Debian), svy and Meta's balance (PyPI) on one file, and compares the figures.
#
# Usage: analysis/benches/compare.sh [ROWS]     (default 1000000; R takes about two minutes for a million)
# Installs the peers: Debian packages as root, Python packages into target/bench/. Not part of the tests.
set -euo pipefail
cd "$(dirname "$0")/../.."
rows=${1:-1000000}
peers=analysis/benches/peers
out=target/bench
mkdir -p "$out"

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
if ! Rscript -e 'quit(status = !all(c("survey", "data.table") %in% rownames(installed.packages())))' 2>/dev/null \
  || ! [ -x /usr/bin/time ]; then
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    r-base-core r-cran-survey r-cran-data.table time python3-venv
fi
# Two environments: balance and svy want different versions of numpy.
[ -d "$out/svy" ] || { python3 -m venv "$out/svy" && "$out/svy/bin/pip" -q install svy polars; }
[ -d "$out/balance" ] || { python3 -m venv "$out/balance" && "$out/balance/bin/pip" -q install --only-binary :all: balance; }

cargo build --release -q -p analysis --examples
[ -f "$out/$rows.parquet" ] || target/release/examples/bench_data "$rows" "$out/$rows.parquet" "$out/$rows.csv"

items=$(seq -f '"q%g"' -s, 12)
cat > "$out/request.json" <<JSON
{ "data": "$rows.parquet", "design": { "ids": ["psu"], "strata": ["stratum"], "weights": "w" },
  "estimates": [ { "stat": "mean", "of": [$items] }, { "stat": "mean", "of": [$items], "by": ["township"] },
                 { "stat": "proportion", "of": ["q1", "q2", "q3"] } ] }
JSON

timed() { /usr/bin/time -f '  %e s in all, %M KiB at most' "$@"; }
echo "analysis"
for _ in 1 2 3; do timed target/release/examples/estimate "$out/request.json" > "$out/ours.json"; done
echo "a bare polars scan and group-by of the same sums (best of five, inside Python)"
"$out/svy/bin/python" $peers/polars_peer.py "$out/$rows.parquet"
"$out/svy/bin/python" $peers/polars_peer.py "$out/$rows.parquet" streaming
echo "svy"
timed "$out/svy/bin/python" $peers/svy_peer.py "$out/$rows.parquet" "$out/svy.csv"
python3 $peers/figures.py "$out/ours.json" "$out/svy.csv"
echo "R survey"
timed Rscript $peers/survey.R "$out/$rows.csv" "$out/survey.csv"
python3 $peers/figures.py "$out/ours.json" "$out/survey.csv"
echo "raking on four margins"
timed target/release/examples/rake "$out/$rows.parquet" "$out/totals.json"
timed "$out/balance/bin/python" $peers/balance_peer.py "$out/$rows.csv" "$out/totals.json"
