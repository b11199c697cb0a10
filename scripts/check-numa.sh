#!/usr/bin/env bash
# Runs this project's own binaries (hfm, and the tests whose names begin with NUMA) in virtual
# machines of several NUMA nodes, which QEMU emulates (scripts/numa-vm.sh): 2, 4 and 8 nodes, a node
# without memory, nodes without processors (fast memory beside the plain), and on the way an offline
# processor, one that goes offline under a running pool, and a cpuset. The last shape, slurm, runs a
# real Slurm in a machine of four nodes and checks where it binds what `hfm submit` planned.
# Usage: scripts/check-numa.sh [--or-skip] [SHAPE...]   (default: every shape)
#   --or-skip: a machine that cannot run them is told why, and that is no failure
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/find-swift.sh
skips=
if [ "${1:-}" = --or-skip ]; then
  skips=yes
  shift
fi
[ $# -gt 0 ] || set -- 2n4 4n8 8n8 memoryless hbm slurm

[ -n "${HFM_NUMA_BUILT:-}" ] || swift build --build-tests
binaries=$(swift build --show-bin-path)
# Emulated, a program without optimisation takes half as long again.
[ -z "${HFM_NUMA_BUILT:-}" ] || released=$(swift build -c release --show-bin-path)
script=$(mktemp)
trap 'rm -f "$script"' EXIT

for shape; do
  machine=$shape
  if [ "$shape" = slurm ]; then
    machine=4n8
    if [ "${HFM_SLURM:-on}" = off ]; then
      echo "skipped: the binding of a real Slurm, for HFM_SLURM=off"
      continue
    fi
    if ! scripts/slurm-test-cluster.sh install; then
      [ -n "$skips" ] || exit 1
      echo "skipped: the binding of a real Slurm, which cannot be installed here"
      continue
    fi
  fi
  cat > "$script" <<GUEST
export HOME=/tmp TMPDIR=/tmp
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LD_LIBRARY_PATH=$(dirname "$(dirname "$(command -v swift)")")/lib/swift/linux
cd "$PWD"
shape=$shape binaries=$binaries
[ "$shape" != slurm ] || exec scripts/slurm-numa-guest.sh "${released:-$binaries}/hfm"
GUEST
  cat >> "$script" <<'GUEST'
bad=0
most='NUMA(Machine|Run)?Tests'
# NAME SUITE: the suites of that name (a pattern) on the machine as it now is.
check() {
  "$binaries/hfm-plannerPackageTests.xctest" --testing-library swift-testing --no-parallel \
    --filter "\.$2/" > /tmp/out 2>&1
  code=$?
  echo "$shape, $1: $(tail -n 1 /tmp/out | sed 's/\x1b\[[0-9]*m//g; s/^[^A-Za-z]*//')"
  # A run without tests is no success.
  if [ $code -ne 0 ] || ! grep -Eq "Suite $2 passed" /tmp/out; then
    grep -Ev 'started\.$| passed after ' /tmp/out
    bad=1
  fi
}
"$binaries/hfm" topology --draw || bad=1
case $shape in
  2n4) export HFM_NUMA_MACHINE='0=0-1 1=2-3' ;;
  4n8) export HFM_NUMA_MACHINE='0=0-1 1=2-3 2=4-5 3=6-7' ;;
  8n8) export HFM_NUMA_MACHINE='0=0 1=1 2=2 3=3 4=4 5=5 6=6 7=7' ;;
  memoryless) export HFM_NUMA_MACHINE='0=0-1 1=2-3 2=4-5' ;;
  hbm) export HFM_NUMA_MACHINE='0=0-1 1=2-3 2= 3=' HFM_NUMA_FAST=2,3 ;;
esac
if [ "$shape" = 2n4 ]; then
  HFM_NUMA_UNPLUG=3 check "processor 3 goes offline under a pool and comes back" NUMAUnplugTests
  check "all there" "$most"
  echo 0 > /sys/devices/system/cpu/cpu2/online
  HFM_NUMA_MACHINE='0=0-1 1=3' check "processor 2 offline" "$most"
  echo 1 > /sys/devices/system/cpu/cpu2/online
elif [ "$shape" = 8n8 ]; then
  # Eight emulated processors compute slowly on few real ones: models run in the other shapes.
  check "all there" 'NUMA(Machine)?Tests'
else
  check "all there" "$most"
fi
[ "$shape" != 2n4 ] || check "hfm run" NUMARunCommandTests
if [ "$shape" = 4n8 ]; then
  # A control group, as a batch system makes one: two of the four nodes, three of their processors.
  mount -t cgroup2 none /sys/fs/cgroup
  echo +cpuset > /sys/fs/cgroup/cgroup.subtree_control
  mkdir /sys/fs/cgroup/job
  echo 2-4 > /sys/fs/cgroup/job/cpuset.cpus
  echo 1-2 > /sys/fs/cgroup/job/cpuset.mems
  echo $$ > /sys/fs/cgroup/job/cgroup.procs
  export HFM_NUMA_MACHINE='1=2-3 2=4'
  check "a cpuset of processors 2-4 and nodes 1-2" 'NUMA(Machine|RunCommand)Tests'
fi
exit $bad
GUEST
  began=$SECONDS
  code=0
  HFM_NUMA_LIMIT=${HFM_NUMA_LIMIT:-30m} scripts/numa-vm.sh "$machine" "$script" || code=$?
  if [ $code -eq 125 ] && [ -n "$skips" ]; then
    echo "skipped: virtual machines of several NUMA nodes, for the reason above"
    exit 0
  fi
  [ $code -eq 0 ] || exit $code
  echo "$shape: passed in $((SECONDS - began)) s"
done
