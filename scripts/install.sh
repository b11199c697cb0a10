#!/usr/bin/env bash
# Installs what the build needs and is missing: Debian packages, through apt. Safe to repeat; once
# everything is there it asks for nothing and needs no network. Run as root or by a user with sudo.
set -euo pipefail

# The libraries that the program stands on.
libraries=(libhwloc-dev libnuma-dev libdnnl-dev libfftw3-dev libsqlite3-dev libtbb-dev)
# What the Swift toolchain needs on a bare Debian 12: a linker, C and C++ headers, and the shared
# libraries that its own programs load.
toolchain=(
  binutils git libc6-dev libgcc-12-dev libstdc++-12-dev pkg-config
  ca-certificates libcurl4 libncurses6 libsqlite3-0 libxml2 zlib1g
)

if ! command -v dpkg-query >/dev/null; then
  echo "error: this is no Debian; install the like of: ${libraries[*]} pkg-config" >&2
  exit 2
fi

missing=()
for package in "${toolchain[@]}" "${libraries[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null || true)
  [ "${status:0:2}" = ii ] || missing+=("$package")
done

if [ ${#missing[@]} -gt 0 ]; then
  echo "Installing ${missing[*]}" >&2
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
    echo "error: installing packages needs root or sudo; as root, run:" >&2
    echo "  apt-get update && apt-get install -y --no-install-recommends ${missing[*]}" >&2
    exit 2
  fi
  # shellcheck source=scripts/apt-install.sh
  source "$(dirname "${BASH_SOURCE[0]}")/apt-install.sh"
  hfm_apt_install "${missing[@]}"
fi

# After apt: the toolchain's own programs do not start without their libraries.
# shellcheck source=scripts/find-swift.sh
source "$(dirname "${BASH_SOURCE[0]}")/find-swift.sh"
