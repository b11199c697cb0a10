// Shared by the peers: pinning, time, and who took part.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "CBenchPeers.h"

namespace peers {

inline void pin(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

inline double now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return double(t.tv_sec) * 1e9 + double(t.tv_nsec);
}

/// The calling thread's processor time. For a thread that never waits it is the time that passes,
/// but for other programs' turns on a busy machine.
inline double ownTime() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return double(t.tv_sec) * 1e9 + double(t.tv_nsec);
}

inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/// Which thread ran which chunk of the current region.
class Marks {
 public:
  explicit Marks(int chunks) : slots_(chunks) {}
  void mark(int chunk) { slots_[chunk].thread = &self_; }
  /// Share of the chunks' threads that are distinct, and forgets them.
  double takeParticipation() {
    int distinct = 0;
    for (size_t i = 0; i < slots_.size(); i++) {
      bool isNew = slots_[i].thread != nullptr;
      for (size_t j = 0; j < i; j++) isNew = isNew && slots_[j].thread != slots_[i].thread;
      distinct += isNew;
    }
    for (auto &slot : slots_) slot.thread = nullptr;
    return double(distinct) / double(slots_.size());
  }

 private:
  struct alignas(128) Slot {
    void *thread = nullptr;
  };
  static thread_local char self_;
  std::vector<Slot> slots_;
};

/// Runs `region(marks)` warm-up + measured times and fills the result.
template <class Region>
void measure(hfm_fork_join *run, Region region) {
  Marks marks(run->threads);
  double participation = 0;
  for (int i = -run->warmup; i < run->regions; i++) {
    if (run->gap_ns > 0) {
      double until = now() + run->gap_ns;
      while (now() < until) pause();
    }
    double start = now();
    region(marks);
    double end = now();
    double share = marks.takeParticipation();
    if (i < 0) continue;
    run->ns[i] = end - start;
    participation += share;
  }
  run->participation = participation / run->regions;
}

/// Additions, and so tasks, of the recursion fibonacci(n): fib(n + 1) - 1, at least 1.
inline long additions(int n) {
  long previous = 0, current = 1;
  for (int i = 1; i <= n; i++) {
    long next = current + previous;
    previous = current;
    current = next;
  }
  return current > 1 ? current - 1 : 1;
}

/// Runs `body` on a thread of its own, so that pinning leaves the caller alone.
template <class Body>
void onOwnThread(Body body) {
  std::thread thread(body);
  thread.join();
}

}  // namespace peers
