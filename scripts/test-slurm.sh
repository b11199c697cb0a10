#!/usr/bin/env bash
# Runs the tests that need a real Slurm: installs and starts one on this host without slurmdbd and
# beside it one with it (see scripts/slurm-test-cluster.sh), and stops them again.
# Where that cannot be (not root, no Debian) it says so and leaves with 0.
# Usage: scripts/test-slurm.sh    HFM_SLURM_ACCOUNTING=off leaves out the part with slurmdbd.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [ "$(id -u)" -ne 0 ]; then
  echo "SKIPPED: the tests on a real Slurm need root to start its daemons"
  exit 0
fi
if ! command -v apt-get > /dev/null && ! command -v slurmctld > /dev/null; then
  echo "SKIPPED: the tests on a real Slurm need Debian's slurm-wlm"
  exit 0
fi
source scripts/find-swift.sh
folder=$(mktemp -d /tmp/hfm-slurm-XXXXXX)
chmod 755 "$folder"
cleanup() {
  for part in plain accounting; do
    [ ! -d "$folder/$part" ] || scripts/slurm-test-cluster.sh stop "$folder/$part"
  done
  rm -rf "$folder"
}
trap cleanup EXIT
export HFM_SLURM_TEST=1
binaries=$(swift build --show-bin-path)
export HFM_BINARY=$binaries/hfm

# CLUSTER SUITES: the suites of that name (a pattern); a run without tests is no success.
check() {
  SLURM_CONF=$folder/$1/etc/slurm.conf timeout --foreground 45m \
    "$binaries/hfm-plannerPackageTests.xctest" --testing-library swift-testing --no-parallel \
    --filter "\.$2/" 2>&1 | tee "$folder/$1.log"
  grep -Eq 'Test run with [1-9][0-9]* tests? in .* passed' "$folder/$1.log"
}
# Its own slurmctld, slurmdbd and MariaDB. Most of its time it waits for slurmctld to forget a job.
check_accounting() {
  scripts/slurm-test-cluster.sh start "$folder/accounting" --accounting --port 18817 > /dev/null
  check accounting SlurmAccountingTests
  scripts/slurm-test-cluster.sh stop "$folder/accounting"
}

started=$SECONDS
scripts/slurm-test-cluster.sh install --mpi
scripts/slurm-test-cluster.sh start "$folder/plain" > /dev/null
echo "real Slurm: $(SLURM_CONF=$folder/plain/etc/slurm.conf sinfo --version), 4 nodes up after" \
  "$((SECONDS - started)) s"
beside=
if [ "${HFM_SLURM_ACCOUNTING:-on}" != off ]; then
  scripts/slurm-test-cluster.sh install --accounting
  check_accounting > "$folder/beside.log" 2>&1 &
  beside=$!
fi
# The placements first: squeue's answer grows with every job that ended lately.
check plain SlurmClusterTests
check plain 'SlurmCluster(Submit|Profile|Queue)Tests'
scripts/slurm-test-cluster.sh stop "$folder/plain"
if [ -n "$beside" ]; then
  code=0
  wait "$beside" || code=$?
  cat "$folder/beside.log"
  [ $code -eq 0 ] || exit $code
fi
echo "real Slurm: all tests passed in $((SECONDS - started)) s"
