// Linear layer for few rows: each weight is read once from memory and used for every row.

// Outputs of a row that are rounded and stored together.
#define FEW_COLUMNS 16
// Independent sums, so that additions do not wait for one another.
#define FEW_SUMS 4
// Where x is no longer than this many bytes, half of a first cache, each row of w is read on its
// own, in the order of memory, as rows that are a power of two apart fall into the same sets of the
// cache; a longer x is loaded once for several rows. Neither fetches ahead: the processor's own
// prefetch reads faster (docs/Performance.md, "Decoding").
#define FEW_SHORT 16384

// What a tile reads: rows of x, and rows of w from column j on. Elements are fp32, bf16 that are
// converted, or (`pairs`) bf16 that are multiplied as pairs.
typedef struct {
  const void *x, *w;
  int64_t k;
  int32_t wType;
} few_rows;

INLINE vf weight_load(const few_rows *p, int64_t at, int pairs) {
  if (p->wType == HFM_F32) return *(const vfu *)((const float *)p->w + at);
  const uint16_t *w = (const uint16_t *)p->w + at;
  return pairs ? *(const vfu *)w : bf16_load(w);
}
INLINE float product_at(const few_rows *p, int64_t x, int64_t w, int pairs) {
  float weight = p->wType == HFM_F32 ? ((const float *)p->w)[w]
                                     : bf16_to_float(((const uint16_t *)p->w)[w]);
  return weight
         * (pairs ? bf16_to_float(((const uint16_t *)p->x)[x]) : ((const float *)p->x)[x]);
}

// A vector of one row of w, from column i on, times those of `rows` rows of x.
INLINE void few_rows_step(const few_rows *p, int64_t row, int rows, int64_t w, int64_t i, int pairs,
                          vf sum[4]) {
  vf weights = weight_load(p, w + i, pairs);
  for (int r = 0; r < rows; r++) {
    int64_t at = (row + r) * p->k + i;
#ifdef HFM_BF16_DOT
    if (pairs) {
      vf x = *(const vfu *)((const uint16_t *)p->x + at);
      sum[r] = (vf)_mm512_dpbf16_ps((__m512)sum[r], (__m512bh)x, (__m512bh)weights);
      continue;
    }
#endif
    sum[r] += *(const vfu *)((const float *)p->x + at) * weights;
  }
}
// Adds what whole vectors leave over of a row to the first of its sums.
INLINE vf few_rows_rest(const few_rows *p, vf sum, int64_t x, int64_t w, int64_t from, int pairs) {
  float rest = 0;
  for (int64_t t = from; t < p->k; t++) rest += product_at(p, x + t, w + t, pairs);
  if (from < p->k) sum[0] += rest;
  return sum;
}

// `rows` rows of x (a constant, so that each case is unrolled) against one row of w, in the order
// of memory. Each result is a vector that is still to be summed.
INLINE void few_rows_column(const few_rows *p, int64_t row, int rows, int64_t j, int pairs,
                            vf *out) {
  vf sum[FEW_SUMS][4] = {{{0}}};
  const int64_t k = p->k, step = pairs ? 2 * W : W, w = j * k;
  int64_t i = 0;
  for (; i + FEW_SUMS * step <= k; i += FEW_SUMS * step)
    for (int s = 0; s < FEW_SUMS; s++)
      few_rows_step(p, row, rows, w, i + s * step, pairs, sum[s]);
  for (; i + step <= k; i += step) few_rows_step(p, row, rows, w, i, pairs, sum[0]);
  for (int r = 0; r < rows; r++) {
    for (int s = 1; s < FEW_SUMS; s++) sum[0][r] += sum[s][r];
    out[r * FEW_COLUMNS] = few_rows_rest(p, sum[0][r], (row + r) * k, w, i, pairs);
  }
}

// The same against FEW_SUMS rows of w.
INLINE void few_rows_columns(const few_rows *p, int64_t row, int rows, int64_t j, int pairs,
                             vf *out) {
  vf sum[FEW_SUMS][4] = {{{0}}};
  const int64_t k = p->k, step = pairs ? 2 * W : W;
  int64_t i = 0;
  for (; i + step <= k; i += step)
    for (int c = 0; c < FEW_SUMS; c++)
      few_rows_step(p, row, rows, (j + c) * k, i, pairs, sum[c]);
  for (int r = 0; r < rows; r++)
    for (int c = 0; c < FEW_SUMS; c++)
      out[r * FEW_COLUMNS + c] =
          few_rows_rest(p, sum[c][r], (row + r) * k, (j + c) * k, i, pairs);
}

