#!/bin/sh
# Runs the executor's tests under the thread and the address sanitizer (with leak check).
# Usage: scripts/sanitize.sh [thread|address]...
set -eu
cd "$(dirname "$0")/.."
# XCTest, which no test here uses, leaks in its own runner; the crash backtracer hangs.
export SWIFT_BACKTRACE=enable=no
[ $# -gt 0 ] || set -- thread address
for sanitizer; do
  echo "== $sanitizer sanitizer"
  swift test --disable-xctest --sanitize="$sanitizer" --filter ExecutorTests \
    --scratch-path ".build-$sanitizer"
done
