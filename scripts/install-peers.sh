#!/usr/bin/env bash
# Installs what `hfm-bench peers` stands beside: PyTorch into a Python environment of its own, and
# StarPU (Debian's). Safe to repeat. HFM_PEERS_VENV names the environment (default .venv/peers in
# the checkout); pip's own settings (PIP_INDEX_URL, PIP_FIND_LINKS, …) say where packages come from.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
environment=${HFM_PEERS_VENV:-.venv/peers}

missing=()
for package in python3-venv libstarpu-dev pkg-config gcc libc6-dev; do
  status=$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null || true)
  [ "${status:0:2}" = ii ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  source scripts/apt-install.sh
  hfm_apt_install "${missing[@]}"
fi

[ -x "$environment/bin/python3" ] || python3 -m venv "$environment"
"$environment/bin/python3" -c 'import torch' 2>/dev/null ||
  "$environment/bin/pip" install --quiet torch numpy
read -r -a starpu <<<"$(pkg-config --cflags --libs starpu-1.3)"
gcc -O2 -o "$environment/bin/starpu_peer" scripts/peers/starpu_peer.c "${starpu[@]}"
echo "peers are in $environment"
