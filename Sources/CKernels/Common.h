#pragma once
#include <math.h>
#include <oneapi/dnnl/dnnl.h>
#include <string.h>

#include "CKernels.h"

// Queries and keys of an attention tile: 64 x 128 scores are 32 KiB.
#define HFM_QUERY_BLOCK 64
#define HFM_KEY_BLOCK 128
// Floats of a head's values in pairs that a lane keeps from block to block of queries: 256 KiB.
#define HFM_KEPT_VALUES (64 << 10)
// Floats of the widest vector: rows of attention's scratch are padded to it.
#define HFM_WIDEST 16

// What items of attention go over: where each head has one query, as in decoding, those that share
// keys are rows of one block, since fewer than a vector of rows take as long as a vector of them.
hfm_attention_shape hfm_attention_rows(const hfm_attention_shape *shape);

// oneDNN's engine; null when it cannot be made.
dnnl_engine_t hfm_engine(void);
// A stream of the calling thread, on which oneDNN runs alone; null when there is none.
dnnl_stream_t hfm_own_stream(void);

// The rest of the block makes or frees descriptions and code of oneDNN with no other thread at it:
// its list of reorders and its cache of code had races until 2.7 (openvinotoolkit/oneDNN #129;
// tensorflow #57044 turned the cache off), and a primitive that comes out wrong stays in the cache.
#define MAKES_ALONE \
  __attribute__((cleanup(hfm_end_making), unused)) int makesAlone = hfm_begin_making()
int hfm_begin_making(void);
void hfm_end_making(int *unused);

extern const hfm_kernel_table hfm_table_portable;
extern const hfm_kernel_table hfm_table_avx2;
extern const hfm_kernel_table hfm_table_avx512;
extern const hfm_kernel_table hfm_table_avx512_bf16;
