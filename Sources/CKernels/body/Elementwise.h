// Element-wise kernels: a chunk at a time, so that converted operands stay in the first cache.

#define FOR_CHUNKS(begin, end) \
  for (int64_t at = (begin), n; at < (end) && (n = least(CHUNK, (end) - at), 1); at += n)
#define FOR_LANES(n) for (int64_t i = 0; i < (n); i += W)

INLINE void add_chunks(hfm_array a, hfm_array b, hfm_array y, int64_t bCount, int64_t begin,
                       int64_t end, int brain) {
  float ba[CHUNK], bb[CHUNK], by[CHUNK];
  for (int64_t at = begin, n; at < end; at += n) {
    int64_t inB = at % bCount;
    n = least(least(CHUNK, end - at), bCount - inB);
    const void *pa = operand(a, at, n, ba, brain), *pb = operand(b, inB, n, bb, brain);
    void *py = result(y, at, by, brain);
    FOR_LANES(n)
    put(py, i, get(pa, i, n - i, brain) + get(pb, i, n - i, brain), n - i, brain);
    finish(y, at, n, by, brain);
  }
}
static void k_add(hfm_array a, hfm_array b, hfm_array y, int64_t bCount, int64_t begin,
                  int64_t end) {
  if (are_bf16(a, b, y)) add_chunks(a, b, y, bCount, begin, end, 1);
  else add_chunks(a, b, y, bCount, begin, end, 0);
}
static void k_scale(hfm_array x, float factor, hfm_array y, int64_t begin, int64_t end) {
  float bx[CHUNK], by[CHUNK];
  FOR_CHUNKS(begin, end) {
    const float *px = view(x, at, n, bx);
    float *py = target(y, at, by);
    FOR_LANES(n) vstore(py + i, factor * vload(px + i, n - i), n - i);
    commit(y, at, n, by);
  }
}
static void k_cast(hfm_array x, hfm_array y, int64_t begin, int64_t end) {
  float bx[CHUNK];
  if (x.type == y.type) {
    size_t size = x.type == HFM_F32 ? 4 : 2;
    if (end > begin)
      memcpy((char *)y.data + begin * size, (const char *)x.data + begin * size,
             (size_t)(end - begin) * size);
    return;
  }
  FOR_CHUNKS(begin, end) from_float(view(x, at, n, bx), y, at, at + n);
}

// One loop per function, so that the choice is made outside of it.
#define ACTIVATION_CASES(LOOP) \
  switch (f) { \
    case HFM_GELU: LOOP(HFM_GELU) break; \
    case HFM_GELU_TANH: LOOP(HFM_GELU_TANH) break; \
    case HFM_QUICK_GELU: LOOP(HFM_QUICK_GELU) break; \
    case HFM_SILU: LOOP(HFM_SILU) break; \
    case HFM_RELU: LOOP(HFM_RELU) break; \
    case HFM_SIGMOID: LOOP(HFM_SIGMOID) break; \
    case HFM_LEAKY_RELU: LOOP(HFM_LEAKY_RELU) break; \
    case HFM_SOFTPLUS: LOOP(HFM_SOFTPLUS) break; \
    case HFM_ELU: LOOP(HFM_ELU) break; \
    case HFM_RELU6: LOOP(HFM_RELU6) break; \
    case HFM_MISH: LOOP(HFM_MISH) break; \
    case HFM_HARD_SWISH: LOOP(HFM_HARD_SWISH) break; \
    case HFM_EXPONENTIAL: LOOP(HFM_EXPONENTIAL) break; \
    case HFM_RECIPROCAL: LOOP(HFM_RECIPROCAL) break; \
    case HFM_SINE: LOOP(HFM_SINE) break; \
    default: LOOP(HFM_TANH) break; \
  }

