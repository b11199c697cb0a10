# Sourced, not run: puts a Swift toolchain of at least 6.2 on PATH, or leaves with exit code 2.
# Looked for in this order: SWIFT_HOME (the folder with usr/bin/swift), PATH, the usual folders.

hfm_swift_version() {
  "$1" --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1
}

hfm_swift_is_recent() {
  local version major minor
  version=$(hfm_swift_version "$1")
  major=${version%%.*}
  minor=${version#*.}
  [ -n "$version" ] && { [ "$major" -gt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -ge 2 ]; }; }
}

hfm_find_swift() {
  local candidate found=""
  for candidate in \
    "${SWIFT_HOME:+$SWIFT_HOME/usr/bin/swift}" "${SWIFT_HOME:+$SWIFT_HOME/bin/swift}" \
    "$(command -v swift || true)" "${HOME:-/root}/.local/share/swiftly/bin/swift" \
    /opt/swift/usr/bin/swift /usr/local/swift/usr/bin/swift /usr/local/bin/swift; do
    [ -n "$candidate" ] && [ -x "$candidate" ] || continue
    found=$candidate
    if hfm_swift_is_recent "$candidate"; then
      # A recent Swift goes first, so that an older one on PATH is not taken.
      case ":$PATH:" in
        *":$(dirname "$candidate"):"*) ;;
        *) PATH="$(dirname "$candidate"):$PATH" ;;
      esac
      export PATH
      return 0
    fi
  done
  if [ -n "$found" ]; then
    echo "error: $found is Swift $(hfm_swift_version "$found"); 6.2 or newer is needed" >&2
  else
    echo "error: no Swift toolchain found on PATH, in SWIFT_HOME or in /opt/swift" >&2
  fi
  cat >&2 <<'HELP'
Swift for Debian 12 is a download from https://www.swift.org/install/linux/ :
  - with swiftly, Swift's own installer, follow that page and run:  swiftly install latest
  - or unpack the Debian 12 tarball of that page and name its folder:
      tar xzf swift-*-RELEASE-debian12.tar.gz -C /opt && export SWIFT_HOME=/opt/swift-…-debian12
HELP
  return 2
}

hfm_find_swift || exit 2
