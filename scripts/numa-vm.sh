#!/usr/bin/env bash
# Runs a script in a virtual machine of several NUMA nodes, for machines that have one node only.
# The host's file system is the guest's, read-only; no KVM is needed, only patience.
# Usage: scripts/numa-vm.sh SHAPE SCRIPT   prints what SCRIPT prints, returns what it returns
#   NODESnCPUS   2 to 8 nodes of equally many processors, in a ring of distances
#   memoryless   three nodes with two processors each, the last without memory
#   hbm          two nodes with two processors each, and beside each a fast one with memory only
# Exit code 125: this machine cannot run it; the reason is the last line.
# Needs Debian 12 (its packages qemu-system-x86, busybox-static, cpio and a kernel) and 3 GiB.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
shape=$1 script=$2
work=$PWD/.build-numa

cannot() {
  echo "$*" >&2
  exit 125
}

# A machine's arguments for QEMU. Each place prints one word a line.
node() { # number, processors ("" for none), MiB ("" for none), further properties
  if [ -n "$3" ]; then printf '%s\n' -object "memory-backend-ram,id=m$1,size=$3M"; fi
  printf '%s\n' -numa "node,nodeid=$1${2:+,cpus=$2}${3:+,memdev=m$1}${4:-}"
}
distance() { printf '%s\n' -numa "dist,src=$1,dst=$2,val=$3"; }

ring() { # nodes, processors: neighbours at distance 16, the next at 22, and so on
  local nodes=$1 each=$(($2 / $1)) i j steps
  printf '%s\n' -smp "$2,sockets=$nodes" -m "$((2048 / nodes * nodes))M"
  for ((i = 0; i < nodes; i++)); do
    node "$i" "$((i * each))-$((i * each + each - 1))" $((2048 / nodes))
  done
  for ((i = 0; i < nodes; i++)); do
    for ((j = 0; j < nodes; j++)); do
      steps=$(((j - i + nodes) % nodes))
      ((steps * 2 <= nodes)) || steps=$((nodes - steps))
      ((i == j)) || distance "$i" "$j" $((10 + 6 * steps))
    done
  done
}

memoryless() {
  printf '%s\n' -smp 6,sockets=3 -m 2048M
  node 0 0-1 1024
  node 1 2-3 1024
  node 2 4-5 ""
  # Node 2 lies beside node 1.
  distance 0 1 21 && distance 1 0 21 && distance 0 2 31 && distance 2 0 31
  distance 1 2 14 && distance 2 1 14
}

hbm() {
  local i j near fast latency bandwidth pair
  printf '%s\n' -machine hmat=on -smp 4,sockets=2,cores=2,threads=1 -m 2048M
  for i in 0 1; do node $i "" 512 ",initiator=$i"; done
  for i in 2 3; do node $i "" 512 ",initiator=$((i - 2))"; done
  for i in 0 1; do
    for j in 0 1; do printf '%s\n' -numa "cpu,node-id=$i,socket-id=$i,core-id=$j"; done
  done
  for i in 0 1; do
    for j in 0 1 2 3; do
      near=$((j % 2 == i)) fast=$((j >= 2))
      latency=$((near ? 100 : 200)) bandwidth=$((fast ? 400000 : 100000))
      ((near)) || bandwidth=$((bandwidth / 4))
      pair="hmat-lb,initiator=$i,target=$j,hierarchy=memory"
      printf '%s\n' -numa "$pair,data-type=access-latency,latency=$latency" \
        -numa "$pair,data-type=access-bandwidth,bandwidth=${bandwidth}M"
    done
  done
  for i in 0 1 2 3; do
    for j in 0 1 2 3; do
      ((i == j)) || distance $i $j $((i % 2 == j % 2 ? 13 : 20))
    done
  done
}

