#!/usr/bin/env bash
# Installs what the tests need, then runs all of them. The README's second command, and all that CI runs.
#
# Needs: Debian (apt-get, as root or with sudo) and Rust. Everything else is installed here.
set -euo pipefail
cd "$(dirname "$0")/.."

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

packages=()
need() { # need PATH_OR_COMMAND PACKAGE...
  local what=$1; shift
  if [ "${what#/}" != "$what" ]; then compgen -G "$what" >/dev/null && return; else command -v "$what" >/dev/null && return; fi
  packages+=("$@")
}
need cc build-essential
need '/usr/lib/postgresql/*/bin/initdb' postgresql
need /usr/bin/chromium chromium
need /usr/sbin/haproxy haproxy
need node nodejs
need npm npm
need python3 python3
python3 -c 'import ensurepip' 2>/dev/null || packages+=(python3-venv)
need openssl openssl
need pdftotext poppler-utils
# For ODK Validate, which comes with pyxform.
need java default-jre-headless
# Only for the browser's pictures: the pages use the phone's own fonts, and a bare machine has none for Chinese.
need '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc' fonts-noto-cjk
if [ "${#packages[@]}" -gt 0 ]; then
  echo "installing: ${packages[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
fi

(cd tests/browser && npm ci --no-audit --no-fund --loglevel=error)
[ -x tests/python/venv/bin/python ] || python3 -m venv tests/python/venv
tests/python/venv/bin/pip install --quiet --disable-pip-version-check -r tests/python/requirements.txt

# What CI builds is built once, and nobody steps through it: less to write and to keep.
if [ -n "${CI:-}" ]; then
  export CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=none CARGO_PROFILE_TEST_DEBUG=none
fi
cargo fmt --all --check
# As `cargo clippy` does, but for builds: Clippy's compiler makes the same programs and lints on the way, so that neither the
# dependencies nor the workspace are compiled a second time only to be read.
RUSTC_WORKSPACE_WRAPPER=$(rustup which clippy-driver 2>/dev/null || command -v clippy-driver)
export RUSTC_WORKSPACE_WRAPPER CLIPPY_ARGS=-Dwarnings
cargo build --workspace --all-targets --locked
# A snapshot that differs fails and is never rewritten here.
INSTA_UPDATE=no cargo test --workspace --locked
# What locks, counts or erases behaves otherwise there: the unit tests of it once more, on PostgreSQL.
tests/with_postgres.sh cargo test --workspace --lib --locked -- \
  auth:: erasure:: person retention:: people:: notices:: vault:: races:: shuffle:: tallies:: attachments audit:: jobs::
