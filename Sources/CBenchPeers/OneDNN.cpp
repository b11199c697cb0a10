// oneDNN's own matrix product with its own OpenMP threads.
#include <oneapi/dnnl/dnnl.h>

#include "CBenchPeers.h"

extern "C" void omp_set_num_threads(int);

extern "C" int hfm_peer_onednn_product(
    int threads, long m, long n, long k, const float *x, const float *w, float *y) {
  omp_set_num_threads(threads);
  return (int)dnnl_sgemm('N', 'T', m, n, k, 1, x, k, w, k, 0, y, n);
}
