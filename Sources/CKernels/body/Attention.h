// Attention by tiles that stay in the second cache, with an online softmax (FlashAttention,
// arXiv 2205.14135, algorithms 1 and 4). Products of tiles are oneDNN's, on this thread alone.

#define QB HFM_QUERY_BLOCK
#define KB HFM_KEY_BLOCK

// fp32 operands are read in place; others are converted, packed to `headSize` columns.
INLINE const float *head_tile(hfm_array a, int64_t at, int64_t rows, int64_t stride,
                              int64_t headSize, float *buffer, int64_t *leading) {
  if (a.type == HFM_F32) {
    *leading = stride;
    return (const float *)a.data + at;
  }
  for (int64_t r = 0; r < rows; r++)
    to_float(a, at + r * stride, at + r * stride + headSize, buffer + r * headSize);
  *leading = headSize;
  return buffer;
}

// One row of scores: mask beyond `visible`, new maximum, exponentials in place, their sum.
INLINE void softmax_row(float *s, int64_t cols, int64_t visible, float *maximum, float *sum,
                        float *correction) {
  if (visible > cols) visible = cols;
  float high = *maximum;
  int64_t i = 0;
  if (visible >= W) {
    vf h = vload(s, W);
    for (i = W; i + W <= visible; i += W) h = vmax(h, vload(s + i, W));
    float m = vmaximum(h);
    high = m > high ? m : high;
  }
  for (; i < visible; i++) high = s[i] > high ? s[i] : high;
  vf total = {0};
  float rest = 0;
  for (i = 0; i + W <= visible; i += W) {
    vf e = vexp(vload(s + i, W) - high);
    vstore(s + i, e, W);
    total += e;
  }
  for (; i < visible; i++) rest += s[i] = expf(s[i] - high);
  for (; i < cols; i++) s[i] = 0;
  *correction = *maximum == -INFINITY ? 0 : expf(*maximum - high);
  *sum = *sum * *correction + vsum(total) + rest;
  *maximum = high;
}

static void k_attention(const hfm_attention_shape *g, hfm_array q, hfm_array k, hfm_array v,
                        hfm_array o, float *lse, float *scratch, int64_t itemBegin,
                        int64_t itemEnd) {
  hfm_use_one_thread();
  const int64_t D = g->headSize, S = g->queries, T = g->keys, blocks = (S + QB - 1) / QB;
  const int64_t qs = g->queryHeads * D, ks = g->keyValueHeads * D;
  const int64_t group = g->queryHeads / g->keyValueHeads;
  float *bq = scratch, *bk = bq + QB * D, *bv = bk + KB * D, *scores = bv + KB * D;
  float *acc = scores + QB * KB, *top = acc + QB * D, *sum = top + QB;
  const float factor = 1.0f / sqrtf((float)D);
  for (int64_t item = itemBegin; item < itemEnd; item++) {
    int64_t block = item % blocks, head = item / blocks % g->queryHeads;
    int64_t b = item / blocks / g->queryHeads, s0 = block * QB, rows = least(QB, S - s0), lq;
    const float *pq = head_tile(q, (b * S + s0) * qs + head * D, rows, qs, D, bq, &lq);
    memset(acc, 0, (size_t)(rows * D) * 4);
    for (int64_t r = 0; r < rows; r++) {
      top[r] = -INFINITY;
      sum[r] = 0;
    }
    // Row r sees keys up to s0 + r + (T - S): tiles beyond the last row's limit are skipped.
    int64_t limit = g->causal ? least(T, s0 + rows + T - S) : T;
    for (int64_t t0 = 0; t0 < limit; t0 += KB) {
      int64_t cols = least(KB, limit - t0), lk, lv;
      int64_t at = (b * T + t0) * ks + head / group * D;
      const float *pk = head_tile(k, at, cols, ks, D, bk, &lk);
      const float *pv = head_tile(v, at, cols, ks, D, bv, &lv);
      dnnl_sgemm('N', 'T', rows, cols, D, factor, pq, lq, pk, lk, 0, scores, KB);
      for (int64_t r = 0; r < rows; r++) {
        float correction;
        int64_t visible = g->causal ? s0 + r + T - S + 1 - t0 : cols;
        if (visible <= 0) {
          memset(scores + r * KB, 0, (size_t)cols * 4);
          continue;
        }
        softmax_row(scores + r * KB, cols, visible, top + r, sum + r, &correction);
        if (correction != 1 && t0 > 0)
          FOR_LANES(D)
        vstore(acc + r * D + i, correction * vload(acc + r * D + i, D - i), D - i);
      }
      dnnl_sgemm('N', 'N', rows, D, cols, 1, scores, KB, pv, lv, 1, acc, D);
    }
    for (int64_t r = 0; r < rows; r++) {
      float inverse = sum[r] > 0 ? 1 / sum[r] : 0, *row = acc + r * D;
      FOR_LANES(D) vstore(row + i, inverse * vload(row + i, D - i), D - i);
      int64_t at = (b * S + s0 + r) * qs + head * D;
      from_float(row, o, at, at + D);
      lse[(b * g->queryHeads + head) * S + s0 + r] = sum[r] > 0 ? top[r] + logf(sum[r]) : 0;
    }
  }
}

