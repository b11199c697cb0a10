#include "Common.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define W 16
#define TABLE hfm_table_avx512
#define GRAPH_TABLE hfm_graph_avx512
#define TABLE_NAME "avx512"
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma"))), apply_to = function)
#include "body/Kernels.h"
#pragma clang attribute pop
#endif
