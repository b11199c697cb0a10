# Sourced, not run: `hfm_apt_install PACKAGE...` installs Debian packages as root or by sudo. It
# waits for another apt that is at work, and asks again where the network fails for a moment.

hfm_apt_install() {
  local as_root=() apt=(apt-get -qq -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3)
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  # Where the lists cannot be had anew, those that are there may do.
  "${as_root[@]}" "${apt[@]}" update >&2 || true
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    "${apt[@]}" install -y --no-install-recommends "$@" >&2
}
