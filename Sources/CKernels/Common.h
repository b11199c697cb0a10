#pragma once
#include <math.h>
#include <oneapi/dnnl/dnnl.h>
#include <string.h>

#include "CKernels.h"

// Rows and columns of an attention tile: 64 x 256 scores are 64 KiB.
#define HFM_QUERY_BLOCK 64
#define HFM_KEY_BLOCK 256

extern const hfm_kernel_table hfm_table_portable;
extern const hfm_kernel_table hfm_table_avx2;
extern const hfm_kernel_table hfm_table_avx512;
