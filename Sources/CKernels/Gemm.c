// One output tile on one thread: oneDNN's sgemm for fp32; for 16-bit storage oneDNN's matmul where
// the processor multiplies bf16 natively, else blocks converted to fp32 and sgemm.
#include <pthread.h>
#include <stdlib.h>

#include "Common.h"

// Blocks of the converting path: the three panels are 3.5 MiB, of which the inner two are reused.
#define MC 512
#define NC 256
#define KC 1024

int64_t hfm_gemm_scratch(void) { return MC * KC + KC * NC + MC * NC; }

int hfm_has_native_bf16(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16")
         && dnnl_get_effective_cpu_isa() >= dnnl_cpu_isa_avx512_core_bf16;
#else
  return 0;
#endif
}

int hfm_has_tile_bf16(void) {
  return hfm_has_native_bf16() && dnnl_get_effective_cpu_isa() >= dnnl_cpu_isa_avx512_core_amx;
}

static void add_bias(const hfm_kernel_table *table, const hfm_gemm *g, float *c, int64_t ldc) {
  hfm_array row = {c, HFM_F32};
  for (int64_t i = 0; i < g->m; i++) {
    row.data = c + i * ldc;
    table->add(row, g->bias, row, g->n, 0, g->n);
  }
}

static int all_fp32(const hfm_gemm *g) {
  hfm_use_one_thread();
  dnnl_status_t status = dnnl_sgemm(
      g->transposeA ? 'T' : 'N', g->transposeB ? 'T' : 'N', g->m, g->n, g->k, 1,
      (const float *)g->a.data, g->lda, (const float *)g->b.data, g->ldb, 0, (float *)g->c.data,
      g->ldc);
  if (status == dnnl_success && g->bias.data)
    add_bias(hfm_kernels(), g, (float *)g->c.data, g->ldc);
  return (int)status;
}

// Converts rows x cols at (row, col) of an operand stored [.., ld] into a packed block.
static void pack(const hfm_kernel_table *table, hfm_array x, int64_t ld, int64_t row, int64_t col,
                 int64_t rows, int64_t cols, float *y) {
  for (int64_t r = 0; r < rows; r++)
    table->toFloat(x, (row + r) * ld + col, (row + r) * ld + col + cols, y + r * cols);
}

static int converting(const hfm_gemm *g, float *scratch) {
  const hfm_kernel_table *table = hfm_kernels();
  hfm_use_one_thread();
  float *pa = scratch, *pb = pa + MC * KC, *pc = pb + KC * NC;
  for (int64_t i = 0; i < g->m; i += MC) {
    int64_t m = g->m - i < MC ? g->m - i : MC;
    for (int64_t j = 0; j < g->n; j += NC) {
      int64_t n = g->n - j < NC ? g->n - j : NC;
      for (int64_t l = 0; l < g->k; l += KC) {
        int64_t k = g->k - l < KC ? g->k - l : KC;
        if (g->transposeA) pack(table, g->a, g->lda, l, i, k, m, pa);
        // A block that is the whole of k serves every column block.
        else if (j == 0 || g->k > KC) pack(table, g->a, g->lda, i, l, m, k, pa);
        if (g->transposeB) pack(table, g->b, g->ldb, j, l, n, k, pb);
        else pack(table, g->b, g->ldb, l, j, k, n, pb);
        dnnl_status_t status = dnnl_sgemm(
            g->transposeA ? 'T' : 'N', g->transposeB ? 'T' : 'N', m, n, k, 1, pa,
            g->transposeA ? m : k, pb, g->transposeB ? k : n, l > 0, pc, n);
        if (status != dnnl_success) return (int)status;
      }
      for (int64_t r = 0; r < m; r++) {
        hfm_array row = {pc + r * n, HFM_F32}, bias = g->bias;
        if (bias.data) {
          bias.data = (char *)bias.data + j * (bias.type == HFM_F32 ? 4 : 2);
          table->add(row, bias, row, n, 0, n);
        }
        table->fromFloat(pc + r * n, g->c, (i + r) * g->ldc + j, (i + r) * g->ldc + j + n);
      }
    }
  }
  return 0;
}

// A thread's last product: batches and tiles ask for one shape many times, and even from oneDNN's
// cache a primitive takes longer to make than a small product to compute.
struct last {
  hfm_gemm shape;
  hfm_product *product;
};
static pthread_key_t lastKey;
static int hasLastKey;
static pthread_once_t lastOnce = PTHREAD_ONCE_INIT;
static void forget(void *value) {
  struct last *last = value;
  hfm_product_destroy(last->product);
  free(last);
}
static void make_last_key(void) { hasLastKey = pthread_key_create(&lastKey, forget) == 0; }

static int is_alike(const hfm_gemm *x, const hfm_gemm *y) {
  return x->m == y->m && x->n == y->n && x->k == y->k && x->lda == y->lda && x->ldb == y->ldb
         && x->ldc == y->ldc && x->transposeA == y->transposeA && x->transposeB == y->transposeB
         && x->a.type == y->a.type && x->b.type == y->b.type && x->c.type == y->c.type
         && x->bias.type == y->bias.type && !x->bias.data == !y->bias.data;
}

// One matmul through oneDNN's primitive.
static int native(const hfm_gemm *g) {
  pthread_once(&lastOnce, make_last_key);
  if (!hasLastKey) return dnnl_runtime_error;
  struct last *last = pthread_getspecific(lastKey);
  if (!last) {
    last = calloc(1, sizeof *last);
    if (!last || pthread_setspecific(lastKey, last) != 0) {
      free(last);
      return dnnl_out_of_memory;
    }
  }
  if (!last->product || !is_alike(&last->shape, g)) {
    hfm_product_destroy(last->product);
    last->product = 0;
    int status = hfm_product_create(g, 0, &last->product);
    if (status) return status;
    last->shape = *g;
  }
  return hfm_product_run(last->product, g->a.data, g->b.data, g->bias.data, g->c.data);
}

int hfm_gemm_tile(const hfm_gemm *g, float *scratch) {
  if (g->m <= 0 || g->n <= 0) return 0;
  if (g->a.type == HFM_F32 && g->b.type == HFM_F32 && g->c.type == HFM_F32) return all_fp32(g);
  static int32_t isNative = -1;
  if (isNative < 0) isNative = hfm_has_native_bf16();
  if (isNative && g->a.type == HFM_BF16 && g->b.type == HFM_BF16 && g->c.type != HFM_F16
      && native(g) == 0)
    return 0;
  return converting(g, scratch);
}
