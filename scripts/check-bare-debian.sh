#!/usr/bin/env bash
# Proves the README's commands on a bare Debian 12: makes one with debootstrap, lends it this
# machine's Swift toolchain read-only, clones the committed state of this repository into it, and
# runs ./demo.sh there as root, again without a network, and as a user with sudo.
#
#   sudo scripts/check-bare-debian.sh [--tests] [--build-only] [--keep]
#     --tests       also run ./test.sh in it
#     --build-only  build instead of running the demonstration
#     --keep        leave the system behind for a look
#   DEBIAN_MIRROR    default http://deb.debian.org/debian
#   SWIFT_TOOLCHAIN  the folder with usr/bin/swift; default: that of `swift` on PATH
#   APT_FROM_HOST=1  use this machine's apt sources and keyrings inside, not DEBIAN_MIRROR
# Proxies are taken from the environment (http_proxy, https_proxy).
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
run_tests=no
keep=no
main_command="./demo.sh"
for argument in "$@"; do
  case $argument in
    --tests) run_tests=yes ;;
    --build-only)
      main_command="scripts/install.sh && . scripts/find-swift.sh && swift build -c release"
      ;;
    --keep) keep=yes ;;
    *)
      echo "error: unknown option $argument; known are --tests, --build-only, --keep" >&2
      exit 2
      ;;
  esac
done
[ "$(id -u)" -eq 0 ] || { echo "error: needs root (chroot and mounts)" >&2; exit 2; }
command -v debootstrap >/dev/null || { echo "error: apt-get install debootstrap" >&2; exit 2; }

if [ -n "${SWIFT_TOOLCHAIN:-}" ]; then
  toolchain=$(cd "$SWIFT_TOOLCHAIN" && pwd)
else
  # shellcheck source=scripts/find-swift.sh
  source "$repository/scripts/find-swift.sh"
  toolchain=$(cd "$(dirname "$(readlink -f "$(command -v swift)")")/../.." && pwd)
fi
if [ "$toolchain" = / ] || [ ! -x "$toolchain/usr/bin/swift" ]; then
  echo "error: $toolchain holds no toolchain of its own; set SWIFT_TOOLCHAIN" >&2
  exit 2
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/hfm-bare-debian.XXXXXX")
system=$work/system
mounts=()
cleanup() {
  local index root
  # What an interrupt left running inside would hold its file systems and write on into them.
  for root in /proc/[0-9]*/root; do
    [[ $(readlink "$root") != "$system"* ]] || kill -KILL "$(basename "${root%/root}")" || true
  done 2>/dev/null
  for ((index = ${#mounts[@]} - 1; index >= 0; index--)); do
    umount "${mounts[index]}" || umount -l "${mounts[index]}" || true
  done
  if [ "$keep" = yes ]; then
    echo "kept: $system" >&2
  elif grep -qF " $work/" /proc/self/mounts; then
    echo "warning: $work is still mounted; not removed" >&2
  else
    rm -rf --one-file-system "$work"
  fi
}
trap cleanup EXIT
trap 'exit 130' INT TERM

bind() { # bind SOURCE TARGET-IN-THE-SYSTEM [ro]
  mkdir -p "$system$2"
  mount --bind "$1" "$system$2"
  mounts+=("$system$2")
  if [ "${3:-}" = ro ]; then mount -o remount,bind,ro "$system$2"; fi
}

inside() { # inside USER COMMAND: a login-like shell with nothing of this machine's environment
  local user=$1 home=/root
  [ "$user" = root ] || home=/home/$user
  "${isolation[@]}" chroot --userspec="$user:$user" "$system" /usr/bin/env -i \
    HOME="$home" USER="$user" TERM=dumb \
    PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
    SWIFT_HOME=/opt/swift ${http_proxy:+http_proxy="$http_proxy"} \
    ${https_proxy:+https_proxy="$https_proxy"} \
    bash -c "set -e; cd ~/hfm-planner; $2"
}

section() { printf '\n#### %s (%d s)\n' "$1" "$SECONDS"; }

section "a bare Debian 12 from $mirror"
debootstrap --variant=minbase bookworm "$system" "$mirror" >"$work/debootstrap.log" 2>&1 ||
  { tail -n 20 "$work/debootstrap.log" >&2; exit 4; }
cp /etc/resolv.conf /etc/hosts "$system/etc/"
if [ "${APT_FROM_HOST:-}" = 1 ]; then
  rm -f "$system/etc/apt/sources.list"
  for part in sources.list sources.list.d keyrings trusted.gpg.d apt.conf.d; do
    [ ! -e "/etc/apt/$part" ] || cp -r "/etc/apt/$part" "$system/etc/apt/"
  done
fi
mkdir -p "$system/proc"
mount -t proc proc "$system/proc"
mounts+=("$system/proc")
bind /sys /sys ro
bind /dev /dev
bind /dev/pts /dev/pts
bind "$toolchain" /opt/swift ro

section "as root: $main_command"
isolation=()
git -c safe.directory='*' clone -q "file://$repository" "$system/root/hfm-planner"
inside root "$main_command"

section "again, without a network"
isolation=(unshare --net)
inside root "$main_command"
isolation=()

if [ "$run_tests" = yes ]; then
  section "as root: ./test.sh"
  inside root "./test.sh"
fi

section "as a user with sudo, with the libraries taken away again"
chroot "$system" env DEBIAN_FRONTEND=noninteractive bash -c '
  apt-get purge -y -qq libhwloc-dev libnuma-dev libdnnl-dev libfftw3-dev libsqlite3-dev libtbb-dev \
    pkg-config
  apt-get install -y -qq --no-install-recommends sudo
  useradd --create-home --shell /bin/bash planner
  echo "planner ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/planner' >"$work/sudo.log" 2>&1 ||
  { tail -n 20 "$work/sudo.log" >&2; exit 4; }
git -c safe.directory='*' clone -q "file://$repository" "$system/home/planner/hfm-planner"
chroot "$system" chown -R planner:planner /home/planner/hfm-planner
inside planner "$main_command"

section "passed"
