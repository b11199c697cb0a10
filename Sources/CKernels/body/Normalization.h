// Normalisations over rows. A row is read once per pass, a chunk at a time.

// Sums are taken of every other vector each: additions in a row would wait for one another.
INLINE void layer_norm_rows(hfm_array x, hfm_array gamma, hfm_array beta, hfm_array y, float *mean,
                            float *rstd, float epsilon, int64_t cols, int64_t rowBegin,
                            int64_t rowEnd, int brain) {
  float bx[CHUNK], bg[CHUNK], bb[CHUNK], by[CHUNK];
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    vf even = {0}, odd = {0};
    FOR_CHUNKS(0, cols) {
      const void *px = operand(x, r * cols + at, n, bx, brain);
      for (int64_t i = 0; i < n; i += 2 * W) {
        even += get(px, i, n - i, brain);
        odd += get(px, i + W, n - i - W, brain);
      }
    }
    float mu = vsum(even + odd) / (float)cols;
    // The second pass over the cached row avoids the cancellation of E[x^2] - mu^2.
    even = odd = splat(0);
    FOR_CHUNKS(0, cols) {
      const void *px = operand(x, r * cols + at, n, bx, brain);
      for (int64_t i = 0; i < n; i += 2 * W) {
        vf d = vfirst(get(px, i, n - i, brain) - mu, n - i);
        vf e = vfirst(get(px, i + W, n - i - W, brain) - mu, n - i - W);
        even += d * d;
        odd += e * e;
      }
    }
    float rs = 1.0f / sqrtf(vsum(even + odd) / (float)cols + epsilon);
    FOR_CHUNKS(0, cols) {
      const void *px = operand(x, r * cols + at, n, bx, brain);
      const void *pg = operand(gamma, at, n, bg, brain), *pb = operand(beta, at, n, bb, brain);
      void *py = result(y, r * cols + at, by, brain);
      FOR_LANES(n) {
        vf hat = (get(px, i, n - i, brain) - mu) * rs;
        put(py, i, hat * get(pg, i, n - i, brain) + get(pb, i, n - i, brain), n - i, brain);
      }
      finish(y, r * cols + at, n, by, brain);
    }
    mean[r] = mu;
    rstd[r] = rs;
  }
}
static void k_layerNorm(hfm_array x, hfm_array gamma, hfm_array beta, hfm_array y, float *mean,
                        float *rstd, float epsilon, int64_t cols, int64_t rowBegin,
                        int64_t rowEnd) {
  if (are_bf16(x, gamma, beta) && y.type == HFM_BF16)
    layer_norm_rows(x, gamma, beta, y, mean, rstd, epsilon, cols, rowBegin, rowEnd, 1);
  else layer_norm_rows(x, gamma, beta, y, mean, rstd, epsilon, cols, rowBegin, rowEnd, 0);
}
// dx = rstd (g - mean(g) - xhat mean(g xhat)), g = dy gamma.
INLINE void layer_norm_backward_rows(hfm_array dy, hfm_array x, hfm_array gamma, const float *mean,
                                     const float *rstd, hfm_array dx, float *dgamma, float *dbeta,
                                     int64_t cols, int64_t rowBegin, int64_t rowEnd, int brain) {
  float bd[CHUNK], bx[CHUNK], bg[CHUNK], by[CHUNK];
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    float mu = mean[r], rs = rstd[r];
    vf sumG = {0}, sumGX = {0};
    FOR_CHUNKS(0, cols) {
      const void *pd = operand(dy, r * cols + at, n, bd, brain);
      const void *px = operand(x, r * cols + at, n, bx, brain);
      const void *pg = operand(gamma, at, n, bg, brain);
      FOR_LANES(n) {
        vf d = get(pd, i, n - i, brain), hat = (get(px, i, n - i, brain) - mu) * rs;
        vf g = d * get(pg, i, n - i, brain);
        sumG += g;
        sumGX += g * hat;
        vstore(dgamma + at + i, vload(dgamma + at + i, n - i) + d * hat, n - i);
        vstore(dbeta + at + i, vload(dbeta + at + i, n - i) + d, n - i);
      }
    }
    float meanG = vsum(sumG) / (float)cols, meanGX = vsum(sumGX) / (float)cols;
    FOR_CHUNKS(0, cols) {
      const void *pd = operand(dy, r * cols + at, n, bd, brain);
      const void *px = operand(x, r * cols + at, n, bx, brain);
      const void *pg = operand(gamma, at, n, bg, brain);
      void *py = result(dx, r * cols + at, by, brain);
      FOR_LANES(n) {
        vf hat = (get(px, i, n - i, brain) - mu) * rs;
        vf g = get(pd, i, n - i, brain) * get(pg, i, n - i, brain);
        put(py, i, rs * (g - meanG - hat * meanGX), n - i, brain);
      }
      finish(dx, r * cols + at, n, by, brain);
    }
  }
}
static void k_layerNormBackward(hfm_array dy, hfm_array x, hfm_array gamma, const float *mean,
                                const float *rstd, hfm_array dx, float *dgamma, float *dbeta,
                                int64_t cols, int64_t rowBegin, int64_t rowEnd) {
  if (are_bf16(dy, x, gamma) && dx.type == HFM_BF16)
    layer_norm_backward_rows(
        dy, x, gamma, mean, rstd, dx, dgamma, dbeta, cols, rowBegin, rowEnd, 1);
  else
    layer_norm_backward_rows(
        dy, x, gamma, mean, rstd, dx, dgamma, dbeta, cols, rowBegin, rowEnd, 0);
}
static void k_rmsNorm(hfm_array x, hfm_array gamma, hfm_array y, float *rstd, float epsilon,
                      int64_t cols, int64_t rowBegin, int64_t rowEnd) {
  float bx[CHUNK], bg[CHUNK], by[CHUNK];
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    vf square = {0};
    FOR_CHUNKS(0, cols) {
      const float *px = view(x, r * cols + at, n, bx);
      FOR_LANES(n) {
        vf v = vload(px + i, n - i);
        square += v * v;
      }
    }
    float rs = 1.0f / sqrtf(vsum(square) / (float)cols + epsilon);
    FOR_CHUNKS(0, cols) {
      const float *px = view(x, r * cols + at, n, bx), *pg = view(gamma, at, n, bg);
      float *py = target(y, r * cols + at, by);
      FOR_LANES(n) vstore(py + i, vload(px + i, n - i) * rs * vload(pg + i, n - i), n - i);
      commit(y, r * cols + at, n, by);
    }
    rstd[r] = rs;
  }
}
static void k_rmsNormBackward(hfm_array dy, hfm_array x, hfm_array gamma, const float *rstd,
                              hfm_array dx, float *dgamma, int64_t cols, int64_t rowBegin,
                              int64_t rowEnd) {
  float bd[CHUNK], bx[CHUNK], bg[CHUNK], by[CHUNK];
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    float rs = rstd[r];
    vf sumGX = {0};
    FOR_CHUNKS(0, cols) {
      const float *pd = view(dy, r * cols + at, n, bd), *px = view(x, r * cols + at, n, bx);
      const float *pg = view(gamma, at, n, bg);
      FOR_LANES(n) {
        vf d = vload(pd + i, n - i), hat = vload(px + i, n - i) * rs;
        sumGX += d * vload(pg + i, n - i) * hat;
        vstore(dgamma + at + i, vload(dgamma + at + i, n - i) + d * hat, n - i);
      }
    }
    float meanGX = vsum(sumGX) / (float)cols;
    FOR_CHUNKS(0, cols) {
      const float *pd = view(dy, r * cols + at, n, bd), *px = view(x, r * cols + at, n, bx);
      const float *pg = view(gamma, at, n, bg);
      float *py = target(dx, r * cols + at, by);
      FOR_LANES(n) {
        vf hat = vload(px + i, n - i) * rs;
        vf g = vload(pd + i, n - i) * vload(pg + i, n - i);
        vstore(py + i, rs * (g - hat * meanGX), n - i);
      }
      commit(dx, r * cols + at, n, by);
    }
  }
}
static void k_l2Normalize(hfm_array x, hfm_array y, float *norm, int64_t cols, int64_t rowBegin,
                          int64_t rowEnd) {
  float bx[CHUNK], by[CHUNK];
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    vf square = {0};
    FOR_CHUNKS(0, cols) {
      const float *px = view(x, r * cols + at, n, bx);
      FOR_LANES(n) {
        vf v = vload(px + i, n - i);
        square += v * v;
      }
    }
    // As PyTorch's normalize: a zero row stays zero.
    float length = sqrtf(vsum(square));
    length = length > 1e-12f ? length : 1e-12f;
    FOR_CHUNKS(0, cols) {
      const float *px = view(x, r * cols + at, n, bx);
      float *py = target(y, r * cols + at, by);
      FOR_LANES(n) vstore(py + i, vload(px + i, n - i) * (1 / length), n - i);
      commit(y, r * cols + at, n, by);
    }
    norm[r] = length;
  }
}
// dx = (dy - y (y . dy)) / norm.
static void k_l2NormalizeBackward(hfm_array dy, hfm_array y, const float *norm, hfm_array dx,
                                  int64_t cols, int64_t rowBegin, int64_t rowEnd) {
  float bd[CHUNK], by[CHUNK], bx[CHUNK];
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    vf sum = {0};
    FOR_CHUNKS(0, cols) {
      const float *pd = view(dy, r * cols + at, n, bd), *py = view(y, r * cols + at, n, by);
      FOR_LANES(n) sum += vload(pd + i, n - i) * vload(py + i, n - i);
    }
    float inner = vsum(sum), inverse = 1 / norm[r];
    FOR_CHUNKS(0, cols) {
      const float *pd = view(dy, r * cols + at, n, bd), *py = view(y, r * cols + at, n, by);
      float *px = target(dx, r * cols + at, bx);
      FOR_LANES(n)
      vstore(px + i, (vload(pd + i, n - i) - inner * vload(py + i, n - i)) * inverse, n - i);
      commit(dx, r * cols + at, n, bx);
    }
  }
}
