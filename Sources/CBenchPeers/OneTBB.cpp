#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_invoke.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>
#include <tbb/task_scheduler_observer.h>

#include "PeerTools.h"

namespace {

/// Pins each thread that joins the arena to the processing unit of its slot.
class Pinning : public tbb::task_scheduler_observer {
 public:
  Pinning(tbb::task_arena &arena, const int *cpus) : task_scheduler_observer(arena), cpus_(cpus) {
    observe(true);
  }
  ~Pinning() override { observe(false); }
  void on_scheduler_entry(bool) override {
    int slot = tbb::this_task_arena::current_thread_index();
    if (slot >= 0 && slot < tbb::this_task_arena::max_concurrency()) peers::pin(cpus_[slot]);
  }

 private:
  const int *cpus_;
};

template <class Body>
void inArena(int threads, const int *cpus, Body body) {
  peers::onOwnThread([&] {
    tbb::task_arena arena(threads);
    arena.initialize();
    Pinning pinning(arena, cpus);
    arena.execute(body);
  });
}

long fibonacci(int n) {
  if (n < 2) return n;
  long left = 0;
  tbb::task_group group;
  group.run([&left, n] { left = fibonacci(n - 1); });
  long right = fibonacci(n - 2);
  group.wait();
  return left + right;
}

long fibonacciByPairs(int n) {
  if (n < 2) return n;
  long left = 0, right = 0;
  tbb::parallel_invoke([&left, n] { left = fibonacciByPairs(n - 1); },
                       [&right, n] { right = fibonacciByPairs(n - 2); });
  return left + right;
}

double timeRecursion(int threads, const int *cpus, int n, long (*recursion)(int)) {
  double elapsed = 0;
  inArena(threads, cpus, [&] {
    double start = peers::now();
    recursion(n);
    elapsed = peers::now() - start;
  });
  return elapsed / double(peers::additions(n));
}

}  // namespace

void hfm_peer_tbb(hfm_fork_join *run) {
  inArena(run->threads, run->cpus, [run] {
    peers::measure(run, [run](peers::Marks &marks) {
      tbb::parallel_for(
          tbb::blocked_range<int>(0, run->threads, 1),
          [&marks, run](const tbb::blocked_range<int> &range) {
            for (int chunk = range.begin(); chunk < range.end(); chunk++) marks.mark(chunk);
            if (run->nested)
              tbb::parallel_for(
                  tbb::blocked_range<int>(0, run->threads, 1),
                  [](const tbb::blocked_range<int> &) {}, tbb::static_partitioner());
          },
          tbb::static_partitioner());
    });
  });
}

double hfm_peer_tbb_tasks(int threads, const int *cpus, long tasks) {
  double elapsed = 0;
  inArena(threads, cpus, [&] {
    tbb::task_group group;
    double start = peers::now();
    for (long i = 0; i < tasks; i++) group.run([] {});
    group.wait();
    elapsed = peers::now() - start;
  });
  return elapsed / double(tasks);
}

double hfm_peer_tbb_fibonacci(int threads, const int *cpus, int n) {
  return timeRecursion(threads, cpus, n, fibonacci);
}

double hfm_peer_tbb_fibonacci_pairs(int threads, const int *cpus, int n) {
  return timeRecursion(threads, cpus, n, fibonacciByPairs);
}
