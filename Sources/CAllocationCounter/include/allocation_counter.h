// Counts heap allocations by thread. The functions of malloc.h in a program that is linked with
// this target are these, over those of glibc, also for every library that the program loads.
#pragma once

/// Starts (1) or stops (0) counting for the calling thread.
void hfm_count_allocations(int on);

/// Allocations of all threads that count, since the last `hfm_reset_allocations`: those that the
/// program's own code asked for (with the Swift run-time library), and those that oneDNN and the
/// C++ library under it asked for.
long hfm_own_allocations(void);
long hfm_library_allocations(void);
void hfm_reset_allocations(void);
