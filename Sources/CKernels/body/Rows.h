// Softmax, what norms over channels and PReLU need of a row (sample, channel), and products of
// spectra.

static void k_softmax(hfm_array x, hfm_array y, int64_t cols, int64_t rowBegin, int64_t rowEnd) {
  float bx[CHUNK], by[CHUNK];
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    float lse = row_lse(x, r * cols, cols);
    FOR_CHUNKS(0, cols) {
      const float *px = view(x, r * cols + at, n, bx);
      float *py = target(y, r * cols + at, by);
      FOR_LANES(n) vstore(py + i, vexp(vload(px + i, n - i) - lse), n - i);
      commit(y, r * cols + at, n, by);
    }
  }
}
static void k_softmaxBackward(hfm_array dy, hfm_array y, hfm_array dx, int64_t cols,
                              int64_t rowBegin, int64_t rowEnd) {
  float bd[CHUNK], by[CHUNK], bx[CHUNK];
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    float inner = (float)k_dot(dy, y, r * cols, (r + 1) * cols);
    FOR_CHUNKS(0, cols) {
      int64_t o = r * cols + at;
      const float *pd = view(dy, o, n, bd), *py = view(y, o, n, by);
      float *px = target(dx, o, bx);
      FOR_LANES(n) vstore(px + i, vload(py + i, n - i) * (vload(pd + i, n - i) - inner), n - i);
      commit(dx, o, n, bx);
    }
  }
}

// Each chunk's moments are taken while it is in the cache, and joined to the row's so far
// (Chan et al. 1979): the row is read once.
static void k_moments(hfm_array x, float *moments, int64_t cols, int64_t rowBegin,
                      int64_t rowEnd) {
  float bx[CHUNK];
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    double mean = 0, square = 0;
    FOR_CHUNKS(0, cols) {
      const float *px = view(x, r * cols + at, n, bx);
      vf sum = {0}, squares = {0};
      FOR_LANES(n) sum += vload(px + i, n - i);
      double total = (double)(at + n), own = vsum(sum) / (double)n;
      float middle = (float)own;
      int64_t i = 0;
      for (; i + W <= n; i += W) {
        vf d = vload(px + i, W) - middle;
        squares += d * d;
      }
      for (; i < n; i++) squares[0] += (px[i] - middle) * (px[i] - middle);
      double step = own - mean;
      square += vsum(squares) + step * step * (double)at * (double)n / total;
      mean += step * (double)n / total;
    }
    moments[2 * r] = (float)mean;
    moments[2 * r + 1] = (float)square;
  }
}
static void k_affineRows(hfm_array x, hfm_array y, const float *coefficients, int64_t cols,
                         int64_t rowBegin, int64_t rowEnd) {
  float bx[CHUNK], by[CHUNK];
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    const float *c = coefficients + 3 * r;
    FOR_CHUNKS(0, cols) {
      const float *px = view(x, r * cols + at, n, bx);
      float *py = target(y, r * cols + at, by);
      FOR_LANES(n) vstore(py + i, (vload(px + i, n - i) - c[0]) * c[1] + c[2], n - i);
      commit(y, r * cols + at, n, by);
    }
  }
}
static void k_gradientSums(hfm_array dy, hfm_array x, const float *coefficients, float *sums,
                           int64_t cols, int64_t rowBegin, int64_t rowEnd) {
  float bd[CHUNK], bx[CHUNK];
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    float mean = coefficients[4 * r];
    double total = 0, product = 0;
    FOR_CHUNKS(0, cols) {
      const float *pd = view(dy, r * cols + at, n, bd), *px = view(x, r * cols + at, n, bx);
      vf s = {0}, p = {0};
      FOR_LANES(n) {
        vf d = vload(pd + i, n - i);
        s += d;
        p += d * (vload(px + i, n - i) - mean);
      }
      total += vsum(s);
      product += vsum(p);
    }
    sums[2 * r] = (float)total;
    sums[2 * r + 1] = (float)product;
  }
}
static void k_affineGradientRows(hfm_array dy, hfm_array x, hfm_array dx,
                                 const float *coefficients, int64_t cols, int64_t rowBegin,
                                 int64_t rowEnd) {
  float bd[CHUNK], bx[CHUNK], by[CHUNK];
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    const float *c = coefficients + 4 * r;
    FOR_CHUNKS(0, cols) {
      const float *pd = view(dy, r * cols + at, n, bd), *px = view(x, r * cols + at, n, bx);
      float *py = target(dx, r * cols + at, by);
      FOR_LANES(n)
      vstore(py + i,
             c[1] * vload(pd + i, n - i) + c[2] * (vload(px + i, n - i) - c[0]) + c[3], n - i);
      commit(dx, r * cols + at, n, by);
    }
  }
}

static void k_parametricRelu(hfm_array x, hfm_array slope, hfm_array y, int64_t slopes,
                             int64_t cols, int64_t rowBegin, int64_t rowEnd) {
  float bx[CHUNK], by[CHUNK];
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    float a = element(slope, r % slopes);
    FOR_CHUNKS(0, cols) {
      const float *px = view(x, r * cols + at, n, bx);
      float *py = target(y, r * cols + at, by);
      FOR_LANES(n) {
        vf v = vload(px + i, n - i);
        vstore(py + i, vselect(v > splat(0), v, a * v), n - i);
      }
      commit(y, r * cols + at, n, by);
    }
  }
}
static void k_parametricReluBackward(hfm_array dy, hfm_array x, hfm_array slope, hfm_array dx,
                                     float *sums, int64_t slopes, int64_t cols,
                                     int64_t rowBegin, int64_t rowEnd) {
  float bd[CHUNK], bx[CHUNK], by[CHUNK];
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    float a = element(slope, r % slopes);
    double total = 0;
    FOR_CHUNKS(0, cols) {
      const float *pd = view(dy, r * cols + at, n, bd), *px = view(x, r * cols + at, n, bx);
      float *py = target(dx, r * cols + at, by);
      vf sum = {0};
      FOR_LANES(n) {
        vf d = vload(pd + i, n - i), v = vload(px + i, n - i);
        vi positive = v > splat(0);
        sum += vselect(positive, splat(0), d * v);
        vstore(py + i, vselect(positive, d, a * d), n - i);
      }
      total += vsum(sum);
      commit(dx, r * cols + at, n, by);
    }
    sums[r] = (float)total;
  }
}

static void k_complexProduct(const float *a, const float *b, float *c, int64_t count,
                             int32_t conjugate, int32_t adds, float factor) {
  float sign = conjugate ? -factor : factor;
  for (int64_t i = 0; i < 2 * count; i += 2) {
    float re = a[i] * b[i] * factor - a[i + 1] * b[i + 1] * sign;
    float im = a[i + 1] * b[i] * factor + a[i] * b[i + 1] * sign;
    c[i] = adds ? c[i] + re : re;
    c[i + 1] = adds ? c[i + 1] + im : im;
  }
}
