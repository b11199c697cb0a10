#!/usr/bin/env bash
# Runs the executor's tests in a virtual machine with several NUMA nodes, for machines that have
# one node only. The host's file system is the guest's, read-only; no KVM is needed, only patience.
# Usage: scripts/check-numa.sh [NODESnCPUS] [FILTER]   (default: 4n8 ExecutorTests)
# Needs Debian 12 (its packages qemu-system-x86, busybox-static, cpio and a kernel) and 3 GiB.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/find-swift.sh
shape=${1:-4n8} filter=${2:-ExecutorTests}
nodes=${shape%n*} cpus=${shape#*n}
if ! [[ $shape =~ ^[2-8]n[0-9]+$ ]] || ((cpus == 0 || cpus % nodes)); then
  echo "error: \"$shape\" is not NODESnCPUS with 2 to 8 nodes of equally many processors" >&2
  exit 2
fi
work=$PWD/.build-numa
mkdir -p "$work/share"

for program in qemu-system-x86_64 busybox cpio; do
  command -v $program > /dev/null && continue
  root=()
  [ "$(id -u)" -eq 0 ] || root=(sudo)
  "${root[@]}" apt-get install -y --no-install-recommends qemu-system-x86 busybox-static cpio
done

# Debian's newest kernel, unpacked and not installed.
if [ ! -e "$work/kernel/boot" ]; then
  package=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image/ { print $2; exit }')
  (cd "$work" && apt-get download "$package" && dpkg -x "$package"_*.deb kernel)
fi
kernel=$(echo "$work"/kernel/boot/vmlinuz-*)
modules=$(echo "$work"/kernel/lib/modules/*/kernel)

# An initial file system that mounts the host's over virtio and runs the share's command there.
initial=$work/initial
rm -rf "$initial"
mkdir -p "$initial"/{bin,dev,host,modules,proc,sys}
cp "$(command -v busybox)" "$initial/bin/"
order=10
for module in drivers/virtio/virtio{_ring,,_pci_modern_dev,_pci_legacy_dev,_pci} \
  fs/netfs/netfs fs/fscache/fscache net/9p/9pnet{,_virtio} fs/9p/9p; do
  cp "$modules/$module.ko" "$initial/modules/$((order++)).ko"
done
cat > "$initial/init" <<'GUEST'
#!/bin/busybox sh
b=/bin/busybox
$b mount -t proc proc /proc
for module in /modules/*.ko; do $b insmod $module; done
options=trans=virtio,version=9p2000.L,msize=512000
$b mount -t 9p -o $options,cache=loose,ro host /host
for kind in proc:proc sysfs:sys devtmpfs:dev tmpfs:tmp tmpfs:run; do
  $b mount -t ${kind%:*} none /host/${kind#*:}
done
$b mkdir /host/tmp/share
$b mount -t 9p -o $options share /host/tmp/share
$b chroot /host /bin/bash /tmp/share/command > /host/tmp/share/log 2>&1
echo $? > /host/tmp/share/status
$b sync
$b poweroff -f
GUEST
chmod +x "$initial/init"
(cd "$initial" && find . | cpio -o -H newc --quiet) > "$work/initial.cpio"

# HFM_GUEST_COMMAND names a script to run there instead of the tests.
if [ -n "${HFM_GUEST_COMMAND:-}" ]; then
  cp "$HFM_GUEST_COMMAND" "$work/share/command"
else
  scripts/excerpt-package.sh ExecutorTests "$work/package"
  swift build --package-path "$work/package" --disable-xctest --build-tests
  cat > "$work/share/command" <<GUEST
export HOME=/tmp PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
cd "$work/package"
.build/debug/hfm-plannerPackageTests.xctest --testing-library swift-testing --filter '$filter'
GUEST
fi
rm -f "$work"/share/{log,status}

# Nodes in a ring: neighbours at distance 16, the next at 22, and so on.
machine=() distances=()
for ((i = 0; i < nodes; i++)); do
  first=$((i * (cpus / nodes)))
  machine+=(-object "memory-backend-ram,id=m$i,size=$((2048 / nodes))M" -numa
    "node,nodeid=$i,cpus=$first-$((first + cpus / nodes - 1)),memdev=m$i")
  for ((j = 0; j < nodes; j++)); do
    steps=$(((j - i + nodes) % nodes))
    ((steps * 2 <= nodes)) || steps=$((nodes - steps))
    ((i == j)) || distances+=(-numa "dist,src=$i,dst=$j,val=$((10 + 6 * steps))")
  done
done
shared() { echo "local,id=$1,path=$2,security_model=none,multidevs=remap$3"; }
echo "booting $nodes nodes with $cpus processors; the tests take some minutes"
timeout --foreground 15m qemu-system-x86_64 -accel tcg,thread=multi -cpu max \
  -smp "$cpus,sockets=$nodes" -m $((2048 / nodes * nodes))M "${machine[@]}" "${distances[@]}" \
  -kernel "$kernel" -initrd "$work/initial.cpio" -append "console=ttyS0 quiet panic=-1" \
  -nodefaults -nographic -no-reboot -serial stdio -monitor none \
  -fsdev "$(shared host / ,readonly=on)" -device virtio-9p-pci,fsdev=host,mount_tag=host \
  -fsdev "$(shared share "$work/share" "")" -device virtio-9p-pci,fsdev=share,mount_tag=share \
  < /dev/null > "$work/console" 2>&1 || true
if [ ! -e "$work/share/status" ]; then
  echo "error: the guest did not finish; its console:" >&2
  tail -n 20 "$work/console" >&2
  exit 1
fi
grep -Ev 'started\.$' "$work/share/log"
exit "$(cat "$work/share/status")"
