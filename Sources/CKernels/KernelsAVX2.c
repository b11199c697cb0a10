#include "Common.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define W 8
#define TABLE hfm_table_avx2
#define GRAPH_TABLE hfm_graph_avx2
#define TABLE_NAME "avx2"
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "body/Kernels.h"
#pragma clang attribute pop
#endif
