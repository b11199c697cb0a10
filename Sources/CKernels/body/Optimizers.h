// Update rules beside AdamW and plain descent.

static void k_momentum(hfm_array p, hfm_array g, hfm_array m, float rate, float decay,
                       int64_t begin, int64_t end) {
  float bp[CHUNK], bg[CHUNK], bm[CHUNK];
  FOR_CHUNKS(begin, end) {
    const float *pp = view(p, at, n, bp), *pg = view(g, at, n, bg), *pm = view(m, at, n, bm);
    float *op = target(p, at, bp), *om = target(m, at, bm);
    FOR_LANES(n) {
      vf velocity = decay * vload(pm + i, n - i) + vload(pg + i, n - i);
      vstore(om + i, velocity, n - i);
      vstore(op + i, vload(pp + i, n - i) - rate * velocity, n - i);
    }
    commit(p, at, n, bp);
    commit(m, at, n, bm);
  }
}

INLINE vf adam_direction(vf first, vf second, vf w, hfm_adamw_rule rule) {
  vf root = __builtin_elementwise_sqrt(second * (1 / rule.correction2)) + rule.epsilon;
  return first * (1 / rule.correction1) / root + rule.weightDecay * w;
}
static void k_lambMoments(hfm_array p, hfm_array g, hfm_array m, hfm_array v, hfm_adamw_rule rule,
                          double *norms, int64_t begin, int64_t end) {
  float bp[CHUNK], bg[CHUNK], bm[CHUNK], bv[CHUNK];
  FOR_CHUNKS(begin, end) {
    const float *pp = view(p, at, n, bp), *pg = view(g, at, n, bg);
    const float *pm = view(m, at, n, bm), *pv = view(v, at, n, bv);
    float *om = target(m, at, bm), *ov = target(v, at, bv);
    vf ofP = {0}, ofR = {0};
    FOR_LANES(n) {
      vf w = vload(pp + i, n - i), d = vload(pg + i, n - i);
      vf first = rule.beta1 * vload(pm + i, n - i) + (1 - rule.beta1) * d;
      vf second = rule.beta2 * vload(pv + i, n - i) + (1 - rule.beta2) * d * d;
      vf r = adam_direction(first, second, w, rule);
      ofP += w * w;
      ofR += r * r;
      vstore(om + i, first, n - i);
      vstore(ov + i, second, n - i);
    }
    norms[0] += vsum(ofP);
    norms[1] += vsum(ofR);
    commit(m, at, n, bm);
    commit(v, at, n, bv);
  }
}
static void k_lambStep(hfm_array p, hfm_array m, hfm_array v, hfm_adamw_rule rule, float rate,
                       int64_t begin, int64_t end) {
  float bp[CHUNK], bm[CHUNK], bv[CHUNK];
  FOR_CHUNKS(begin, end) {
    const float *pp = view(p, at, n, bp), *pm = view(m, at, n, bm), *pv = view(v, at, n, bv);
    float *op = target(p, at, bp);
    FOR_LANES(n) {
      vf w = vload(pp + i, n - i);
      vf r = adam_direction(vload(pm + i, n - i), vload(pv + i, n - i), w, rule);
      vstore(op + i, w - rate * r, n - i);
    }
    commit(p, at, n, bp);
  }
}

// Index of the nearest of 256 rising values.
INLINE uint8_t nearest_code(const float *map, float x) {
  int low = 0, high = 255;
  while (high - low > 1) {
    int middle = (low + high) / 2;
    if (map[middle] <= x) low = middle;
    else high = middle;
  }
  return (uint8_t)(x - map[low] <= map[high] - x ? low : high);
}
INLINE void encode_block(const float *x, int64_t n, const float *map, uint8_t *codes,
                         float *scale) {
  float top = 0;
  for (int64_t i = 0; i < n; i++) top = fabsf(x[i]) > top ? fabsf(x[i]) : top;
  float inverse = top > 0 ? 1 / top : 0;
  for (int64_t i = 0; i < n; i++) codes[i] = nearest_code(map, x[i] * inverse);
  *scale = top;
}
static void k_adamw8bit(hfm_array p, hfm_array g, uint8_t *m, float *mScale, uint8_t *v,
                        float *vScale, hfm_adamw_rule rule, int64_t count, int64_t blockBegin,
                        int64_t blockEnd) {
  const float *signedMap = hfm_dynamic_map(1), *unsignedMap = hfm_dynamic_map(0);
  float first[256], second[256];
  for (int64_t block = blockBegin; block < blockEnd; block++) {
    int64_t at = block * 256, n = least(256, count - at);
    for (int64_t i = 0; i < n; i++) {
      float d = element(g, at + i);
      // A block that was never written has scale 0: its codes mean 0 whatever they are.
      float oldM = signedMap[m[at + i]] * mScale[block];
      float oldV = unsignedMap[v[at + i]] * vScale[block];
      first[i] = rule.beta1 * oldM + (1 - rule.beta1) * d;
      second[i] = rule.beta2 * oldV + (1 - rule.beta2) * d * d;
    }
    float bp[256];
    const float *pp = view(p, at, n, bp);
    float *op = target(p, at, bp);
    FOR_LANES(n) {
      vf w = vload(pp + i, n - i);
      vf r = adam_direction(vload(first + i, n - i), vload(second + i, n - i), w, rule);
      vstore(op + i, w - rule.learningRate * r, n - i);
    }
    commit(p, at, n, bp);
    encode_block(first, n, signedMap, m + at, mScale + block);
    encode_block(second, n, unsignedMap, v + at, vScale + block);
  }
}

static void k_squareSums(hfm_array g, float floor, float *rowSums, float *colSums, int64_t cols,
                         int64_t rowBegin, int64_t rowEnd) {
  float bg[CHUNK];
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    double total = 0;
    FOR_CHUNKS(0, cols) {
      const float *pg = view(g, r * cols + at, n, bg);
      float *sums = colSums + at;
      vf sum = {0};
      FOR_LANES(n) {
        vf d = vload(pg + i, n - i), square = d * d;
        sum += square;
        vstore(sums + i, vload(sums + i, n - i) + square + floor, n - i);
      }
      total += vsum(sum);
    }
    rowSums[r] = (float)total + floor * (float)cols;
  }
}
static double k_factoredStep(hfm_array p, hfm_array g, const float *row, const float *col,
                             float rate, int64_t cols, int64_t rowBegin, int64_t rowEnd) {
  float bg[CHUNK], bp[CHUNK];
  double total = 0;
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    vf scale = splat(row[r]);
    FOR_CHUNKS(0, cols) {
      int64_t o = r * cols + at;
      const float *pg = view(g, o, n, bg), *pp = view(p, o, n, bp);
      float *op = target(p, o, bp);
      vf sum = {0};
      FOR_LANES(n) {
        vf d = vload(pg + i, n - i);
        vf second = vmax(scale * vload(col + at + i, n - i), splat(1e-36f));
        vf u = d / __builtin_elementwise_sqrt(second);
        sum += u * u;
        if (rate != 0) vstore(op + i, vload(pp + i, n - i) - rate * u, n - i);
      }
      total += vsum(sum);
      if (rate != 0) commit(p, o, n, bp);
    }
  }
  return total;
}
static void k_blend(const float *a, const float *b, float *c, float alpha, float beta,
                    int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; i += W)
    vstore(c + i, alpha * vload(a + i, end - i) + beta * vload(b + i, end - i), end - i);
}
