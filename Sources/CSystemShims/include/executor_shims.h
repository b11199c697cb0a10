// What the executor needs of Linux that Swift's Glibc module does not import: affinity, thread
// names, futexes, NUMA memory policy, and the processor's pause and tick counter.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Pins a thread (the kernel's number of it; 0 for the calling one) to one processing unit.
/// Returns 0 or an errno value.
int hfm_pin_thread(int thread, int cpu);
/// Lets a thread (a `pthread_t`) run on these processing units alone. Returns 0 or an errno value.
int hfm_limit_thread(unsigned long thread, const int *cpus, int count);
/// The kernel's number of the calling thread.
int hfm_current_thread(void);
/// The processing unit that the calling thread runs on, or -1.
int hfm_current_cpu(void);
/// Names the calling thread; Linux keeps the first 15 bytes.
void hfm_name_current_thread(const char *name);

/// Sleeps while `*word == expected`, until woken; may return early.
void hfm_futex_wait(const void *word, uint32_t expected);
/// Wakes at most `count` threads that sleep on `word`.
void hfm_futex_wake(const void *word, int count);

/// What a thread answers when asked for its pool and its number in it (0, -1 when no worker). Asked
/// at every task, hence read without a call: initial-exec, as the dynamic linker's reserve of
/// thread-local storage holds these two words also in a library that is loaded late.
struct hfm_thread_identity {
  uintptr_t pool;
  int worker;
};
extern _Thread_local struct hfm_thread_identity hfm_thread_identity
    __attribute__((tls_model("initial-exec")));

/// Sets what the calling thread answers to the two questions below (0, -1 when no worker).
void hfm_set_current_worker(uintptr_t pool, int worker);
/// The pool that the calling thread works for; 0 when it is no worker.
static inline uintptr_t hfm_current_pool(void) { return hfm_thread_identity.pool; }
/// The calling thread's worker number; -1 when it is no worker.
static inline int hfm_current_worker(void) { return hfm_thread_identity.worker; }

/// Asks Linux for the right to call `hfm_process_barrier`. Returns 0 or an errno value.
int hfm_register_process_barrier(void);
/// Makes every running thread of this process pass a full memory barrier (membarrier(2), private
/// expedited): one side of an agreement between threads then needs none of its own.
void hfm_process_barrier(void);

/// Binds a mapped range to one NUMA node (MPOL_BIND). Returns 0 or an errno value.
int hfm_bind_memory(void *address, size_t bytes, int node);
/// Spreads a mapped range over NUMA nodes page by page (MPOL_INTERLEAVE). Returns 0 or an errno
/// value.
int hfm_interleave_memory(void *address, size_t bytes, const int *nodes, int count);
/// Asks for a mapped range that each page falls on the node of the thread that first touches it and
/// stays there (MPOL_LOCAL). That is the default policy but for automatic NUMA balancing, which
/// would keep taking pages away to see who uses them, and migrate them; Linux 6.1's move_pages does
/// not even find the pages taken away. Returns 0 or an errno value.
int hfm_keep_memory_local(void *address, size_t bytes);
/// Fills `nodes[i]` with the node of the page at `address + i * page_bytes`, or a negative errno
/// (-ENOENT: not present). Returns 0 or an errno value.
int hfm_page_nodes(void *address, size_t page_bytes, size_t pages, int *nodes);
/// Asks for huge pages. Returns 0 or an errno value.
int hfm_advise_huge_pages(void *address, size_t bytes);

/// Makes the page at `address` exist by reading and writing its first byte, which stays the same;
/// volatile, or an optimising compiler would drop a write of what was just read.
static inline void hfm_touch_page(void *address) {
  volatile char *byte = (volatile char *)address;
  *byte = *byte;
}

/// Tells the processor that this is a spin loop.
static inline void hfm_cpu_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield" ::: "memory");
#endif
}

/// A steady counter that costs a few nanoseconds to read; its rate is measured at start.
static inline uint64_t hfm_ticks(void) {
#if defined(__x86_64__) || defined(__i386__)
  return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  uint64_t ticks;
  __asm__ __volatile__("mrs %0, cntvct_el0" : "=r"(ticks));
  return ticks;
#else
  extern uint64_t hfm_monotonic_nanoseconds(void);
  return hfm_monotonic_nanoseconds();
#endif
}

/// CLOCK_MONOTONIC in nanoseconds.
uint64_t hfm_monotonic_nanoseconds(void);
