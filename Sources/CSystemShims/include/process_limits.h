#pragma once

// Writes the processing units of the calling thread's affinity mask, rising, and returns how many
// there are (which may exceed `capacity`); -1 when the kernel does not say.
int hfm_affinity_cpus(int *cpus, int capacity);

// RLIMIT_MEMLOCK of this process in bytes (the soft limit); -1 when unlimited, -2 when unknown.
long long hfm_locked_memory_limit(void);
