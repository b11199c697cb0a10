// Linear layer for few rows: each weight is read once from memory and used for every row.

INLINE vf weight_load(const void *w, int32_t type, int64_t at) {
  return type == HFM_F32 ? *(const vfu *)((const float *)w + at)
                         : bf16_load((const uint16_t *)w + at);
}
// Four rows of x against two rows of w, `step` given as constants so that each case is unrolled.
INLINE void few_rows_tile(const float *x, int64_t rows, const void *w, int32_t type, int64_t k,
                          int64_t j, int64_t columns, float out[4][2]) {
  vf acc[4][2] = {{{0}}};
  int64_t i = 0;
  for (; i + W <= k; i += W) {
    vf w0 = weight_load(w, type, j * k + i);
    vf w1 = columns > 1 ? weight_load(w, type, (j + 1) * k + i) : w0;
    for (int64_t r = 0; r < rows; r++) {
      vf xv = *(const vfu *)(x + r * k + i);
      acc[r][0] += xv * w0;
      acc[r][1] += xv * w1;
    }
  }
  for (int64_t r = 0; r < rows; r++)
    for (int64_t c = 0; c < columns; c++) {
      float sum = vsum(acc[r][c]);
      for (int64_t t = i; t < k; t++) {
        int64_t at = (j + c) * k + t;
        float weight =
            type == HFM_F32 ? ((const float *)w)[at] : bf16_to_float(((const uint16_t *)w)[at]);
        sum += x[r * k + t] * weight;
      }
      out[r][c] = sum;
    }
}
static void k_fewRowsLinear(hfm_array x, hfm_array w, hfm_array bias, hfm_array y, int64_t rows,
                            int64_t k, int64_t n, float *scratch, int64_t colBegin,
                            int64_t colEnd) {
  const float *px = (const float *)x.data;
  if (x.type != HFM_F32) {
    to_float(x, 0, rows * k, scratch);
    px = scratch;
  }
  for (int64_t j = colBegin; j < colEnd; j += 2) {
    int64_t columns = least(2, colEnd - j);
    for (int64_t r0 = 0; r0 < rows; r0 += 4) {
      float out[4][2];
      int64_t count = least(4, rows - r0);
      const float *xr = px + r0 * k;
#define TILE(R, TYPE) few_rows_tile(xr, R, w.data, TYPE, k, j, columns, out)
#define TILES(TYPE) \
  switch (count) { \
    case 1: TILE(1, TYPE); break; \
    case 2: TILE(2, TYPE); break; \
    case 3: TILE(3, TYPE); break; \
    default: TILE(4, TYPE); break; \
  }
      if (w.type == HFM_F32) {
        TILES(HFM_F32)
      } else {
        TILES(HFM_BF16)
      }
      for (int64_t r = 0; r < count; r++)
        for (int64_t c = 0; c < columns; c++) {
          float value = out[r][c] + (bias.data ? element(bias, j + c) : 0);
          int64_t at = (r0 + r) * n + j + c;
          from_float(&value, y, at, at + 1);
        }
    }
  }
}