// p = exp(s - lse) in `scores`, ds = p (dp - delta) / sqrt(D) in `dp`; zero where masked.
INLINE void backward_row(float *scores, float *dp, int64_t cols, int64_t visible, float lse,
                         float delta, float factor) {
  if (visible < 0) visible = 0;
  if (visible > cols) visible = cols;
  int64_t i = 0;
  for (; i < visible; i += W) {
    int64_t left = visible - i;
    vf p = vexp(vload(scores + i, left) - lse);
    vstore(dp + i, p * (vload(dp + i, left) - delta) * factor, left);
    vstore(scores + i, p, left);
  }
  for (i = visible; i < cols; i++) scores[i] = dp[i] = 0;
}

static void k_attentionBackward(const hfm_attention_shape *g, hfm_array dout, hfm_array q,
                                hfm_array k, hfm_array v, hfm_array o, const float *lse,
                                hfm_array dq, hfm_array dk, hfm_array dv, float *scratch,
                                int64_t itemBegin, int64_t itemEnd) {
  hfm_use_one_thread();
  const int64_t D = g->headSize, S = g->queries, T = g->keys;
  const int64_t qs = g->queryHeads * D, ks = g->keyValueHeads * D;
  const int64_t group = g->queryHeads / g->keyValueHeads;
  float *bq = scratch, *bd = bq + QB * D, *bk = bd + QB * D, *bv = bk + KB * D;
  float *scores = bv + KB * D, *dp = scores + QB * KB, *accQ = dp + QB * KB;
  float *delta = accQ + QB * D, *accK = delta + QB, *accV = accK + T * D;
  const float factor = 1.0f / sqrtf((float)D);
  for (int64_t item = itemBegin; item < itemEnd; item++) {
    int64_t kvHead = item % g->keyValueHeads, b = item / g->keyValueHeads;
    memset(accK, 0, (size_t)(2 * T * D) * 4);
    for (int64_t head = kvHead * group; head < (kvHead + 1) * group; head++)
      for (int64_t s0 = 0; s0 < S; s0 += QB) {
        int64_t rows = least(QB, S - s0), at = (b * S + s0) * qs + head * D, lq, ld;
        const float *pq = head_tile(q, at, rows, qs, D, bq, &lq);
        const float *pd = head_tile(dout, at, rows, qs, D, bd, &ld);
        const float *rowLse = lse + (b * g->queryHeads + head) * S + s0;
        for (int64_t r = 0; r < rows; r++) {
          vf inner = {0};
          float bo[CHUNK];
          const float *po = view(o, at + r * qs, D, bo);
          FOR_LANES(D) inner += vload(po + i, D - i) * vload(pd + r * ld + i, D - i);
          delta[r] = vsum(inner);
        }
        memset(accQ, 0, (size_t)(rows * D) * 4);
        int64_t limit = g->causal ? least(T, s0 + rows + T - S) : T;
        for (int64_t t0 = 0; t0 < limit; t0 += KB) {
          int64_t cols = least(KB, limit - t0), lk, lv, kat = (b * T + t0) * ks + kvHead * D;
          const float *pk = head_tile(k, kat, cols, ks, D, bk, &lk);
          const float *pv = head_tile(v, kat, cols, ks, D, bv, &lv);
          dnnl_sgemm('N', 'T', rows, cols, D, factor, pq, lq, pk, lk, 0, scores, KB);
          dnnl_sgemm('N', 'T', rows, cols, D, 1, pd, ld, pv, lv, 0, dp, KB);
          for (int64_t r = 0; r < rows; r++)
            backward_row(scores + r * KB, dp + r * KB, cols,
                         g->causal ? s0 + r + T - S + 1 - t0 : cols, rowLse[r], delta[r], factor);
          dnnl_sgemm('T', 'N', cols, D, rows, 1, scores, KB, pd, ld, 1, accV + t0 * D, D);
          dnnl_sgemm('T', 'N', cols, D, rows, 1, dp, KB, pq, lq, 1, accK + t0 * D, D);
          dnnl_sgemm('N', 'N', rows, D, cols, 1, dp, KB, pk, lk, 1, accQ, D);
        }
        for (int64_t r = 0; r < rows; r++)
          from_float(accQ + r * D, dq, at + r * qs, at + r * qs + D);
      }
    for (int64_t t = 0; t < T; t++) {
      int64_t at = (b * T + t) * ks + kvHead * D;
      from_float(accK + t * D, dk, at, at + D);
      from_float(accV + t * D, dv, at, at + D);
    }
  }
}
