// Peers that stand beside the executor in a benchmark run: what the hardware can do at best,
// OpenMP (GCC's libgomp) and oneTBB. Each function runs on threads of its own, pinned to `cpus`.
#pragma once
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

/// What a fork-join measurement is asked for.
struct hfm_fork_join {
  /// Threads and the processing units that they are pinned to.
  int threads;
  const int *cpus;
  /// Measured regions of one chunk per thread, and those before them that are not measured.
  int regions;
  int warmup;
  /// Time between two regions during which only the leader computes.
  int gap_ns;
  /// Whether each thread starts an empty region of its own inside its chunk.
  int nested;
  /// Filled: nanoseconds of each measured region.
  double *ns;
  /// Filled: mean share of the threads that ran a chunk, 0 … 1.
  double participation;
};

/// The least that two-way communication costs: a store per thread, seen, and a store back, seen.
void hfm_peer_floor(struct hfm_fork_join *run);
/// `#pragma omp parallel` over `threads` threads.
void hfm_peer_openmp(struct hfm_fork_join *run);
/// `tbb::parallel_for` with `static_partitioner`.
void hfm_peer_tbb(struct hfm_fork_join *run);

/// Starts a process that computes without end on one processing unit, and returns its number;
/// negative when there is none. It ends with this process at the latest.
int hfm_peer_start_neighbour(int cpu);
/// Ends it.
void hfm_peer_stop_neighbour(int process);

/// Nanoseconds per empty task: one producer, `tasks` tasks, all waited for.
double hfm_peer_openmp_tasks(int threads, const int *cpus, long tasks);
double hfm_peer_tbb_tasks(int threads, const int *cpus, long tasks);
/// Nanoseconds per spawn of the recursion fibonacci(n), one task per addition.
double hfm_peer_openmp_fibonacci(int threads, const int *cpus, int n);
double hfm_peer_tbb_fibonacci(int threads, const int *cpus, int n);
/// The same with oneTBB's parallel_invoke, two calls at once.
double hfm_peer_tbb_fibonacci_pairs(int threads, const int *cpus, int n);

/// y[m,n] = x[m,k] * w[n,k]^T by oneDNN's sgemm on `threads` OpenMP threads of its own.
/// Returns a oneDNN status; 0 is success.
int hfm_peer_onednn_product(
    int threads, long m, long n, long k, const float *x, const float *w, float *y);
/// GFLOP/s of all threads together: each multiplies [m,k] by [k,n] of its own, on its own, with
/// single-thread oneDNN and the second operand in oneDNN's own order. 0 where it cannot.
double hfm_peer_onednn_loops(
    int threads, const int *cpus, long m, long n, long k, int bf16, int calls);
/// GB/s (1e9) of all threads together, each reading 128 MiB of its own.
double hfm_peer_read_bandwidth(int threads, const int *cpus);

#ifdef __cplusplus
}
#endif
