#!/usr/bin/env bash
# Inside of a virtual machine of several NUMA nodes (scripts/check-numa.sh slurm starts it there):
# starts a real Slurm with task/affinity, lets `hfm submit` place jobs, and checks that each task's
# processors, pages and GPU lie on the NUMA node that was planned for it.
# Usage: scripts/slurm-numa-guest.sh HFM
set -euo pipefail
hfm=$1
hostname localhost
ip link set lo up
# Name look-ups want an address that is not the loopback's own (AI_ADDRCONFIG).
ip addr add 10.99.0.1/32 dev lo
mkdir -p /tmp/s/etc /tmp/s/state /tmp/s/spool /tmp/s/munge
cd /tmp/s
chmod 755 munge
head -c 1024 /dev/urandom > munge/key
chmod 600 munge/key
munged --force --key-file=/tmp/s/munge/key --socket=/tmp/s/munge/socket \
  --pid-file=/tmp/s/munge/pid --log-file=/tmp/s/munge/log --seed-file=/tmp/s/munge/seed
trap 'code=$?; [ $code = 0 ] || tail -n 15 /tmp/s/*.log' EXIT

found=$(slurmd -C | sed -n 1p | sed 's/^NodeName=[^ ]*//; s/ RealMemory=[0-9]*//')
echo "slurmd finds:$found"
for i in 0 1 2 3; do mknod gpu$i c 1 3; done
cat > etc/slurm.conf <<CONF
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
SchedulerParameters=bf_interval=2,sched_interval=2,batch_sched_delay=0,sched_min_interval=0
PriorityType=priority/basic
MpiDefault=none
ReturnToService=2
MessageTimeout=60
SwitchType=switch/none
GresTypes=gpu
DefMemPerCPU=50
NodeName=numa NodeHostname=localhost NodeAddr=127.0.0.1 Port=6818 $found RealMemory=1500 Gres=gpu:4
PartitionName=all Nodes=numa Default=YES MaxTime=INFINITE State=UP
CONF
# One GPU beside each NUMA node.
for i in 0 1 2 3; do
  echo "NodeName=numa Name=gpu File=/tmp/s/gpu$i Cores=$((2 * i))-$((2 * i + 1))"
done > etc/gres.conf
# Nothing here uses control groups, but slurmd looks for version 2 unless told otherwise.
echo CgroupPlugin=cgroup/v1 > etc/cgroup.conf
export SLURM_CONF=/tmp/s/etc/slurm.conf
slurmctld
slurmd -N numa
for i in $(seq 600); do sinfo -h -t idle -o %N | grep -q numa && break; sleep 0.5; done
sinfo -h -N -o 'node %N: %t, %c processors, %z'

# A task writes what it is bound to, and where 4 MB of its own lie. Those that must run side by side
# wait for each other, so that each holds a NUMA node of its own.
cat > task.sh <<'TASK'
text=$(head -c 4000000 /dev/zero | tr '\0' x)
sed -n 's/^Cpus_allowed_list:[[:space:]]*/cpus /p' /proc/$$/status > "task.$SLURM_PROCID"
echo "gpu ${CUDA_VISIBLE_DEVICES:-none}" >> "task.$SLURM_PROCID"
# Pages of files are shared with whoever read them first.
awk '/anon=/ && !/file=/ {
  for (i = 3; i <= NF; i++) if ($i ~ /^N[0-9]+=/) { split($i, p, "="); pages[p[1]] += p[2] }
} END { for (n in pages) print "pages", n, pages[n] }' /proc/$$/numa_maps >> "task.$SLURM_PROCID"
: "${#text}"
touch "/tmp/s/begun.$SLURM_JOB_ID"
for i in $(seq 1500); do
  [ "$(ls /tmp/s/begun.* | wc -l)" -lt "$1" ] || break
  sleep 0.2
done
TASK
# a, b and the two tasks of c fill the four nodes together; which GPUs go with d is Slurm's choice.
job() { # id, tasks, how many jobs wait for each other, further keys of "slurm"
  echo "{\"id\": \"$1\", \"command\": [\"/bin/bash\", \"/tmp/s/task.sh\", \"$3\"], \"slurm\":
    {\"tasksPerNode\": $2, \"coresPerTask\": 2, \"memory\": \"400MiB\", \"timeLimit\": \"9m\",
     \"cpuBind\": \"cores\", \"memBind\": \"local\"$4}}"
}
echo "{\"jobs\": [$(job a 1 3 ""), $(job b 1 3 ""), $(job c 2 3 ""),
  $(job d 4 1 ', "gpusPerNode": 4, "gpuBind": "closest"')]}" > jobs.json
"$hfm" submit jobs.json --engine slurm --poll 1 --quiet --json > submitted.json
scontrol shutdown || true

# ID GRANT TASKS: each task's two processors are its share of those planned (or, where the choice
# was left to Slurm, of those granted), and its pages and its GPU are those beside them.
bad=0
fault() { echo "WRONG: $*"; bad=1; }
check() {
  local id=$1 grant=$2 tasks=$3 home first task file cpus node pages
  home=$(dirname "$(grep -l -- "--job-name=hfm-$id\$" hfm-slurm/*/job.sh)")
  first=$(echo "$grant" | sed 's|^numa/\([0-9]*\)[-/].*|\1|')
  for ((task = 0; task < tasks; task++)); do
    file=$home/task.$task
    if [ ! -e "$file" ]; then
      fault "$id: task $task left nothing; $(tail -n 1 "$home/errors.txt")"
      continue
    fi
    cpus=$((first + 2 * task))-$((first + 2 * task + 1))
    node=$(basename "$(echo /sys/devices/system/cpu/cpu$((first + 2 * task))/node*)")
    pages=$(sed -n 's/^pages //p' "$file" | tr '\n' ' ')
    echo "$id: planned $grant; task $task: $(head -n 1 "$file"), $(sed -n 2p "$file"), pages $pages"
    [ "$(head -n 1 "$file")" = "cpus $cpus" ] || fault "$id: task $task belongs on $cpus"
    [[ $pages =~ ^N${node#node}\ ([0-9]+)\ $ ]] && [ "${BASH_REMATCH[1]}" -ge 900 ] ||
      fault "$id: its pages belong on $node alone"
    [ "$id" != d ] || [ "$(sed -n 2p "$file")" = "gpu ${node#node}" ] ||
      fault "$id: task $task belongs beside GPU ${node#node}"
    count=$((count + 1))
  done
}
count=0
grants=$(awk -F '"' '$2 == "id" { id = $4 } $2 == "planned" { plan[id] = $4 }
  $2 == "granted" { print id, plan[id] == "" ? $4 : plan[id] }' submitted.json)
while read -r id grant; do
  case $id in
    c) check "$id" "$grant" 2 ;;
    d) check "$id" "$grant" 4 ;;
    *) check "$id" "$grant" 1 ;;
  esac
done <<< "$grants"
[ $count = 8 ] || fault "$count tasks of 8 ran"
together=$(echo "$grants" | grep '^[a-c] ' | cut -d ' ' -f 2 | sort | tr '\n' ' ')
[ "$together" = "numa/0-1/ numa/2-3/ numa/4-7/ " ] || fault "a, b and c were planned onto $together"
[ $bad != 0 ] || echo "the processors and pages of $count tasks lie on the NUMA nodes planned"
exit $bad
