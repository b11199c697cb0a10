// How biased attention is cut, the same for every instruction set.
#include "Common.h"

// A block's scores take at most 256 KiB, so that they stay in the second cache.
#define BLOCK_SCORES 65536

int64_t hfm_bias_attention_rows(const hfm_bias_attention *g) {
  int64_t rows = BLOCK_SCORES / (g->keys > 0 ? g->keys : 1);
  if (rows > HFM_QUERY_BLOCK) rows = HFM_QUERY_BLOCK;
  if (rows > g->queries) rows = g->queries;
  return rows < 1 ? 1 : rows;
}
int64_t hfm_bias_attention_scratch(const hfm_bias_attention *g, int32_t backward) {
  int64_t rows = hfm_bias_attention_rows(g), T = g->keys, D = g->headSize, E = g->valueSize;
  if (!backward) return rows * (D + E + T) + T * (D + E) + T;
  return rows * (2 * D + E + 2 * T) + 2 * T * (D + E) + T;
}
int64_t hfm_bias_attention_groups(const hfm_bias_attention *g, int64_t *batchGroups,
                                  int64_t *headGroups) {
  *batchGroups = g->biasStride[0] != 0 || g->batch == 0 ? g->batch : 1;
  *headGroups = g->biasStride[1] != 0 ? g->keyValueHeads : 1;
  // Without a bias nothing is shared.
  if (g->biasStride[3] < 0) {
    *batchGroups = g->batch;
    *headGroups = g->keyValueHeads;
  }
  return *batchGroups * *headGroups;
}
