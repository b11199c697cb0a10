// Operands of products in the orders in which PanelProduct.h reads them.
// A word is an fp32 number, or a pair of bf16 that are neighbours in the summed dimension.

// The summed dimension is filled up with zeros to whole words of this many.
#define DEEP 16

INLINE const float *word_at(hfm_array a, int64_t element) {
  return a.type == HFM_F32 ? (const float *)a.data + element
                           : (const float *)((const uint16_t *)a.data + element);
}

// Rows of words k, k + 1, ... of b, stored [k][n], from column j on.
INLINE void panel_rows(const hfm_gemm *g, int64_t j, int64_t columns, int64_t words, float *to) {
  for (int64_t w = 0; w < words; w++, to += HFM_PANEL) {
    if (g->b.type == HFM_F32) {
      const float *row = (const float *)g->b.data + w * g->ldb + j;
      FOR_LANES(columns) *(vfu *)(to + i) = vload(row + i, columns - i);
    } else {
      const uint16_t *row = (const uint16_t *)g->b.data + 2 * w * g->ldb + j;
      pair_rows(row, 2 * w + 1 < g->k ? row + g->ldb : 0, columns, to);
    }
  }
}

static void k_packPanels(const hfm_gemm *g, int64_t begin, int64_t end, float *y) {
  const int64_t each = g->b.type == HFM_F32 ? 1 : 2, words = (g->k + each - 1) / each;
  const int64_t deep = (words + DEEP - 1) / DEEP * DEEP;
  for (int64_t panel = begin; panel < end; panel++) {
    float *to = y + panel * deep * HFM_PANEL;
    const int64_t j = panel * HFM_PANEL, columns = least(HFM_PANEL, g->n - j);
    if (columns < HFM_PANEL) memset(to, 0, (size_t)(words * HFM_PANEL) * 4);
    if (g->transposeB)
      tile_transpose(word_at(g->b, j * g->ldb), g->ldb / each, columns, words, to, HFM_PANEL);
    else panel_rows(g, j, columns, words, to);
    memset(to + words * HFM_PANEL, 0, (size_t)((deep - words) * HFM_PANEL) * 4);
  }
}

static void k_turnRows(const hfm_gemm *g, int64_t begin, int64_t end, float *y, int64_t stride) {
  const int64_t rows = end - begin;
  if (g->a.type == HFM_F32)
    return tile_transpose(
        word_at(g->a, begin), g->lda, g->k, rows, y + begin * stride, stride);
  float pairs[DEEP * HFM_PANEL];
  for (int64_t k = 0; k < g->k; k += 2 * DEEP) {
    const int64_t words = least(DEEP, (g->k - k + 1) / 2);
    for (int64_t at = begin; at < end; at += HFM_PANEL) {
      const int64_t columns = least(HFM_PANEL, end - at);
      for (int64_t w = 0; w < words; w++) {
        const uint16_t *row = (const uint16_t *)g->a.data + (k + 2 * w) * g->lda + at;
        pair_rows(row, k + 2 * w + 1 < g->k ? row + g->lda : 0, columns, pairs + w * HFM_PANEL);
      }
      tile_transpose(pairs, HFM_PANEL, words, columns, y + at * stride + k / 2, stride);
    }
  }
}
