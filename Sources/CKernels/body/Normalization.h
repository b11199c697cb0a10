// Normalisations over rows. A row is read once per pass, a chunk at a time.

static void k_layerNorm(hfm_array x, hfm_array gamma, hfm_array beta, hfm_array y, float *mean,
                        float *rstd, float epsilon, int64_t cols, int64_t rowBegin,
                        int64_t rowEnd) {
  float bx[CHUNK], bg[CHUNK], bb[CHUNK], by[CHUNK];
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    vf sum = {0};
    FOR_CHUNKS(0, cols) {
      const float *px = view(x, r * cols + at, n, bx);
      FOR_LANES(n) sum += vload(px + i, n - i);
    }
    float mu = vsum(sum) / (float)cols;
    // The second pass over the cached row avoids the cancellation of E[x^2] - mu^2.
    vf square = {0};
    FOR_CHUNKS(0, cols) {
      const float *px = view(x, r * cols + at, n, bx);
      int64_t i = 0;
      for (; i + W <= n; i += W) {
        vf d = vload(px + i, W) - mu;
        square += d * d;
      }
      for (; i < n; i++) square[0] += (px[i] - mu) * (px[i] - mu);
    }
    float rs = 1.0f / sqrtf(vsum(square) / (float)cols + epsilon);
    FOR_CHUNKS(0, cols) {
      const float *px = view(x, r * cols + at, n, bx);
      const float *pg = view(gamma, at, n, bg), *pb = view(beta, at, n, bb);
      float *py = target(y, r * cols + at, by);
      FOR_LANES(n) {
        vf hat = (vload(px + i, n - i) - mu) * rs;
        vstore(py + i, hat * vload(pg + i, n - i) + vload(pb + i, n - i), n - i);
      }
      commit(y, r * cols + at, n, by);
    }
    mean[r] = mu;
    rstd[r] = rs;
  }
}
// dx = rstd (g - mean(g) - xhat mean(g xhat)), g = dy gamma.
static void k_layerNormBackward(hfm_array dy, hfm_array x, hfm_array gamma, const float *mean,
                                const float *rstd, hfm_array dx, float *dgamma, float *dbeta,
                                int64_t cols, int64_t rowBegin, int64_t rowEnd) {
  float bd[CHUNK], bx[CHUNK], bg[CHUNK], by[CHUNK];
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    float mu = mean[r], rs = rstd[r];
    vf sumG = {0}, sumGX = {0};
    FOR_CHUNKS(0, cols) {
      const float *pd = view(dy, r * cols + at, n, bd), *px = view(x, r * cols + at, n, bx);
      const float *pg = view(gamma, at, n, bg);
      FOR_LANES(n) {
        vf d = vload(pd + i, n - i), hat = (vload(px + i, n - i) - mu) * rs;
        vf g = d * vload(pg + i, n - i);
        sumG += g;
        sumGX += g * hat;
        vstore(dgamma + at + i, vload(dgamma + at + i, n - i) + d * hat, n - i);
        vstore(dbeta + at + i, vload(dbeta + at + i, n - i) + d, n - i);
      }
    }
    float meanG = vsum(sumG) / (float)cols, meanGX = vsum(sumGX) / (float)cols;
    FOR_CHUNKS(0, cols) {
      const float *pd = view(dy, r * cols + at, n, bd), *px = view(x, r * cols + at, n, bx);
      const float *pg = view(gamma, at, n, bg);
      float *py = target(dx, r * cols + at, by);
      FOR_LANES(n) {
        vf hat = (vload(px + i, n - i) - mu) * rs;
        vf g = vload(pd + i, n - i) * vload(pg + i, n - i);
        vstore(py + i, rs * (g - meanG - hat * meanGX), n - i);
      }
      commit(dx, r * cols + at, n, by);
    }
  }
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
