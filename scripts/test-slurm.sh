#!/usr/bin/env bash
# Runs the tests that need a real Slurm: installs and starts one on this host (see
# scripts/slurm-test-cluster.sh), first without slurmdbd, then with it, and stops it again.
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
HFM_BINARY="$(swift build --show-bin-path)/hfm"
export HFM_BINARY

started=$SECONDS
scripts/slurm-test-cluster.sh install --mpi
scripts/slurm-test-cluster.sh start "$folder/plain" > /dev/null
echo "real Slurm: $(SLURM_CONF=$folder/plain/etc/slurm.conf sinfo --version), 4 nodes up after" \
  "$((SECONDS - started)) s"
# The placements first: squeue's answer grows with every job that ended lately.
for suites in 'SlurmClusterTests' 'SlurmCluster(Submit|Profile|Queue)Tests'; do
  SLURM_CONF=$folder/plain/etc/slurm.conf timeout --foreground 10m \
    swift test --skip-build --no-parallel --filter "$suites"
done
scripts/slurm-test-cluster.sh stop "$folder/plain"

if [ "${HFM_SLURM_ACCOUNTING:-on}" != off ]; then
  scripts/slurm-test-cluster.sh start "$folder/accounting" --accounting > /dev/null
  SLURM_CONF=$folder/accounting/etc/slurm.conf timeout --foreground 10m \
    swift test --skip-build --no-parallel --filter 'SlurmAccounting'
fi
echo "real Slurm: all tests passed in $((SECONDS - started)) s"
