#!/usr/bin/env bash
# Hostile bytes by libFuzzer, guided by coverage: tests/fuzz/run.sh TARGET [SECONDS]; without a target, all in turn.
#
# Needs Rust's nightly toolchain (rustup toolchain install nightly); cargo-fuzz is installed here. What is found worth
# keeping stays in tests/fuzz/corpus, what breaks a rule in tests/fuzz/artifacts: make a test of it.
set -euo pipefail
cd "$(dirname "$0")"
seconds=${2:-300}
targets=(${1:-workbook parts tables expression answers media submission})
command -v cargo-fuzz >/dev/null || cargo install --locked cargo-fuzz
for target in "${targets[@]}"; do
  mkdir -p "corpus/$target"
  echo "$target, $seconds s"
  cargo +nightly fuzz run --fuzz-dir . "$target" "corpus/$target" "seeds/$target" -- \
    -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1
done
