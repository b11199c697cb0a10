// Products whose b lies in panels (Packing.h): groups of rows of a, and the panel that they go past
// six rows at a time, stay in the second cache, sums in registers (Tile.h).

#if W == 16
// Words of a panel that are multiplied in one go: 256 KiB.
#define GO_WORDS 1024
// Rows whose sums wait in the first cache while a longer panel is gone through in parts: 24 KiB.
#define GO_ROWS 96
// Bytes of a group's rows.
#define GROUP_BYTES (640 << 10)

typedef struct {
  const hfm_gemm *g;
  const float *panels;
  // Words of a and b that are summed; from one row of a to the next, and one panel to the next.
  int64_t words, aRow, panelWords;
  // Words in one go, and rows of a group; whether sums wait for further goes.
  int64_t go, group;
  int32_t waits;
} panel_task;

// Rounds and stores sums of `rows` rows and at most a panel's columns.
INLINE void store_sums(const hfm_gemm *g, const float *sums, const float *bias, int64_t row,
                       int64_t rows, int64_t j, int64_t columns, int brain) {
  for (int64_t r = 0; r < rows; r++)
    FOR_LANES(columns)
    put(g->c.data, (row + r) * g->ldc + j + i,
        *(const vfu *)(sums + r * HFM_PANEL + i) + *(const vfu *)(bias + i), columns - i, brain);
}

// Words [from, from + count) of one panel against rows [begin, end); `next` is what follows.
INLINE void panel_go(const panel_task *t, int64_t panel, int64_t from, int64_t count,
                     int64_t begin, int64_t end, const float *next, const float *bias,
                     float *sums, int pairs) {
  const hfm_gemm *g = t->g;
  const int64_t j = panel * HFM_PANEL, columns = least(HFM_PANEL, g->n - j);
  const int64_t vectors = (columns + W - 1) / W, blocks = (end - begin + TILE_ROWS - 1) / TILE_ROWS;
  // What follows is fetched line by line during the whole go: in bursts it would hold up what is
  // read now. A step over more than a line is left to the processor's own prefetch.
  const int64_t nextBytes = least(t->go, t->words) * HFM_PANEL * 4;
  const int64_t step = next ? least(64, nextBytes / (blocks * count) + 1) : 0;
  const char *fetch = next ? (const char *)next : (const char *)(t->panels);
  for (int64_t block = 0; block < blocks; block++) {
    const int64_t row = begin + block * TILE_ROWS, rows = least(TILE_ROWS, end - row);
    float *own = t->waits ? sums + (row - begin) * HFM_PANEL : sums;
    const tile_product p = {
        .a = word_at(g->a, 0) + row * t->aRow + from, .aRow = t->aRow, .aDepth = 1,
        .b = t->panels + panel * t->panelWords + from * HFM_PANEL, .bStride = HFM_PANEL,
        .depth = count, .c = own, .cStride = HFM_PANEL, .accumulate = from > 0,
        .fetch = fetch + block * count * step, .fetchStep = step};
    tile_all(&p, rows, vectors, pairs, 1);
    if (from + count < t->words) continue;
    if (g->c.type == HFM_BF16) store_sums(g, own, bias, row, rows, j, columns, 1);
    else store_sums(g, own, bias, row, rows, j, columns, 0);
  }
}

// All panels against rows [begin, end).
INLINE void panel_group(const panel_task *t, int64_t begin, int64_t end, float *sums, int pairs) {
  const hfm_gemm *g = t->g;
  const int64_t panels = (g->n + HFM_PANEL - 1) / HFM_PANEL;
  for (int64_t panel = 0; panel < panels; panel++) {
    float bias[HFM_PANEL] = {0};
    const int64_t j = panel * HFM_PANEL;
    if (g->bias.data) to_float(g->bias, j, least(j + HFM_PANEL, g->n), bias);
    const float *own = t->panels + panel * t->panelWords;
    const float *after = panel + 1 < panels ? own + t->panelWords : end < g->m ? t->panels : 0;
    for (int64_t from = 0; from < t->words; from += t->go) {
      const int64_t count = least(t->go, t->words - from);
      const float *next = from + count < t->words ? own + (from + count) * HFM_PANEL : after;
      panel_go(t, panel, from, count, begin, end, next, bias, sums, pairs);
    }
  }
}

INLINE void panel_product(const panel_task *t, int pairs) {
  float sums[GO_ROWS * HFM_PANEL] __attribute__((aligned(64)));
  for (int64_t begin = 0; begin < t->g->m; begin += t->group)
    panel_group(t, begin, least(begin + t->group, t->g->m), sums, pairs);
}

// `count` in `parts` of nearly equal size, rounded up to a multiple of `grain`.
INLINE int64_t share_of(int64_t count, int64_t parts, int64_t grain) {
  return ((count + parts - 1) / parts + grain - 1) / grain * grain;
}

static void k_panelProduct(const hfm_gemm *g, const float *panels) {
  const int64_t each = g->b.type == HFM_F32 ? 1 : 2, words = (g->k + each - 1) / each;
  const int64_t goes = (words + GO_WORDS - 1) / GO_WORDS;
  int64_t most = GROUP_BYTES / (4 * words);
  if (most < GO_ROWS / 2) most = GO_ROWS / 2;
  if (goes > 1) most = least(most, GO_ROWS);
  panel_task t = {
      .g = g, .panels = panels, .words = words, .aRow = g->lda / each,
      .panelWords = share_of(words, 1, DEEP) * HFM_PANEL, .go = share_of(words, goes, DEEP),
      .group = share_of(g->m, (g->m + most - 1) / most, TILE_ROWS), .waits = goes > 1};
#ifdef HFM_BF16_DOT
  if (g->b.type == HFM_BF16) return panel_product(&t, 1);
#endif
  panel_product(&t, 0);
}
#endif