INLINE void activation_chunks(int32_t f, hfm_array x, hfm_array y, int64_t begin, int64_t end,
                              int brain) {
  float bx[CHUNK], by[CHUNK];
  FOR_CHUNKS(begin, end) {
    const void *px = operand(x, at, n, bx, brain);
    void *py = result(y, at, by, brain);
#define LOOP(F) \
  FOR_LANES(n) put(py, i, vactivate(F, get(px, i, n - i, brain), brain), n - i, brain);
    ACTIVATION_CASES(LOOP)
#undef LOOP
    finish(y, at, n, by, brain);
  }
}
static void k_activation(int32_t f, hfm_array x, hfm_array y, int64_t begin, int64_t end) {
  if (are_bf16(x, x, y)) activation_chunks(f, x, y, begin, end, 1);
  else activation_chunks(f, x, y, begin, end, 0);
}
INLINE void activation_backward_chunks(int32_t f, hfm_array dy, hfm_array x, hfm_array dx,
                                       int64_t begin, int64_t end, int brain) {
  float bd[CHUNK], bx[CHUNK], by[CHUNK];
  FOR_CHUNKS(begin, end) {
    const void *pd = operand(dy, at, n, bd, brain), *px = operand(x, at, n, bx, brain);
    void *py = result(dx, at, by, brain);
    vf value;
#define LOOP(F) \
  FOR_LANES(n) { \
    vf slope = vderivative(F, get(px, i, n - i, brain), &value, brain); \
    put(py, i, get(pd, i, n - i, brain) * slope, n - i, brain); \
  }
    ACTIVATION_CASES(LOOP)
#undef LOOP
    finish(dx, at, n, by, brain);
  }
}
static void k_activationBackward(int32_t f, hfm_array dy, hfm_array x, hfm_array dx,
                                 int64_t begin, int64_t end) {
  if (are_bf16(dy, x, dx)) activation_backward_chunks(f, dy, x, dx, begin, end, 1);
  else activation_backward_chunks(f, dy, x, dx, begin, end, 0);
}
INLINE void gated_chunks(int32_t f, hfm_array gate, hfm_array up, hfm_array y, int64_t begin,
                         int64_t end, int brain) {
  float bg[CHUNK], bu[CHUNK], by[CHUNK];
  FOR_CHUNKS(begin, end) {
    const void *pg = operand(gate, at, n, bg, brain), *pu = operand(up, at, n, bu, brain);
    void *py = result(y, at, by, brain);
#define LOOP(F) \
  FOR_LANES(n) { \
    vf open = vactivate(F, get(pg, i, n - i, brain), brain); \
    put(py, i, open * get(pu, i, n - i, brain), n - i, brain); \
  }
    ACTIVATION_CASES(LOOP)
#undef LOOP
    finish(y, at, n, by, brain);
  }
}
static void k_gated(int32_t f, hfm_array gate, hfm_array up, hfm_array y, int64_t begin,
                    int64_t end) {
  if (are_bf16(gate, up, y)) gated_chunks(f, gate, up, y, begin, end, 1);
  else gated_chunks(f, gate, up, y, begin, end, 0);
}
static void k_gatedBackward(int32_t f, hfm_array dy, hfm_array gate, hfm_array up,
                            hfm_array dgate, hfm_array dup, int64_t begin, int64_t end) {
  float bd[CHUNK], bg[CHUNK], bu[CHUNK], b1[CHUNK], b2[CHUNK];
  FOR_CHUNKS(begin, end) {
    const float *pd = view(dy, at, n, bd), *pg = view(gate, at, n, bg), *pu = view(up, at, n, bu);
    float *p1 = target(dgate, at, b1), *p2 = target(dup, at, b2);
#define LOOP(F) \
  FOR_LANES(n) { \
    vf value, d = vload(pd + i, n - i), u = vload(pu + i, n - i); \
    vf slope = vderivative(F, vload(pg + i, n - i), &value, 0); \
    vstore(p1 + i, d * u * slope, n - i); \
    vstore(p2 + i, d * value, n - i); \
  }
    ACTIVATION_CASES(LOOP)
#undef LOOP
    commit(dgate, at, n, b1);
    commit(dup, at, n, b2);
  }
}
static double k_dot(hfm_array a, hfm_array b, int64_t begin, int64_t end) {
  float ba[CHUNK], bb[CHUNK];
  double total = 0;
  FOR_CHUNKS(begin, end) {
    const float *pa = view(a, at, n, ba), *pb = view(b, at, n, bb);
    vf sum = {0};
    FOR_LANES(n) sum += vload(pa + i, n - i) * vload(pb + i, n - i);
    total += vsum(sum);
  }
  return total;
}
static void k_triad(float *a, const float *b, const float *c, float scalar, int64_t begin,
                    int64_t end) {
  for (int64_t i = begin; i < end; i += W)
    vstore(a + i, vload(b + i, end - i) + scalar * vload(c + i, end - i), end - i);
}

