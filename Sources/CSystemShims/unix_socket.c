#define _GNU_SOURCE
#include "unix_socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static int address(const char *path, struct sockaddr_un *out) {
  memset(out, 0, sizeof *out);
  out->sun_family = AF_UNIX;
  if (strlen(path) >= sizeof out->sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  strcpy(out->sun_path, path);
  return 0;
}

static int failed(int descriptor) {
  int code = errno;
  close(descriptor);
  errno = code;
  return -1;
}

int hfm_unix_listen(const char *path) {
  struct sockaddr_un place;
  if (address(path, &place) != 0) return -1;
  int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -1;
  // The mode of the descriptor becomes that of the file: no moment at which others may connect.
  if (fchmod(descriptor, 0600) != 0) return failed(descriptor);
  if (bind(descriptor, (struct sockaddr *)&place, sizeof place) != 0) return failed(descriptor);
  if (chmod(path, 0600) != 0 || listen(descriptor, 64) != 0) return failed(descriptor);
  return descriptor;
}

int hfm_unix_connect(const char *path) {
  struct sockaddr_un place;
  if (address(path, &place) != 0) return -1;
  int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -1;
  if (connect(descriptor, (struct sockaddr *)&place, sizeof place) != 0) return failed(descriptor);
  return descriptor;
}

int hfm_unix_accept(int descriptor) { return accept4(descriptor, NULL, NULL, SOCK_CLOEXEC); }

long hfm_peer_user(int descriptor) {
  struct ucred peer;
  socklen_t size = sizeof peer;
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return -1;
  return (long)peer.uid;
}

void hfm_socket_timeout(int descriptor, int seconds) {
  struct timeval limit = {.tv_sec = seconds, .tv_usec = 0};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}
