#include "Common.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define W 16
// Pairs of bf16 are multiplied and rounded by instructions of their own.
#define HFM_BF16_DOT
#define TABLE hfm_table_avx512_bf16
#define GRAPH_TABLE hfm_graph_avx512_bf16
#define TABLE_NAME "avx512-bf16"
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,fma"))), \
    apply_to = function)
#include "body/Kernels.h"
#pragma clang attribute pop
#endif