// Sums in blocks of 64 rows, so that the rounding error grows with rows/64 instead of rows.
INLINE void sum_rows(hfm_array dy, hfm_array db, int64_t rows, int64_t cols, int64_t colBegin,
                     int64_t colEnd, int brain) {
  float total[CHUNK], block[CHUNK], bd[CHUNK];
  FOR_CHUNKS(colBegin, colEnd) {
    memset(total, 0, (size_t)n * 4);
    for (int64_t first = 0; first < rows; first += 64) {
      memset(block, 0, (size_t)n * 4);
      for (int64_t r = first; r < least(rows, first + 64); r++) {
        const void *pd = operand(dy, r * cols + at, n, bd, brain);
        FOR_LANES(n)
        vstore(block + i, vload(block + i, n - i) + get(pd, i, n - i, brain), n - i);
      }
      FOR_LANES(n) vstore(total + i, vload(total + i, n - i) + vload(block + i, n - i), n - i);
    }
    from_float(total, db, at, at + n);
  }
}
static void k_sumLeading(hfm_array dy, hfm_array db, int64_t rows, int64_t cols,
                         int64_t colBegin, int64_t colEnd) {
  if (dy.type == HFM_BF16) sum_rows(dy, db, rows, cols, colBegin, colEnd, 1);
  else sum_rows(dy, db, rows, cols, colBegin, colEnd, 0);
}
static void k_scaleColumns(hfm_array x, hfm_array g, hfm_array y, int64_t cols, int64_t rowBegin,
                           int64_t rowEnd) {
  float bx[CHUNK], bg[CHUNK], by[CHUNK];
  FOR_CHUNKS(0, cols) {
    const float *pg = view(g, at, n, bg);
    for (int64_t r = rowBegin; r < rowEnd; r++) {
      const float *px = view(x, r * cols + at, n, bx);
      float *py = target(y, r * cols + at, by);
      FOR_LANES(n) vstore(py + i, vload(px + i, n - i) * vload(pg + i, n - i), n - i);
      commit(y, r * cols + at, n, by);
    }
  }
}
static void k_scaleColumnsBackward(hfm_array dy, hfm_array x, hfm_array g, hfm_array dx,
                                   float *partial, int64_t cols, int64_t rowBegin,
                                   int64_t rowEnd) {
  float bd[CHUNK], bx[CHUNK], bg[CHUNK], by[CHUNK];
  FOR_CHUNKS(0, cols) {
    const float *pg = view(g, at, n, bg);
    float *sum = partial + at;
    for (int64_t r = rowBegin; r < rowEnd; r++) {
      int64_t o = r * cols + at;
      const float *pd = view(dy, o, n, bd), *px = view(x, o, n, bx);
      float *py = target(dx, o, by);
      FOR_LANES(n) {
        vf d = vload(pd + i, n - i);
        vstore(sum + i, vload(sum + i, n - i) + d * vload(px + i, n - i), n - i);
        vstore(py + i, d * vload(pg + i, n - i), n - i);
      }
      commit(dx, o, n, by);
    }
  }
}
static void k_reducePartials(const float *partials, int64_t count, int64_t stride, hfm_array y,
                             int64_t colBegin, int64_t colEnd) {
  float total[CHUNK];
  FOR_CHUNKS(colBegin, colEnd) {
    memset(total, 0, (size_t)n * 4);
    for (int64_t p = 0; p < count; p++) {
      const float *part = partials + p * stride + at;
      FOR_LANES(n) vstore(total + i, vload(total + i, n - i) + vload(part + i, n - i), n - i);
    }
    from_float(total, y, at, at + n);
  }
}
// One vector of AdamW's update: parameter, and first and second moment, in place.
INLINE void adamw_vector(const hfm_adamw_rule *rule, vf d, vf *w, vf *m, vf *v) {
  *m = rule->beta1 * *m + (1 - rule->beta1) * d;
  *v = rule->beta2 * *v + (1 - rule->beta2) * d * d;
  vf root = __builtin_elementwise_sqrt(*v * (1 / rule->correction2)) + rule->epsilon;
  vf step = *m * (1 / rule->correction1) / root + rule->weightDecay * *w;
  *w -= rule->learningRate * step;
}
// Whole vectors of bf16, without the detour over buffers; returns where it stopped.
static int64_t adamw_bf16(uint16_t *p, const uint16_t *g, uint16_t *m, uint16_t *v,
                          const hfm_adamw_rule *rule, int64_t begin, int64_t end) {
  int64_t i = begin;
  for (; i + W <= end; i += W) {
    vf w = bf16_load(p + i), first = bf16_load(m + i), second = bf16_load(v + i);
    adamw_vector(rule, bf16_load(g + i), &w, &first, &second);
    bf16_store(p + i, w);
    bf16_store(m + i, first);
    bf16_store(v + i, second);
  }
  return i;
}
static void k_adamw(hfm_array p, hfm_array g, hfm_array m, hfm_array v, hfm_adamw_rule rule,
                    int64_t begin, int64_t end) {
  float bp[CHUNK], bg[CHUNK], bm[CHUNK], bv[CHUNK];
  if (p.type == HFM_BF16 && g.type == HFM_BF16 && m.type == HFM_BF16 && v.type == HFM_BF16)
    begin = adamw_bf16(p.data, g.data, m.data, v.data, &rule, begin, end);
  FOR_CHUNKS(begin, end) {
    const float *pp = view(p, at, n, bp), *pg = view(g, at, n, bg);
    const float *pm = view(m, at, n, bm), *pv = view(v, at, n, bv);
    float *op = target(p, at, bp), *om = target(m, at, bm), *ov = target(v, at, bv);
    FOR_LANES(n) {
      vf w = vload(pp + i, n - i), first = vload(pm + i, n - i), second = vload(pv + i, n - i);
      adamw_vector(&rule, vload(pg + i, n - i), &w, &first, &second);
      vstore(op + i, w, n - i);
      vstore(om + i, first, n - i);
      vstore(ov + i, second, n - i);
    }
    commit(p, at, n, bp);
    commit(m, at, n, bm);
    commit(v, at, n, bv);
  }
}
static void k_sgd(hfm_array p, hfm_array g, float learningRate, int64_t begin, int64_t end) {
  float bp[CHUNK], bg[CHUNK];
  FOR_CHUNKS(begin, end) {
    const float *pp = view(p, at, n, bp), *pg = view(g, at, n, bg);
    float *op = target(p, at, bp);
    FOR_LANES(n)
    vstore(op + i, vload(pp + i, n - i) - learningRate * vload(pg + i, n - i), n - i);
    commit(p, at, n, bp);
  }
}
