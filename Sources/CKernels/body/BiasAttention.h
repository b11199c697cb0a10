// Attention with a bias, a window, values of another size or kept probabilities: whole rows of
// scores of a block of queries at a time, products by oneDNN on this thread alone.

typedef struct {
  int64_t qs, ks, vs, os, group, rows;
  float factor;
} bias_layout;

INLINE bias_layout bias_layout_of(const hfm_bias_attention *g) {
  return (bias_layout){
      .qs = g->queryHeads * g->headSize,
      .ks = g->keyValueHeads * g->headSize,
      .vs = g->keyValueHeads * g->valueSize,
      .os = g->queryHeads * g->valueSize,
      .group = g->queryHeads / g->keyValueHeads,
      .rows = hfm_bias_attention_rows(g),
      .factor = 1.0f / sqrtf((float)g->headSize),
  };
}

// Keys that query s sees: from *first up to the result. Without causality a window lies around
// the query.
INLINE int64_t seen_keys(const hfm_bias_attention *g, int64_t s, int64_t *first) {
  int64_t own = s + g->keys - g->queries, end = g->keys;
  *first = 0;
  if (g->causal) end = least(end, own + 1);
  if (g->window > 0) {
    *first = own + 1 - (g->causal ? g->window : (g->window + 1) / 2);
    end = least(end, *first + g->window);
    if (*first < 0) *first = 0;
  }
  return end < *first ? *first : end;
}

// The part of a bias that belongs to a row of scores.
INLINE const float *bias_row(const hfm_bias_attention *g, hfm_array bias, int64_t b, int64_t head,
                             int64_t s, float *buffer) {
  int64_t at = b * g->biasStride[0] + head * g->biasStride[1] + s * g->biasStride[2];
  if (g->biasStride[3] == 0) {
    float value = element(bias, at);
    for (int64_t t = 0; t < g->keys; t++) buffer[t] = value;
    return buffer;
  }
  return view(bias, at, g->keys, buffer);
}

// Scores of rows s0... of one head: q k^T / sqrt(D) + bias; masked keys are left to the caller.
INLINE void bias_scores(const hfm_bias_attention *g, const float *pq, int64_t lq, const float *pk,
                        int64_t lk, hfm_array bias, int64_t b, int64_t head, int64_t s0,
                        int64_t rows, float factor, float *scores, float *buffer) {
  const int64_t T = g->keys;
  dnnl_sgemm('N', 'T', rows, T, g->headSize, factor, pq, lq, pk, lk, 0, scores, T);
  if (bias.data)
    for (int64_t r = 0; r < rows; r++) {
      const float *p = bias_row(g, bias, b, head, s0 + r, buffer);
      float *s = scores + r * T;
      FOR_LANES(T) vstore(s + i, vload(s + i, T - i) + vload(p + i, T - i), T - i);
    }
}

// Softmax of a row over the keys that it sees; returns its log-sum-exp (0 when it sees none).
INLINE float bias_softmax(const hfm_bias_attention *g, int64_t s, float *row) {
  int64_t first, end = seen_keys(g, s, &first), n = end - first;
  float lse = 0;
  if (n > 0) {
    float *p = row + first;
    lse = row_lse((hfm_array){p, HFM_F32}, 0, n);
    FOR_LANES(n) vstore(p + i, vexp(vload(p + i, n - i) - lse), n - i);
  }
  memset(row, 0, (size_t)first * 4);
  memset(row + end, 0, (size_t)(g->keys - end) * 4);
  return lse;
}

static void k_biasAttention(const hfm_bias_attention *g, hfm_array q, hfm_array k, hfm_array v,
                            hfm_array bias, hfm_array o, float *lse, hfm_array probabilities,
                            float *scratch, int64_t itemBegin, int64_t itemEnd) {
  hfm_use_one_thread();
  const bias_layout l = bias_layout_of(g);
  const int64_t D = g->headSize, E = g->valueSize, S = g->queries, T = g->keys;
  const int64_t blocks = (S + l.rows - 1) / l.rows;
  float *bq = scratch, *bk = bq + l.rows * D, *bv = bk + T * D, *scores = bv + T * E;
  float *out = scores + l.rows * T, *buffer = out + l.rows * E;
  int64_t loaded = -1, lk = 0, lv = 0;
  const float *pk = 0, *pv = 0;
  for (int64_t item = itemBegin; item < itemEnd; item++) {
    int64_t head = item / blocks % g->queryHeads, b = item / blocks / g->queryHeads;
    int64_t s0 = item % blocks * l.rows, rows = least(l.rows, S - s0), lq;
    int64_t pair = b * g->keyValueHeads + head / l.group;
    if (pair != loaded) {
      pk = head_rows(k, b * T * l.ks + head / l.group * D, T, l.ks, D, 0, bk, &lk);
      pv = head_rows(v, b * T * l.vs + head / l.group * E, T, l.vs, E, 0, bv, &lv);
      loaded = pair;
    }
    const float *pq = head_rows(q, (b * S + s0) * l.qs + head * D, rows, l.qs, D, 0, bq, &lq);
    bias_scores(g, pq, lq, pk, lk, bias, b, head, s0, rows, l.factor, scores, buffer);
    int64_t at = (b * g->queryHeads + head) * S + s0;
    for (int64_t r = 0; r < rows; r++) {
      float value = bias_softmax(g, s0 + r, scores + r * T);
      if (lse) lse[at + r] = value;
    }
    if (probabilities.data) from_float(scores, probabilities, at * T, (at + rows) * T);
    dnnl_sgemm('N', 'N', rows, E, T, 1, scores, T, pv, lv, 0, out, E);
    for (int64_t r = 0; r < rows; r++) {
      int64_t to = (b * S + s0 + r) * l.os + head * E;
      from_float(out + r * E, o, to, to + E);
    }
  }
}

