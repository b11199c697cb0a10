#!/usr/bin/env bash
# One command: installs what is missing, builds `hfm` for speed and runs the demonstration on this
# machine. Arguments are handed to `hfm demo` (for example --json).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

scripts/install.sh
source scripts/find-swift.sh
# Standard output belongs to the demonstration, so that `./demo.sh --json | jq` works.
swift build -c release --product hfm >&2
exec "$(swift build -c release --show-bin-path)/hfm" demo "$@"
