#!/usr/bin/env bash
# Checks in a virtual machine of several NUMA nodes (scripts/numa-vm.sh) that a real Slurm with
# task/affinity puts each job's processors and pages where `hfm submit` planned them.
# Usage: scripts/check-slurm-numa.sh [NODESnCPUS]   (default 4n8); needs root, Debian and QEMU.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/find-swift.sh
shape=${1:-4n8}
scripts/slurm-test-cluster.sh install
swift build --product hfm
hfm="$(swift build --show-bin-path)/hfm"
command=$(mktemp /tmp/hfm-slurm-numa-XXXXXX)
trap 'rm -f "$command"' EXIT
cat > "$command" <<GUEST
hfm=$hfm
libraries=$(dirname "$(dirname "$(command -v swift)")")/lib/swift/linux
GUEST
cat >> "$command" <<'GUEST'
set -eu
export HOME=/tmp PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LD_LIBRARY_PATH=$libraries
hostname localhost
ip link set lo up
# Name look-ups want an address that is not the loopback's own (AI_ADDRCONFIG).
ip addr add 10.99.0.1/32 dev lo
mkdir -p /dev/shm /tmp/s/etc /tmp/s/state /tmp/s/spool /tmp/s/munge
mount -t tmpfs shm /dev/shm || true
chmod 755 /tmp/s/munge
head -c 1024 /dev/urandom > /tmp/s/munge/key
chmod 600 /tmp/s/munge/key
munged --force --key-file=/tmp/s/munge/key --socket=/tmp/s/munge/socket \
  --pid-file=/tmp/s/munge/pid --log-file=/tmp/s/munge/log --seed-file=/tmp/s/munge/seed
trap 'code=$?; [ $code = 0 ] || tail -n 15 /tmp/s/*.log' EXIT
found=$(slurmd -C | head -1 | sed 's/^NodeName=[^ ]*//; s/ RealMemory=[0-9]*//')
echo "slurmd finds:$found"
cat > /tmp/s/etc/slurm.conf <<CONF
ClusterName=numa
SlurmctldHost=localhost(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=/tmp/s/munge/socket
CredType=cred/munge
StateSaveLocation=/tmp/s/state
SlurmdSpoolDir=/tmp/s/spool
SlurmctldPidFile=/tmp/s/ctld.pid
SlurmdPidFile=/tmp/s/slurmd.pid
SlurmctldLogFile=/tmp/s/ctld.log
SlurmdLogFile=/tmp/s/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/affinity
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
PriorityType=priority/basic
MpiDefault=none
ReturnToService=2
SwitchType=switch/none
DefMemPerCPU=50
NodeName=numa NodeHostname=localhost NodeAddr=127.0.0.1 Port=6818 $found RealMemory=1500
PartitionName=all Nodes=numa Default=YES MaxTime=INFINITE State=UP
CONF
# Nothing here uses control groups, but slurmd looks for version 2 unless told otherwise.
echo CgroupPlugin=cgroup/v1 > /tmp/s/etc/cgroup.conf
export SLURM_CONF=/tmp/s/etc/slurm.conf
slurmctld
slurmd -N numa
for i in $(seq 200); do sinfo -h -t idle -o %N | grep -q numa && break; sleep 0.5; done
sinfo -N -l
show='["/bin/sh", "-c", "cat /proc/self/status /proc/self/numa_maps; sleep 8"]'
settings='{"coresPerTask": 2, "memory": "100MiB", "timeLimit": "5m", "cpuBind": "cores",
  "memBind": "local"}'
{
  echo '{"jobs": ['
  for id in a b c d; do
    [ $id = a ] || echo ,
    echo "{\"id\": \"$id\", \"command\": $show, \"slurm\": $settings}"
  done
  echo ']}'
} > /tmp/s/jobs.json
cd /tmp/s
"$hfm" submit jobs.json --engine slurm --poll 1 --quiet
# Each job: the planned cores are those of its affinity, and every page that it made itself lies on
# their NUMA node. (Pages of files are shared with whoever read them first.)
bad=0
for home in /tmp/s/hfm-slurm/*/; do
  cpus=$(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' "$home/output.txt")
  first=${cpus%%[-,]*}
  node=$(basename "$(echo /sys/devices/system/cpu/cpu"$first"/node*)")
  nodes=$(grep -E 'anon=[0-9]+' "$home/output.txt" | grep -oE ' N[0-9]+=' | sort -u | tr -d ' =\n')
  planned=$(sed -n 's/^#SBATCH --comment=hfm://p' "$home/job.sh")
  echo "job $planned: processors $cpus ($node), its own pages on $nodes"
  [ "$nodes" = "N${node#node}" ] || bad=1
done
"$hfm" jobs
allowed=$(grep -h '^Cpus_allowed_list' /tmp/s/hfm-slurm/*/output.txt | sort -u | wc -l)
echo "different sets of processors: $allowed of 4"
[ "$allowed" = 4 ] || bad=1
scontrol shutdown || true
[ $bad = 0 ] && echo "every job's processors and pages lie on one NUMA node, as planned"
exit $bad
GUEST
scripts/numa-vm.sh "$shape" "$command"
