#pragma once

// Writes the processing units that a thread may run on (its affinity mask), rising, and returns how
// many there are (which may exceed `capacity`); -1 when the kernel does not say. `thread` is the
// kernel's number of the thread; 0 for the calling one.
int hfm_affinity_cpus(int thread, int *cpus, int capacity);

// RLIMIT_MEMLOCK of this process in bytes (the soft limit); -1 when unlimited, -2 when unknown.
long long hfm_locked_memory_limit(void);