// Adds the gradients of a row of scores to the bias's.
INLINE void add_bias_gradient(const hfm_bias_attention *g, float *dbias, int64_t b, int64_t head,
                              int64_t s, const float *ds) {
  const int64_t T = g->keys;
  float *to = dbias + b * g->biasStride[0] + head * g->biasStride[1] + s * g->biasStride[2];
  if (g->biasStride[3] == 0) {
    vf sum = {0};
    FOR_LANES(T) sum += vload(ds + i, T - i);
    *to += vsum(sum);
  } else {
    FOR_LANES(T) vstore(to + i, vload(to + i, T - i) + vload(ds + i, T - i), T - i);
  }
}

static void k_biasAttentionBackward(const hfm_bias_attention *g, hfm_array dout, hfm_array q,
                                    hfm_array k, hfm_array v, hfm_array bias, hfm_array o,
                                    const float *lse, hfm_array probabilities, hfm_array dq,
                                    hfm_array dk, hfm_array dv, float *dbias, float *scratch,
                                    int64_t itemBegin, int64_t itemEnd) {
  hfm_use_one_thread();
  const bias_layout l = bias_layout_of(g);
  const int64_t D = g->headSize, E = g->valueSize, S = g->queries, T = g->keys;
  float *bq = scratch, *bd = bq + l.rows * D, *bk = bd + l.rows * E, *bv = bk + T * D;
  float *accK = bv + T * E, *accV = accK + T * D, *accQ = accV + T * E;
  float *scores = accQ + l.rows * D, *dp = scores + l.rows * T, *buffer = dp + l.rows * T;
  int64_t batchGroups, headGroups;
  hfm_bias_attention_groups(g, &batchGroups, &headGroups);
  const int64_t batches = g->batch / batchGroups, heads = g->keyValueHeads / headGroups;
  const int64_t perItem = batches * heads;
  for (int64_t work = itemBegin * perItem; work < itemEnd * perItem; work++) {
    int64_t item = work / perItem, within = work % perItem;
    int64_t b = item / headGroups * batches + within / heads;
    int64_t kvHead = item % headGroups * heads + within % heads, lk, lv;
    const float *pk = head_rows(k, b * T * l.ks + kvHead * D, T, l.ks, D, 0, bk, &lk);
    const float *pv = head_rows(v, b * T * l.vs + kvHead * E, T, l.vs, E, 0, bv, &lv);
    memset(accK, 0, (size_t)(T * (D + E)) * 4);
    for (int64_t head = kvHead * l.group; head < (kvHead + 1) * l.group; head++)
      for (int64_t s0 = 0; s0 < S; s0 += l.rows) {
        int64_t rows = least(l.rows, S - s0), lq, ld;
        int64_t at = (b * g->queryHeads + head) * S + s0;
        int64_t oAt = (b * S + s0) * l.os + head * E;
        const float *pq = head_rows(q, (b * S + s0) * l.qs + head * D, rows, l.qs, D, 0, bq, &lq);
        const float *pd = head_rows(dout, oAt, rows, l.os, E, 0, bd, &ld);
        dnnl_sgemm('N', 'T', rows, T, E, 1, pd, ld, pv, lv, 0, dp, T);
        if (probabilities.data) to_float(probabilities, at * T, (at + rows) * T, scores);
        else bias_scores(g, pq, lq, pk, lk, bias, b, head, s0, rows, l.factor, scores, buffer);
        for (int64_t r = 0; r < rows; r++) {
          float *s = scores + r * T, *d = dp + r * T, delta = 0;
          int64_t first, end = seen_keys(g, s0 + r, &first), n = end - first;
          for (int64_t c = 0; c < E; c++)
            delta += pd[r * ld + c] * element(o, oAt + r * l.os + c);
          memset(s, 0, (size_t)first * 4);
          memset(s + end, 0, (size_t)(T - end) * 4);
          memset(d, 0, (size_t)first * 4);
          memset(d + end, 0, (size_t)(T - end) * 4);
          s += first;
          d += first;
          FOR_LANES(n) {
            vf p = vload(s + i, n - i);
            if (!probabilities.data) p = vexp(p - lse[at + r]);
            vstore(s + i, p, n - i);
            vstore(d + i, p * (vload(d + i, n - i) - delta), n - i);
          }
          if (dbias) add_bias_gradient(g, dbias, b, head, s0 + r, dp + r * T);
        }
        dnnl_sgemm('T', 'N', T, E, rows, 1, scores, T, pd, ld, 1, accV, E);
        dnnl_sgemm('T', 'N', T, D, rows, l.factor, dp, T, pq, lq, 1, accK, D);
        dnnl_sgemm('N', 'N', rows, D, T, l.factor, dp, T, pk, lk, 0, accQ, D);
        for (int64_t r = 0; r < rows; r++) {
          int64_t to = (b * S + s0 + r) * l.qs + head * D;
          from_float(accQ + r * D, dq, to, to + D);
        }
      }
    for (int64_t t = 0; t < T; t++) {
      int64_t kTo = (b * T + t) * l.ks + kvHead * D, vTo = (b * T + t) * l.vs + kvHead * E;
      from_float(accK + t * D, dk, kTo, kTo + D);
      from_float(accV + t * E, dv, vTo, vTo + E);
    }
  }
}
