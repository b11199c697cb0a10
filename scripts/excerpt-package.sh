#!/usr/bin/env bash
# Makes a Swift package in FOLDER that holds one test target and what it needs, and nothing else,
# so that building it in an unusual way (sanitizer, virtual machine) costs seconds and no gigabytes.
# Usage: scripts/excerpt-package.sh TESTTARGET FOLDER
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=$1
mkdir -p "$2"
cd "$2"
for folder in Sources Tests; do ln -sfn "$root/$folder" "$folder"; done
# A manifest that has not changed keeps its date, and so the build what it has built.
{
  cat "$root/Package.swift"
  cat <<SWIFT

// Added by scripts/excerpt-package.sh: only what $target needs.
var wanted: Set<String> = ["$target"]
for _ in package.targets {
  for target in package.targets where wanted.contains(target.name) {
    for case .byNameItem(let name, _) in target.dependencies { wanted.insert(name) }
  }
}
package.targets.removeAll { !wanted.contains(\$0.name) }
package.products = []
SWIFT
} > Package.new
if cmp -s Package.new Package.swift; then rm Package.new; else mv Package.new Package.swift; fi
