#define _GNU_SOURCE
#include <dlfcn.h>

#include "Common.h"

const hfm_kernel_table *hfm_kernels_for(int32_t set) {
  if (set == HFM_PORTABLE) return &hfm_table_portable;
#if defined(__x86_64__)
  if (set == HFM_AVX2)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &hfm_table_avx2 : 0;
  int hasAVX512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
                  && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  if (set == HFM_AVX512) return hasAVX512 ? &hfm_table_avx512 : 0;
  if (set == HFM_AVX512_BF16)
    return hasAVX512 && __builtin_cpu_supports("avx512bf16") ? &hfm_table_avx512_bf16 : 0;
#endif
  return 0;
}
const hfm_kernel_table *hfm_kernels(void) {
  for (int32_t set = HFM_AVX512_BF16; set > HFM_PORTABLE; set--) {
    const hfm_kernel_table *table = hfm_kernels_for(set);
    if (table) return table;
  }
  return &hfm_table_portable;
}

int64_t hfm_attention_query_block(void) { return HFM_QUERY_BLOCK; }
hfm_attention_shape hfm_attention_rows(const hfm_attention_shape *g) {
  hfm_attention_shape rows = *g;
  if (g->queries != 1 || g->queryHeads == g->keyValueHeads) return rows;
  rows.batch = g->batch * g->keyValueHeads;
  rows.queries = g->queryHeads / g->keyValueHeads;
  rows.queryHeads = 1;
  // The last query sees every key.
  rows.causal = 0;
  return rows;
}
int64_t hfm_attention_items(const hfm_attention_shape *shape) {
  const hfm_attention_shape g = hfm_attention_rows(shape);
  return g.batch * g.queryHeads * ((g.queries + HFM_QUERY_BLOCK - 1) / HFM_QUERY_BLOCK);
}
static int64_t padded(int64_t columns) {
  return (columns + HFM_WIDEST - 1) / HFM_WIDEST * HFM_WIDEST;
}
int64_t hfm_attention_scratch(const hfm_attention_shape *g) {
  int64_t d = padded(g->headSize), q = HFM_QUERY_BLOCK, k = HFM_KEY_BLOCK;
  int64_t pairs = (g->keys + 1) / 2 * d, values = k * d;
  if (pairs > values && pairs <= HFM_KEPT_VALUES) values = pairs;
  return 2 * q * d + k * d + q * k + values;
}
int64_t hfm_attention_backward_scratch(const hfm_attention_shape *g) {
  int64_t d = padded(g->headSize), q = HFM_QUERY_BLOCK, k = HFM_KEY_BLOCK;
  return 5 * q * d + 3 * k * d + 3 * q * k + 2 * g->keys * d;
}

int hfm_set_openmp_threads(int count) {
  // oneDNN of Debian is built on OpenMP; the symbol is absent when it is built otherwise.
  void (*set)(int) = (void (*)(int))dlsym(RTLD_DEFAULT, "omp_set_num_threads");
  if (set) set(count);
  return set != 0;
}
void hfm_use_one_thread(void) {
  static _Thread_local int done;
  if (!done) hfm_set_openmp_threads(1);
  done = 1;
}

int64_t hfm_sort_ids(const int32_t *ids, int64_t n, int64_t vocabulary, int32_t *starts,
                     int32_t *order) {
  int64_t bad = 0;
  memset(starts, 0, (size_t)(vocabulary + 1) * sizeof *starts);
  for (int64_t i = 0; i < n; i++) {
    if (ids[i] >= 0 && ids[i] < vocabulary)
      starts[ids[i] + 1]++;
    else
      bad++;
  }
  for (int64_t v = 0; v < vocabulary; v++) starts[v + 1] += starts[v];
  for (int64_t i = 0; i < n; i++)
    if (ids[i] >= 0 && ids[i] < vocabulary) order[starts[ids[i]]++] = (int32_t)i;
  // Filling moved each start to its end, which is the next one's start: move back.
  for (int64_t v = vocabulary; v > 0; v--) starts[v] = starts[v - 1];
  starts[0] = 0;
  return bad;
}

int64_t hfm_offset_ids(const int32_t *ids, int32_t *global, int64_t perRow, int64_t rows,
                       int64_t rowBegin, int64_t rowEnd) {
  int64_t bad = 0;
  for (int64_t i = rowBegin * perRow; i < rowEnd * perRow; i++) {
    int isInside = ids[i] >= 0 && ids[i] < rows;
    bad += !isInside;
    global[i] = (int32_t)((isInside ? ids[i] : 0) + i / perRow * rows);
  }
  return bad;
}

// SplitMix64 (Steele, Lea & Flood 2014) of seed and index.
static uint64_t mixed(uint64_t seed, uint64_t index) {
  uint64_t z = seed + (index + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}
void hfm_fill_normal(hfm_array x, uint64_t seed, float mean, float deviation, int64_t begin,
                     int64_t end) {
  const hfm_kernel_table *table = hfm_kernels();
  float buffer[256];
  for (int64_t at = begin; at < end; at += 256) {
    int64_t n = end - at < 256 ? end - at : 256;
    for (int64_t i = 0; i < n; i++) {
      // The sum of eight 16-bit uniforms (Irwin-Hall) is close to normal, bounded, and cheap.
      uint64_t a = mixed(seed, 2 * (uint64_t)(at + i)), b = mixed(seed, 2 * (uint64_t)(at + i) + 1);
      float sum = 0;
      for (int j = 0; j < 64; j += 16)
        sum += (float)((a >> j) & 0xffff) + (float)((b >> j) & 0xffff);
      // Mean 4 and variance 8/12 in units of 2^16.
      buffer[i] = mean + deviation * (sum * 0x1p-16f - 4.0f) * 1.22474487f;
    }
    table->fromFloat(buffer, x, at, at + n);
  }
}
void hfm_fill_bytes(int8_t *x, uint64_t seed, int64_t begin, int64_t end) {
  float buffer[256];
  hfm_array numbers = {buffer, HFM_F32};
  for (int64_t at = begin; at < end; at += 256) {
    int64_t n = end - at < 256 ? end - at : 256;
    // Irwin-Hall's sum of eight stays within 4.9 deviations: 32 of them do not fit a byte.
    hfm_fill_normal(numbers, seed + (uint64_t)at, 0, 32, 0, n);
    for (int64_t i = 0; i < n; i++)
      x[at + i] = (int8_t)lrintf(buffer[i] > 127 ? 127 : buffer[i] < -127 ? -127 : buffer[i]);
  }
}