case $shape in
  memoryless | hbm) arguments=$($shape) ;;
  *)
    nodes=${shape%n*} cpus=${shape#*n}
    if ! [[ $shape =~ ^[2-8]n[0-9]+$ ]] || ((cpus == 0 || cpus % nodes)); then
      echo "error: \"$shape\" is neither memoryless, hbm nor NODESnCPUS with 2 to 8 nodes of" \
        "equally many processors" >&2
      exit 2
    fi
    arguments=$(ring "$nodes" "$cpus")
    ;;
esac
mapfile -t machine <<< "$arguments"

[ "$(uname -m)" = x86_64 ] || cannot "a virtual machine of x86-64 is all that is described here"
for program in qemu-system-x86_64 busybox cpio; do
  command -v $program > /dev/null && continue
  command -v apt-get > /dev/null || cannot "$program is missing and there is no apt-get"
  [ "$(id -u)" -eq 0 ] || sudo -n true 2> /dev/null ||
    cannot "$program is missing; installing it needs root"
  source scripts/apt-install.sh
  hfm_apt_install qemu-system-x86 busybox-static cpio ||
    cannot "the packages qemu-system-x86, busybox-static and cpio cannot be installed"
done

# Debian's newest kernel, unpacked and not installed.
mkdir -p "$work/share"
if [ ! -e "$work/kernel/boot" ]; then
  package=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image/ { print $2; exit }')
  (cd "$work" && apt-get download -qq "$package" && dpkg -x "$package"_*.deb kernel.new &&
    mv kernel.new kernel && rm -f "$package"_*.deb) ||
    cannot "Debian's kernel (${package:-linux-image-amd64}) cannot be downloaded"
fi
kernel=$(echo "$work"/kernel/boot/vmlinuz-*)
modules=$(echo "$work"/kernel/lib/modules/*/kernel)

# An initial file system that mounts the host's over virtio and runs the share's command there.
initial=$work/initial
rm -rf "$initial"
mkdir -p "$initial"/{bin,dev,host,modules,proc,project,sys}
cp "$(command -v busybox)" "$initial/bin/"
order=10
for module in drivers/virtio/virtio{_ring,,_pci_modern_dev,_pci_legacy_dev,_pci} \
  fs/netfs/netfs fs/fscache/fscache net/9p/9pnet{,_virtio} fs/9p/9p; do
  cp "$modules/$module.ko" "$initial/modules/$((order++)).ko"
done
{
  printf '#!/bin/busybox sh\nproject=%q\n' "$PWD"
  cat <<'GUEST'
b=/bin/busybox
$b mount -t proc proc /proc
for module in /modules/*.ko; do $b insmod $module; done
options=trans=virtio,version=9p2000.L,msize=512000
$b mount -t 9p -o $options,cache=loose,ro host /host
# The project may lie in one of the folders that are made anew.
$b mount -o bind "/host$project" /project
for kind in proc:proc sysfs:sys devtmpfs:dev tmpfs:tmp tmpfs:run; do
  $b mount -t ${kind%:*} none /host/${kind#*:}
done
$b mkdir -p /host/tmp/share /host/dev/shm
if [ ! -e "/host$project" ]; then
  $b mkdir -p "/host$project"
  $b mount -o bind /project "/host$project"
fi
$b mount -t tmpfs shm /host/dev/shm
$b mount -t 9p -o $options share /host/tmp/share
$b chroot /host /bin/bash /tmp/share/command > /host/tmp/share/log 2>&1
echo $? > /host/tmp/share/status
$b sync
$b poweroff -f
GUEST
} > "$initial/init"
chmod +x "$initial/init"
(cd "$initial" && find . | cpio -o -H newc --quiet) > "$work/initial.cpio"
cp "$script" "$work/share/command"
rm -f "$work"/share/{log,status}

shared() { echo "local,id=$1,path=$2,security_model=none,multidevs=remap$3"; }
# On a busy machine the guest's check of its timer fails for want of processor time: it is left out.
emulate() {
  timeout --foreground "${HFM_NUMA_LIMIT:-30m}" \
    qemu-system-x86_64 -accel tcg,thread=multi -cpu max \
    "${machine[@]}" -kernel "$kernel" -initrd "$work/initial.cpio" \
    -append "console=ttyS0 quiet panic=-1 no_timer_check" \
    -nodefaults -nographic -no-reboot -serial stdio -monitor none \
    -fsdev "$(shared host / ,readonly=on)" -device virtio-9p-pci,fsdev=host,mount_tag=host \
    -fsdev "$(shared share "$work/share" "")" -device virtio-9p-pci,fsdev=share,mount_tag=share \
    < /dev/null > "$work/console" 2>&1
}
code=0
emulate || code=$?
# QEMU 7.2 itself crashes now and then while its firmware starts, before anything of ours ran.
if [ $code -eq 139 ] && [ ! -e "$work/share/log" ]; then
  echo "QEMU crashed before the guest began; once more" >&2
  emulate || true
fi
if [ ! -e "$work/share/status" ]; then
  echo "error: the guest of shape $shape did not finish; its console:" >&2
  tail -n 20 "$work/console" >&2
  [ ! -e "$work/share/log" ] || tail -n 20 "$work/share/log" >&2
  exit 1
fi
cat "$work/share/log"
exit "$(cat "$work/share/status")"
