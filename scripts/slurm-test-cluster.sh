#!/usr/bin/env bash
# A real Slurm on this one host, for tests and for trying things out: slurmctld, four slurmd with
# made-up GPUs under two leaf switches, backfill; with `--accounting` also slurmdbd. All of its
# files lie in FOLDER; nothing of the system's own Slurm is touched, and `stop` ends what `start`
# began.
#
# Usage: scripts/slurm-test-cluster.sh install [--accounting] [--mpi]   Debian packages (needs root)
#        scripts/slurm-test-cluster.sh start FOLDER [--accounting] [--port N]   (needs root)
#          N or, where somebody listens there, the next free one in steps of 100
#        scripts/slurm-test-cluster.sh stop FOLDER
# After `start`: export SLURM_CONF=FOLDER/etc/slurm.conf
#
# Nodes: n1, n2 (leaf0), n3, n4 (leaf1), each of 2 sockets x 16 cores and 8 GPUs "a100", four
# beside each socket. The cores are only claimed, so tasks are not bound (TaskPlugin=task/none) and
# what the controller granted is checked instead. A requeued job waits for its credential to expire,
# 5 s here and two minutes elsewhere.
set -euo pipefail

usage() { sed -n '2,15s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }

install_packages() {
  local packages=(
    munge slurm-wlm slurmctld slurmd slurm-client slurm-wlm-basic-plugins libpmix2
  )
  if [ "$accounting" = yes ]; then packages+=(slurmdbd mariadb-server); fi
  if [ "$mpi" = yes ]; then packages+=(openmpi-bin libopenmpi-dev gcc libc6-dev); fi
  local missing=() package status
  for package in "${packages[@]}"; do
    status=$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null || true)
    [ "${status:0:2}" = ii ] || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  if [ "$(id -u)" -ne 0 ]; then
    echo "error: installing ${missing[*]} needs root" >&2
    return 2
  fi
  echo "Installing ${missing[*]}" >&2
  # shellcheck source=scripts/apt-install.sh
  source "$(dirname "${BASH_SOURCE[0]}")/apt-install.sh"
  # A package's own services stay down: the cluster is this script's.
  local policy=/usr/sbin/policy-rc.d made=no
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' > $policy
    chmod 755 $policy
    made=yes
  fi
  hfm_apt_install "${missing[@]}" || { [ $made = yes ] && rm -f $policy; return 2; }
  [ $made = no ] || rm -f $policy
}

write_configuration() {
  local host accounting_lines switches
  host=$(hostname)
  # So long that slurmctld knows every job of a test until its end, however slow the host.
  local job_age=3600
  accounting_lines="AccountingStorageType=accounting_storage/none"
  if [ "$accounting" = yes ]; then
    # slurmdbd remembers what slurmctld soon forgets.
    job_age=5
    accounting_lines="AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=localhost
AccountingStoragePort=$((port + 2))
AccountingStoragePass=$folder/munge/socket
AccountingStorageTRES=gres/gpu,gres/gpu:a100"
  fi
  for i in 0 1 2 3 4 5 6 7; do
    [ -e "$folder/gpu$i" ] || mknod "$folder/gpu$i" c 1 3
  done
  cat > "$folder/etc/slurm.conf" <<CONF
ClusterName=hfmtest
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket,cred_expire=5
CredType=cred/munge
SlurmctldPort=$port
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool/%n
SlurmctldPidFile=$folder/run/slurmctld.pid
SlurmdPidFile=$folder/run/slurmd.%n.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobCompType=jobcomp/none
$accounting_lines
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=2,sched_interval=2,batch_sched_delay=0,sched_min_interval=0
PriorityType=priority/basic
TopologyPlugin=topology/tree
MpiDefault=none
ReturnToService=2
MessageTimeout=60
SlurmdParameters=config_overrides
SlurmdTimeout=10
MaxJobCount=20000
GresTypes=gpu
SwitchType=switch/none
DefMemPerCPU=256
MinJobAge=$job_age
NodeName=DEFAULT CPUs=32 Boards=1 SocketsPerBoard=2 CoresPerSocket=16 ThreadsPerCore=1
NodeName=DEFAULT RealMemory=64000 Gres=gpu:a100:8 Feature=a100-40gb-sxm,ib State=UNKNOWN
NodeName=n[1-4] NodeHostname=$host NodeAddr=127.0.0.1 Port=[$((port + 11))-$((port + 14))]
PartitionName=all Nodes=n[1-4] Default=YES MaxTime=INFINITE DefaultTime=10 State=UP
PartitionName=short Nodes=n[1-2] MaxTime=30 MaxNodes=1 State=UP
CONF
  cat > "$folder/etc/gres.conf" <<CONF
NodeName=n[1-4] Name=gpu Type=a100 File=$folder/gpu[0-3] Cores=0-15
NodeName=n[1-4] Name=gpu Type=a100 File=$folder/gpu[4-7] Cores=16-31
CONF
  cat > "$folder/etc/topology.conf" <<CONF
SwitchName=leaf0 Nodes=n[1-2]
SwitchName=leaf1 Nodes=n[3-4]
SwitchName=spine Switches=leaf[0-1]
CONF
  echo "CgroupPlugin=cgroup/v1" > "$folder/etc/cgroup.conf"
}

# Munge with a key and a socket of its own: the system's stays as it is.
start_munge() {
  mkdir -p "$folder/munge"
  [ -e "$folder/munge/key" ] || head -c 1024 /dev/urandom > "$folder/munge/key"
  chmod 600 "$folder/munge/key"
  chmod 755 "$folder/munge"
  munged --force --key-file="$folder/munge/key" --socket="$folder/munge/socket" \
    --pid-file="$folder/munge/pid" --log-file="$folder/munge/log" --seed-file="$folder/munge/seed"
}

