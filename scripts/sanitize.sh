#!/usr/bin/env bash
# Runs the executor's tests under the thread and the address sanitizer (with leak check).
# Usage: scripts/sanitize.sh [thread|address]...
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/find-swift.sh
# Swift's crash backtracer hangs under both sanitizers.
export SWIFT_BACKTRACE=enable=no
# hwloc's PCI plugin, there or not as the system has it, leaks at each topology: no plugins here.
HWLOC_PLUGINS_PATH=$(mktemp -d)
export HWLOC_PLUGINS_PATH
trap 'rmdir "$HWLOC_PLUGINS_PATH"' EXIT
[ $# -gt 0 ] || set -- thread address
for sanitizer; do
  echo "== $sanitizer sanitizer"
  folder=.build-$sanitizer
  scripts/excerpt-package.sh ExecutorTests "$folder"
  # XCTest, which no test here uses, leaks in its own runner.
  timeout --foreground 45m swift test --package-path "$folder" --disable-xctest \
    --sanitize="$sanitizer"
done
