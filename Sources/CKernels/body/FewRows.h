// Linear layer for few rows: each weight is read once from memory and used for every row.

#define FEW_COLUMNS 4

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

// `rows` rows of x against `columns` rows of w, both constants, so that each case is unrolled.
// The rows of w that come next are fetched meanwhile: the processor's own prefetch ends with a
// page.
INLINE void few_rows_tile(const few_rows *p, int64_t row, int rows, int64_t j, int columns,
                          int pairs, float out[4][FEW_COLUMNS]) {
  vf sum[4][FEW_COLUMNS] = {{{0}}};
  const int64_t k = p->k, step = pairs ? 2 * W : W;
  const int64_t size = p->wType == HFM_F32 ? 4 : 2;
  int64_t i = 0;
  for (; i + step <= k; i += step) {
    vf xv[4];
    for (int r = 0; r < rows; r++) {
      int64_t at = (row + r) * k + i;
      xv[r] = pairs ? *(const vfu *)((const uint16_t *)p->x + at)
                    : *(const vfu *)((const float *)p->x + at);
    }
    for (int c = 0; c < columns; c++) {
      int64_t at = (j + c) * k + i;
      __builtin_prefetch((const char *)p->w + (at + columns * k) * size);
      vf w = weight_load(p, at, pairs);
      for (int r = 0; r < rows; r++) {
#ifdef HFM_BF16_DOT
        if (pairs) {
          sum[r][c] = (vf)_mm512_dpbf16_ps((__m512)sum[r][c], (__m512bh)xv[r], (__m512bh)w);
          continue;
        }
#endif
        sum[r][c] += xv[r] * w;
      }
    }
  }
  for (int r = 0; r < rows; r++)
    for (int c = 0; c < columns; c++) {
      out[r][c] = vsum(sum[r][c]);
      for (int64_t t = i; t < k; t++)
        out[r][c] += product_at(p, (row + r) * k + t, (j + c) * k + t, pairs);
    }
}

INLINE void few_rows_columns(const few_rows *p, int64_t row, int64_t rows, int64_t j, int columns,
                             int pairs, float out[4][FEW_COLUMNS]) {
  switch (rows) {
    case 1: few_rows_tile(p, row, 1, j, columns, pairs, out); break;
    case 2: few_rows_tile(p, row, 2, j, columns, pairs, out); break;
    case 3: few_rows_tile(p, row, 3, j, columns, pairs, out); break;
    default: few_rows_tile(p, row, 4, j, columns, pairs, out); break;
  }
}

INLINE void few_rows_all(few_rows p, hfm_array bias, hfm_array y, int64_t rows, int64_t n,
                         int64_t colBegin, int64_t colEnd, int pairs) {
  for (int64_t j = colBegin; j < colEnd;) {
    int64_t columns = colEnd - j >= FEW_COLUMNS ? FEW_COLUMNS : 1;
    for (int64_t row = 0; row < rows; row += 4) {
      float out[4][FEW_COLUMNS];
      int64_t count = least(4, rows - row);
      if (columns == 1) few_rows_columns(&p, row, count, j, 1, pairs, out);
      else few_rows_columns(&p, row, count, j, FEW_COLUMNS, pairs, out);
      for (int64_t r = 0; r < count; r++) {
        for (int64_t c = 0; c < columns && bias.data; c++) out[r][c] += element(bias, j + c);
        int64_t at = (row + r) * n + j;
        from_float(out[r], y, at, at + columns);
      }
    }
    j += columns;
  }
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
