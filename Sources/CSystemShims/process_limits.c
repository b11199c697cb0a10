#define _GNU_SOURCE
#include "process_limits.h"

#include <limits.h>
#include <sched.h>
#include <stddef.h>
#include <sys/resource.h>

int hfm_affinity_cpus(int thread, int *cpus, int capacity) {
  // The kernel refuses a mask smaller than its own, whose width is known only by trying.
  for (int width = 1024; width <= 1 << 20; width *= 2) {
    cpu_set_t *set = CPU_ALLOC(width);
    if (!set) return -1;
    size_t size = CPU_ALLOC_SIZE(width);
    CPU_ZERO_S(size, set);
    if (sched_getaffinity(thread, size, set) != 0) {
      CPU_FREE(set);
      continue;
    }
    int count = 0;
    for (int cpu = 0; cpu < width; cpu++) {
      if (!CPU_ISSET_S(cpu, size, set)) continue;
      if (count < capacity) cpus[count] = cpu;
      count++;
    }
    CPU_FREE(set);
    return count;
  }
  return -1;
}

long long hfm_locked_memory_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return -2;
  if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > LLONG_MAX) return -1;
  return (long long)limit.rlim_cur;
}
