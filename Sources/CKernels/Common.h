#pragma once
#include <math.h>
#include <oneapi/dnnl/dnnl.h>
#include <string.h>

#include "CKernels.h"

// Queries and keys of an attention tile: 64 x 128 scores are 32 KiB.
#define HFM_QUERY_BLOCK 64
#define HFM_KEY_BLOCK 128
// Floats of the widest vector: rows of attention's scratch are padded to it.
#define HFM_WIDEST 16

extern const hfm_kernel_table hfm_table_portable;
extern const hfm_kernel_table hfm_table_avx2;
extern const hfm_kernel_table hfm_table_avx512;
extern const hfm_kernel_table hfm_table_avx512_bf16;