start_accounting() {
  mkdir -p "$folder/mysql"
  chown mysql:mysql "$folder/mysql"
  mariadb-install-db --no-defaults --user=mysql --datadir="$folder/mysql" --skip-test-db \
    > "$folder/log/mysql-install.log" 2>&1
  setsid mariadbd --no-defaults --user=mysql --datadir="$folder/mysql" \
    --socket="$folder/mysql/socket" --skip-networking --innodb-buffer-pool-size=64M \
    --pid-file="$folder/mysql/pid" > "$folder/log/mysql.log" 2>&1 < /dev/null &
  wait_for "MariaDB" 600 test -S "$folder/mysql/socket"
  mariadb --no-defaults --socket="$folder/mysql/socket" -e "
    create database slurm_acct_db; create user 'slurm'@'localhost' identified by 'test';
    grant all on slurm_acct_db.* to 'slurm'@'localhost'"
  # Slurm has no key for the socket's path; MariaDB's client library reads it from this file.
  mkdir -p "$folder/etc/mysql"
  printf '[client]\nsocket=%s\n' "$folder/mysql/socket" > "$folder/etc/mysql/my.cnf"
  cat > "$folder/etc/slurmdbd.conf" <<CONF
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
DbdHost=localhost
DbdPort=$((port + 2))
SlurmUser=root
LogFile=$folder/log/slurmdbd.log
PidFile=$folder/run/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=slurm
StoragePass=test
StorageLoc=slurm_acct_db
CONF
  chmod 600 "$folder/etc/slurmdbd.conf"
  MYSQL_UNIX_PORT="$folder/mysql/socket" slurmdbd
  wait_for "slurmdbd" 600 timeout 30 sacctmgr -n show cluster
  sacctmgr -i add cluster hfmtest > /dev/null || true
}

# wait_for WHAT SECONDS COMMAND...: polls five times a second.
wait_for() {
  local what=$1 rounds=$(($2 * 5)) round
  shift 2
  for ((round = 0; round < rounds; round++)); do
    if "$@" > /dev/null 2>&1; then return 0; fi
    sleep 0.2
  done
  echo "error: $what did not come up; see $folder/log" >&2
  return 1
}

# Moves the port on until nobody listens on any that belong to it.
choose_port() {
  local taken offset free=no
  taken=" $(awk '$4 == "0A" { sub(/.*:/, "", $2); print "0x" $2 }' /proc/net/tcp /proc/net/tcp6 \
    2> /dev/null | while read -r number; do echo -n "$((number)) "; done || true)"
  while [ $free = no ]; do
    free=yes
    for offset in 0 2 11 12 13 14; do
      [[ $taken != *" $((port + offset)) "* ]] || free=no
    done
    [ $free = yes ] || port=$((port + 100))
  done
}

four_idle() { [ "$(sinfo -h -N -p all -t idle -o %N | sort -u | wc -l)" -eq 4 ]; }

start() {
  if [ "$(id -u)" -ne 0 ]; then
    echo "error: starting slurmd and making device nodes needs root" >&2
    return 2
  fi
  install_packages
  choose_port
  mkdir -p "$folder"/{etc,log,run,state,spool/n1,spool/n2,spool/n3,spool/n4}
  folder=$(cd "$folder" && pwd)
  write_configuration
  export SLURM_CONF="$folder/etc/slurm.conf"
  trap 'stop' ERR
  start_munge
  if [ "$accounting" = yes ]; then start_accounting; fi
  slurmctld 2>> "$folder/log/start.log"
  for node in n1 n2 n3 n4; do slurmd -N "$node" 2>> "$folder/log/start.log"; done
  wait_for "the cluster" 600 four_idle
  trap - ERR
  echo "export SLURM_CONF=$SLURM_CONF"
}

# Ends the jobs, then the processes whose ids the daemons wrote into FOLDER, and no others.
stop() {
  local file pid round
  export SLURM_CONF="$folder/etc/slurm.conf"
  if [ -s "$folder/run/slurmctld.pid" ] && timeout 10 scancel --user="$(id -un)" 2> /dev/null; then
    for ((round = 0; round < 100; round++)); do
      [ -n "$(timeout 10 squeue -h -t running,completing 2> /dev/null)" ] || break
      sleep 0.1
    done
  fi
  for file in "$folder"/run/slurmd.*.pid "$folder"/run/slurmctld.pid "$folder"/run/slurmdbd.pid \
    "$folder"/mysql/pid "$folder"/munge/pid; do
    [ -s "$file" ] || continue
    pid=$(cat "$file")
    # A reused id is no daemon of ours: its command line or environment names the folder.
    grep -qs -e "$folder" "/proc/$pid/cmdline" "/proc/$pid/environ" || continue
    kill "$pid" 2> /dev/null || continue
    for ((round = 0; round < 50; round++)); do
      [ -d "/proc/$pid" ] || break
      sleep 0.1
    done
    [ ! -d "/proc/$pid" ] || kill -9 "$pid" 2> /dev/null || true
    rm -f "$file"
  done
}

[ $# -ge 1 ] || usage
action=$1
shift
folder=""
accounting=no
mpi=no
port=16817
while [ $# -gt 0 ]; do
  case $1 in
    --accounting) accounting=yes ;;
    --mpi) mpi=yes ;;
    --port) port=$2; shift ;;
    -*) usage ;;
    *) folder=$1 ;;
  esac
  shift
done
case $action in
  install) install_packages ;;
  start) [ -n "$folder" ] || usage; start ;;
  stop) [ -n "$folder" ] || usage; folder=$(cd "$folder" && pwd); stop ;;
  *) usage ;;
esac
