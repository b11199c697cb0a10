// Log-sum-exp, cross-entropy and its contrastive form.

// One pass: a running maximum, and the sum of exponentials relative to it.
INLINE float row_lse(hfm_array x, int64_t begin, int64_t cols) {
  float bx[CHUNK], top = -INFINITY, sum = 0;
  FOR_CHUNKS(0, cols) {
    const float *px = view(x, begin + at, n, bx);
    float high = px[0];
    int64_t i = 0;
    if (n >= W) {
      vf h = vload(px, W);
      for (i = W; i + W <= n; i += W) h = vmax(h, vload(px + i, W));
      high = vmaximum(h);
    }
    for (; i < n; i++) high = px[i] > high ? px[i] : high;
    if (high > top) {
      sum *= expf(top - high);
      top = high;
    }
    vf s = {0};
    for (i = 0; i + W <= n; i += W) s += vexp(vload(px + i, W) - top);
    sum += vsum(s);
    for (; i < n; i++) sum += expf(px[i] - top);
  }
  return top + logf(sum);
}
static double k_crossEntropy(hfm_array logits, const int32_t *labels, float *lse, int64_t cols,
                             int64_t rowBegin, int64_t rowEnd) {
  double total = 0;
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    lse[r] = row_lse(logits, r * cols, cols);
    if (labels[r] >= 0 && labels[r] < cols)
      total += (double)lse[r] - element(logits, r * cols + labels[r]);
  }
  return total;
}
static void k_crossEntropyBackward(hfm_array logits, const int32_t *labels, const float *lse,
                                   hfm_array dlogits, float factor, int64_t cols,
                                   int64_t rowBegin, int64_t rowEnd) {
  float bx[CHUNK], by[CHUNK];
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    if (labels[r] < 0 || labels[r] >= cols) {
      zero_elements(dlogits, r * cols, cols);
      continue;
    }
    FOR_CHUNKS(0, cols) {
      const float *px = view(logits, r * cols + at, n, bx);
      float *py = target(dlogits, r * cols + at, by);
      FOR_LANES(n) vstore(py + i, factor * vexp(vload(px + i, n - i) - lse[r]), n - i);
      if (labels[r] >= at && labels[r] < at + n) py[labels[r] - at] -= factor;
      commit(dlogits, r * cols + at, n, by);
    }
  }
}
static void k_rowLogSumExp(hfm_array x, float *lse, int64_t cols, int64_t rowBegin,
                           int64_t rowEnd) {
  for (int64_t r = rowBegin; r < rowEnd; r++) lse[r] = row_lse(x, r * cols, cols);
}
static void k_columnLogSumExp(hfm_array x, float *lse, int64_t rows, int64_t cols,
                              int64_t colBegin, int64_t colEnd) {
  float bx[CHUNK], top[CHUNK], sum[CHUNK];
  FOR_CHUNKS(colBegin, colEnd) {
    to_float(x, at, at + n, top);
    memset(sum, 0, (size_t)n * 4);
    for (int64_t r = 1; r < rows; r++) {
      const float *px = view(x, r * cols + at, n, bx);
      FOR_LANES(n) vstore(top + i, vmax(vload(top + i, n - i), vload(px + i, n - i)), n - i);
    }
    for (int64_t r = 0; r < rows; r++) {
      const float *px = view(x, r * cols + at, n, bx);
      FOR_LANES(n) {
        vf e = vexp(vload(px + i, n - i) - vload(top + i, n - i));
        vstore(sum + i, vload(sum + i, n - i) + e, n - i);
      }
    }
    for (int64_t i = 0; i < n; i++) lse[at + i] = top[i] + logf(sum[i]);
  }
}
// d loss / d logits = (softmax over rows + softmax over columns - 2 I) / 2n.
static void k_contrastiveBackward(hfm_array logits, const float *rowLse, const float *columnLse,
                                  hfm_array dlogits, int64_t n_, int64_t rowBegin,
                                  int64_t rowEnd) {
  float bx[CHUNK], by[CHUNK], factor = 0.5f / (float)n_;
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    FOR_CHUNKS(0, n_) {
      const float *px = view(logits, r * n_ + at, n, bx);
      float *py = target(dlogits, r * n_ + at, by);
      FOR_LANES(n) {
        vf v = vload(px + i, n - i);
        vf p = vexp(v - rowLse[r]) + vexp(v - vload(columnLse + at + i, n - i));
        vstore(py + i, factor * p, n - i);
      }
      if (r >= at && r < at + n) py[r - at] -= 2 * factor;
      commit(dlogits, r * n_ + at, n, by);
    }
  }
}