// The sums over the elements of FEW_COLUMNS vectors: turned, they are added without waiting.
INLINE void few_rows_reduce(const vf *sums, float *out) {
  float turned[W * FEW_COLUMNS];
  tile_transpose((const float *)sums, W, FEW_COLUMNS, W, turned, FEW_COLUMNS);
  for (int64_t j = 0; j < FEW_COLUMNS; j += W) {
    vf total = splat(0);
    for (int i = 0; i < W; i++) total += *(const vfu *)(turned + i * FEW_COLUMNS + j);
    vstore(out + j, total, W);
  }
}

#define FEW_CASE(R) \
  case R: \
    if (isShort) few_rows_column(p, row, R, j, pairs, out); \
    else few_rows_columns(p, row, R, j, pairs, out); \
    break;

// Vectors of `rows` rows, at most 4, from column j on: one or, where x is long, FEW_SUMS.
INLINE void few_rows_tile(const few_rows *p, int64_t row, int64_t rows, int64_t j, int isShort,
                          int pairs, vf *out) {
  switch (rows) { FEW_CASE(1) FEW_CASE(2) FEW_CASE(3) FEW_CASE(4) }
}

INLINE void few_rows_range(const few_rows *p, hfm_array bias, hfm_array y, int64_t rows, int64_t n,
                           int64_t colBegin, int64_t colEnd, int isShort, int pairs) {
  for (int64_t j = colBegin, columns; j < colEnd; j += columns) {
    columns = least(FEW_COLUMNS, colEnd - j);
    for (int64_t row = 0; row < rows; row += 4) {
      vf sums[4 * FEW_COLUMNS] = {{0}};
      const int64_t count = least(4, rows - row);
      for (int64_t c = 0; c < columns; c += isShort ? 1 : FEW_SUMS)
        few_rows_tile(p, row, count, j + c, isShort, pairs, sums + c);
      for (int64_t r = 0; r < count; r++) {
        float own[FEW_COLUMNS];
        few_rows_reduce(sums + r * FEW_COLUMNS, own);
        for (int64_t c = 0; c < columns && bias.data; c++) own[c] += element(bias, j + c);
        int64_t at = (row + r) * n + j;
        from_float(own, y, at, at + columns);
      }
    }
  }
}

INLINE void few_rows_all(few_rows p, hfm_array bias, hfm_array y, int64_t rows, int64_t n,
                         int64_t colBegin, int64_t colEnd, int pairs) {
  int64_t whole = colBegin;
  if (least(4, rows) * p.k * (pairs ? 2 : 4) > FEW_SHORT)
    whole += (colEnd - colBegin) / FEW_SUMS * FEW_SUMS;
  few_rows_range(&p, bias, y, rows, n, colBegin, whole, 0, pairs);
  few_rows_range(&p, bias, y, rows, n, whole, colEnd, 1, pairs);
}

static void k_fewRowsLinear(hfm_array x, hfm_array w, hfm_array bias, hfm_array y, int64_t rows,
                            int64_t k, int64_t n, float *scratch, int64_t colBegin,
                            int64_t colEnd) {
  few_rows p = {x.data, w.data, k, w.type};
#ifdef HFM_BF16_DOT
  if (x.type == HFM_BF16 && w.type == HFM_BF16)
    return few_rows_all(p, bias, y, rows, n, colBegin, colEnd, 1);
#endif
  if (x.type != HFM_F32) {
    to_float(x, 0, rows * k, scratch);
    p.x = scratch;
  }
  // The format as a constant in each case.
  if (w.type == HFM_F32) {
    p.wType = HFM_F32;
    few_rows_all(p, bias, y, rows, n, colBegin, colEnd, 0);
  } else {
    p.wType = HFM_BF16;
    few_rows_all(p, bias, y, rows, n, colBegin, colEnd, 0);
  }
}
