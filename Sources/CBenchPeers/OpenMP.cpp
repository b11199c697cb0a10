// OpenMP through libgomp's own entry points, those that GCC emits for its pragmas: no compiler
// support is needed. Declared after GCC 12's libgomp/libgomp_g.h.
#include "PeerTools.h"

extern "C" {
void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
void GOMP_task(void (*body)(void *), void *data, void (*copy)(void *, void *), long bytes,
               long align, bool condition, unsigned flags, void **depend, int priority,
               void *detach);
void GOMP_taskwait(void);
int omp_get_thread_num(void);
}

namespace {

/// `#pragma omp parallel num_threads(threads)`.
template <class Body>
void parallel(int threads, Body &body) {
  GOMP_parallel([](void *raw) { (*static_cast<Body *>(raw))(omp_get_thread_num()); }, &body,
                unsigned(threads), 0);
}

void pinTeam(int threads, const int *cpus) {
  auto body = [&](int thread) { peers::pin(cpus[thread]); };
  parallel(threads, body);
}

/// `#pragma omp parallel` + `#pragma omp single`: the other threads carry out tasks at the end.
template <class Body>
double timeOnSingle(int threads, const int *cpus, Body produce) {
  double elapsed = 0;
  peers::onOwnThread([&] {
    pinTeam(threads, cpus);
    auto body = [&](int thread) {
      if (thread != 0) return;
      double start = peers::now();
      produce();
      elapsed = peers::now() - start;
    };
    parallel(threads, body);
  });
  return elapsed;
}

struct Fibonacci {
  int n;
  long *result;
};

void fibonacci(void *raw) {
  auto *task = static_cast<Fibonacci *>(raw);
  if (task->n < 2) {
    *task->result = task->n;
    return;
  }
  long left = 0, right = 0;
  Fibonacci first{task->n - 1, &left}, second{task->n - 2, &right};
  GOMP_task(fibonacci, &first, nullptr, sizeof first, alignof(Fibonacci), true, 0, nullptr, 0,
            nullptr);
  fibonacci(&second);
  GOMP_taskwait();
  *task->result = left + right;
}

}  // namespace

void hfm_peer_openmp(hfm_fork_join *run) {
  peers::onOwnThread([&] {
    pinTeam(run->threads, run->cpus);
    peers::measure(run, [&](peers::Marks &marks) {
      auto inner = [](int) {};
      auto body = [&](int thread) {
        marks.mark(thread);
        if (run->nested) parallel(run->threads, inner);
      };
      parallel(run->threads, body);
    });
  });
}

double hfm_peer_openmp_tasks(int threads, const int *cpus, long tasks) {
  double elapsed = timeOnSingle(threads, cpus, [=] {
    char nothing = 0;
    for (long i = 0; i < tasks; i++)
      GOMP_task([](void *) {}, &nothing, nullptr, 1, 1, true, 0, nullptr, 0, nullptr);
    GOMP_taskwait();
  });
  return elapsed / double(tasks);
}

double hfm_peer_openmp_fibonacci(int threads, const int *cpus, int n) {
  long value = 0;
  double elapsed = timeOnSingle(threads, cpus, [&] {
    Fibonacci root{n, &value};
    fibonacci(&root);
  });
  return elapsed / double(peers::additions(n));
}
