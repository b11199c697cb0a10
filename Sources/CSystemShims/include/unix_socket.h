#pragma once

// Listens on a Unix socket that only the owner may connect to (mode 0600 from its first moment).
// Returns the descriptor, or -1 with errno; ENAMETOOLONG when the path exceeds what a socket takes.
int hfm_unix_listen(const char *path);

// Connects to a Unix socket; returns the descriptor, or -1 with errno.
int hfm_unix_connect(const char *path);

// Accepts a connection; -1 with errno.
int hfm_unix_accept(int descriptor);

// The effective user of the process at the other end, as the kernel knows it; -1 when unknown.
long hfm_peer_user(int descriptor);

// Sets the longest time that a read or write on the socket may take.
void hfm_socket_timeout(int descriptor, int seconds);
