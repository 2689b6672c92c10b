#!/bin/sh
# The archive's test against a server that speaks S3 and checks signatures (s3s-fs from crates.io), on this machine alone.
# On demand: building the server takes some minutes. CI runs the same test on moto's server.
# MINYI_TOOLS and MINYI_E2E name a folder, and the test's program, that are there already.
set -eu
cd "$(dirname "$0")/.."
tools="${MINYI_TOOLS:-target/tools}"
# Newer ones need a newer Rust.
[ -x "$tools/bin/s3s-fs" ] || cargo install s3s-fs --version 0.14.1 --locked --features binary --root "$tools"
home="$(mktemp -d)"
port="${MINYI_S3_PORT:-18014}"
mkdir "$home/minyi"
"$tools/bin/s3s-fs" --access-key minyi-test --secret-key minyi-test-secret --host 127.0.0.1 --port "$port" "$home" >"$home.log" 2>&1 &
server=$!
trap 'kill $server; rm -rf "$home" "$home.log"' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10; do
    curl -s -o /dev/null "http://127.0.0.1:$port/" && break
    sleep 0.3
done
export AWS_ACCESS_KEY_ID=minyi-test AWS_SECRET_ACCESS_KEY=minyi-test-secret AWS_REGION=us-east-1
export AWS_ENDPOINT="http://127.0.0.1:$port" AWS_ALLOW_HTTP=true MINYI_ARCHIVE_URL=s3://minyi/archive
if [ -n "${MINYI_E2E:-}" ]; then
    (cd tests && CARGO_MANIFEST_DIR="$PWD" "$MINYI_E2E" federation::an_archive --nocapture)
else
    cargo test --workspace --test e2e federation::an_archive -- --nocapture
fi
