#!/usr/bin/env bash
# One command: installs what is missing, then lint, warnings, every test, and the sanitizers.
# Stops at the first failure and says which step it was.
#   HFM_VALIDATION_DATA=DIR   also runs the tests that hold results against third-party records
#   HFM_SLURM=off             leaves the tests on a real Slurm out (they need root; else skipped)
#   HFM_NUMA=off              leaves the virtual machines of several NUMA nodes out
#   HFM_SANITIZERS=off        leaves the sanitizer runs out
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

step=start
started=$SECONDS
trap 'code=$?; [ $code -eq 0 ] || echo "FAILED: $step (exit $code)" >&2' EXIT
begin() {
  step=$1
  printf '\n== %s (%d s)\n' "$step" $((SECONDS - started))
}

begin "install"
scripts/install.sh
source scripts/find-swift.sh

begin "lint"
swift format lint --strict --parallel --recursive Package.swift Sources Tests
for script in demo.sh test.sh scripts/*.sh .ci/run; do bash -n "$script"; done

# Builds and shows the log; a warning in our own files is a failure. (Warnings are counted in the
# log and not turned into errors by a flag, so that a newer compiler's warning stops this check but
# never a user's build, and so that both share one build folder.)
build() {
  local log
  log=$(mktemp)
  swift build "$@" 2>&1 | tee "$log"
  local place='^(/[^ ]+|macro expansion [^ ]+):[0-9]+:[0-9]+: warning: '
  if grep -E "$place" "$log" | sort -u | grep .; then
    rm -f "$log"
    echo "error: our own code warns" >&2
    return 1
  fi
  rm -f "$log"
}

begin "build (debug, with tests)"
build --build-tests

begin "build (release)"
build -c release

begin "allocations of a steady step"
.build/release/hfm-bench --rounds 3 allocations

begin "tests"
# What the builds wrote goes to the disk now, not while tests of the ledger wait for theirs; and
# where memory serves as a file system, the tests' own folders lie there: a killed process loses as
# little on it, and a slow disk fails no test.
sync
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] &&
  [ "$(df --output=avail -k /dev/shm | tail -1)" -gt 2000000 ]; then
  export TMPDIR=/dev/shm
fi
# A hanging test must not hold a machine for hours without a word; a slow machine takes its time.
timeout --foreground 60m swift test --skip-build

if [ -x scripts/test-slurm.sh ] && [ "${HFM_SLURM:-on}" != off ]; then
  begin "real Slurm"
  scripts/test-slurm.sh
fi

begin "several NUMA nodes"
if [ "${HFM_NUMA:-on}" = off ]; then
  echo "skipped: HFM_NUMA=off"
else
  HFM_NUMA_BUILT=yes scripts/check-numa.sh --or-skip
fi

if [ -x scripts/sanitize.sh ] && [ "${HFM_SANITIZERS:-on}" != off ]; then
  begin "sanitizers"
  scripts/sanitize.sh
fi

step=done
printf '\nAll checks passed in %d s.\n' $((SECONDS - started))
