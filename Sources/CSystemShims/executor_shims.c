#define _GNU_SOURCE
#include "executor_shims.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <linux/mempolicy.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int hfm_pin_thread(int thread, int cpu) {
  if (cpu < 0) return EINVAL;
  cpu_set_t *set = CPU_ALLOC((size_t)cpu + 1);
  if (!set) return ENOMEM;
  size_t bytes = CPU_ALLOC_SIZE((size_t)cpu + 1);
  CPU_ZERO_S(bytes, set);
  CPU_SET_S((size_t)cpu, bytes, set);
  int failure = sched_setaffinity(thread, bytes, set) == 0 ? 0 : errno;
  CPU_FREE(set);
  return failure;
}

int hfm_limit_thread(unsigned long thread, const int *cpus, int count) {
  int last = -1;
  for (int i = 0; i < count; i++) {
    if (cpus[i] < 0) return EINVAL;
    if (cpus[i] > last) last = cpus[i];
  }
  if (last < 0) return EINVAL;
  cpu_set_t *set = CPU_ALLOC((size_t)last + 1);
  if (!set) return ENOMEM;
  size_t bytes = CPU_ALLOC_SIZE((size_t)last + 1);
  CPU_ZERO_S(bytes, set);
  for (int i = 0; i < count; i++) CPU_SET_S((size_t)cpus[i], bytes, set);
  int failure = pthread_setaffinity_np(thread, bytes, set);
  CPU_FREE(set);
  return failure;
}

int hfm_current_thread(void) { return (int)syscall(SYS_gettid); }

int hfm_current_cpu(void) { return sched_getcpu(); }

void hfm_name_current_thread(const char *name) {
  char kept[16];
  strncpy(kept, name, sizeof kept - 1);
  kept[sizeof kept - 1] = 0;
  pthread_setname_np(pthread_self(), kept);
}

void hfm_futex_wait(const void *word, uint32_t expected) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, NULL, NULL, 0);
}

void hfm_futex_wake(const void *word, int count) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

_Thread_local struct hfm_thread_identity hfm_thread_identity = {0, -1};

void hfm_set_current_worker(uintptr_t pool, int worker) {
  hfm_thread_identity = (struct hfm_thread_identity){pool, worker};
}

int hfm_register_process_barrier(void) {
  long result = syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
  return result == 0 ? 0 : errno;
}

void hfm_process_barrier(void) {
  syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
}

static int set_policy(void *address, size_t bytes, int policy, const int *nodes, int count) {
  enum { word_bits = sizeof(unsigned long) * CHAR_BIT, words = 1024 / word_bits };
  unsigned long mask[words] = {0};
  for (int i = 0; i < count; i++) {
    if (nodes[i] < 0 || nodes[i] >= 1024) return EINVAL;
    mask[nodes[i] / word_bits] |= 1UL << (nodes[i] % word_bits);
  }
  // The kernel reads maxnode - 1 bits.
  long result = syscall(SYS_mbind, address, bytes, policy, mask, 1024UL + 1, 0U);
  return result == 0 ? 0 : errno;
}

int hfm_bind_memory(void *address, size_t bytes, int node) {
  return set_policy(address, bytes, MPOL_BIND, &node, 1);
}

int hfm_interleave_memory(void *address, size_t bytes, const int *nodes, int count) {
  return set_policy(address, bytes, MPOL_INTERLEAVE, nodes, count);
}

int hfm_keep_memory_local(void *address, size_t bytes) {
  long result = syscall(SYS_mbind, address, bytes, MPOL_LOCAL, NULL, 0UL, 0U);
  return result == 0 ? 0 : errno;
}

int hfm_page_nodes(void *address, size_t page_bytes, size_t pages, int *nodes) {
  enum { batch = 512 };
  void *addresses[batch];
  for (size_t first = 0; first < pages; first += batch) {
    size_t count = pages - first < batch ? pages - first : batch;
    for (size_t i = 0; i < count; i++) addresses[i] = (char *)address + (first + i) * page_bytes;
    // Without target nodes the call only tells where each page is.
    if (syscall(SYS_move_pages, 0, count, addresses, NULL, nodes + first, 0) != 0) return errno;
  }
  return 0;
}

int hfm_advise_huge_pages(void *address, size_t bytes) {
  return madvise(address, bytes, MADV_HUGEPAGE) == 0 ? 0 : errno;
}

uint64_t hfm_monotonic_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
