// The gradient of attention (FlashAttention, arXiv 2205.14135, algorithm 4): probabilities are
// computed again from the scores and the forward pass's log-sum-exp.

// A lane's scratch; the sizes stand in hfm_attention_backward_scratch.
typedef struct {
  // Transposed queries and result gradients; the same as panels; rows converted on the way.
  float *queries, *gradients, *queryPanel, *gradientPanel, *rows, *rows2, *keyPanel;
  // Probabilities, and their gradients, [key][query]; the latter again in another order (pairs).
  float *scores, *slopes, *slopePairs;
  float *dq, *dk, *dv;
} backward_scratch;

// Per query of a block: log2-sum-exp, and the product of result and its gradient.
typedef struct {
  float lse2[QB], delta[QB];
} backward_state;

// p = 2^(score - lse2) into `scores`, its slope p (dp - delta)/sqrt(D) into `slopes`; for pairs,
// both as bf16 [key][query], and the slopes as pairs of keys into `slopePairs`.
INLINE void backward_tile(const backward_scratch *s, const backward_state *state, int64_t keys,
                          int64_t vectors, int64_t maskShift, float factor, int pairs) {
  for (int64_t j = 0; j < vectors * W; j += W) {
    vf lse2 = *(vfu *)(state->lse2 + j), delta = *(vfu *)(state->delta + j), before = {0};
    int isMasked = keys - 1 + maskShift > j;
    for (int64_t t = 0; t < keys; t++) {
      float *score = s->scores + t * QB + j, *slope = s->slopes + t * QB + j;
      vf log2p = *(vfu *)score * (factor * LOG2E) - lse2;
      vf p = pairs ? vexp2_coarse(log2p) : vexp2(log2p);
      if (isMasked) p = (vf)((vi)p & visible(t, j, maskShift));
      vf ds = p * (*(vfu *)slope - delta) * factor;
      if (!pairs) {
        *(vfu *)score = p;
        *(vfu *)slope = ds;
        continue;
      }
      // In place: a row of bf16 takes the first half of its row of floats; columns are walked
      // upwards, so that what is still to be read lies behind.
      bf16_store((uint16_t *)(s->scores + t * QB) + j, p);
      bf16_store((uint16_t *)(s->slopes + t * QB) + j, ds);
      if (t % 2 == 0) before = ds;
      if (t % 2 == 1 || t + 1 == keys) {
        vf low = t % 2 ? before : ds, high = t % 2 ? ds : splat(0);
        *(vfu *)(s->slopePairs + t / 2 * QB + j) = bf16_pairs(low, high);
      }
    }
  }
}

// One block of queries against all keys of a head: adds to dk and dv, writes dq.
INLINE void attend_backward(const hfm_attention_shape *g, hfm_array dout, hfm_array q, hfm_array k,
                            hfm_array v, hfm_array o, const float *lse, hfm_array dq,
                            const backward_scratch *s, int64_t b, int64_t head, int64_t s0,
                            int pairs) {
  const int64_t D = g->headSize, S = g->queries, T = g->keys, depth = pairs ? D / 2 : D;
  const int64_t qs = g->queryHeads * D, ks = g->keyValueHeads * D, wide = padded(D);
  const int64_t kvHead = head / (g->queryHeads / g->keyValueHeads);
  const int64_t count = least(QB, S - s0), vectors = (count + W - 1) / W, columns = (D + W - 1) / W;
  const int64_t at = (b * S + s0) * qs + head * D, rowPairs = pairs ? (count + 1) / 2 : count;
  const float factor = 1.0f / sqrtf((float)D);
  int64_t lead, lq, ld;
  const float *rows = head_rows(q, at, count, qs, D, pairs, s->rows, &lead);
  tile_transpose(rows, lead, count, depth, s->queries, QB);
  rows = head_rows(dout, at, count, qs, D, pairs, s->rows, &lead);
  tile_transpose(rows, lead, count, depth, s->gradients, QB);
  const float *pq = head_panel(q, at, count, qs, D, pairs, s->queryPanel, &lq);
  const float *pd = head_panel(dout, at, count, qs, D, pairs, s->gradientPanel, &ld);
  backward_state state = {0};
  for (int64_t r = 0; r < count; r++) {
    float bo[CHUNK], bd[CHUNK];
    const float *po = view(o, at + r * qs, D, bo), *pg = view(dout, at + r * qs, D, bd);
    vf inner = {0};
    FOR_LANES(D) inner += vload(po + i, D - i) * vload(pg + i, D - i);
    state.delta[r] = vsum(inner);
    state.lse2[r] = lse[(b * g->queryHeads + head) * S + s0 + r] * LOG2E;
  }
  const int64_t limit = g->causal ? least(T, s0 + count + T - S) : T;
  if (limit <= 0) memset(s->dq, 0, (size_t)(count * wide) * 4);
  for (int64_t t0 = 0; t0 < limit; t0 += KB) {
    int64_t keys = least(KB, limit - t0), lk, lv, lp, kAt = (b * T + t0) * ks + kvHead * D;
    const float *pk = head_rows(k, kAt, keys, ks, D, pairs, s->rows, &lk);
    const float *pv = head_rows(v, kAt, keys, ks, D, pairs, s->rows2, &lv);
    const float *panel = head_panel(k, kAt, keys, ks, D, pairs, s->keyPanel, &lp);
    tile_run(pairs, keys, vectors,
             (tile_product){pk, lk, 1, s->queries, QB, depth, s->scores, QB, 0});
    tile_run(pairs, keys, vectors,
             (tile_product){pv, lv, 1, s->gradients, QB, depth, s->slopes, QB, 0});
    backward_tile(s, &state, keys, vectors, g->causal ? t0 - s0 - T + S : -T, factor, pairs);
    tile_run(pairs, keys, columns,
             (tile_product){s->scores, QB, 1, pd, ld, rowPairs, s->dv + t0 * wide, wide, 1});
    tile_run(pairs, keys, columns,
             (tile_product){s->slopes, QB, 1, pq, lq, rowPairs, s->dk + t0 * wide, wide, 1});
    tile_run(pairs, count, columns,
             (tile_product){pairs ? s->slopePairs : s->slopes, 1, QB, panel, lp,
                            pairs ? (keys + 1) / 2 : keys, s->dq, wide, t0 > 0});
  }
  for (int64_t r = 0; r < count; r++)
    from_float(s->dq + r * wide, dq, at + r * qs, at + r * qs + D);
}

static void k_attentionBackward(const hfm_attention_shape *g, hfm_array dout, hfm_array q,
                                hfm_array k, hfm_array v, hfm_array o, const float *lse,
                                hfm_array dq, hfm_array dk, hfm_array dv, float *scratch,
                                int64_t itemBegin, int64_t itemEnd) {
  const int64_t D = g->headSize, S = g->queries, T = g->keys, wide = padded(D);
  const int64_t ks = g->keyValueHeads * D, group = g->queryHeads / g->keyValueHeads;
  backward_scratch s = {.queries = scratch};
  s.gradients = s.queries + QB * wide;
  s.queryPanel = s.gradients + QB * wide;
  s.gradientPanel = s.queryPanel + QB * wide;
  s.rows = s.gradientPanel + QB * wide;
  s.rows2 = s.rows + KB * wide;
  s.keyPanel = s.rows2 + KB * wide;
  s.scores = s.keyPanel + KB * wide;
  s.slopes = s.scores + KB * QB;
  s.slopePairs = s.slopes + KB * QB;
  s.dq = s.slopePairs + KB * QB;
  s.dk = s.dq + QB * wide;
  s.dv = s.dk + T * wide;
  const int pairs = multiplies_pairs(g, q, k, v) && dout.type == HFM_BF16;
  for (int64_t item = itemBegin; item < itemEnd; item++) {
    int64_t kvHead = item % g->keyValueHeads, b = item / g->keyValueHeads;
    memset(s.dk, 0, (size_t)(2 * T * wide) * 4);
    for (int64_t head = kvHead * group; head < (kvHead + 1) * group; head++)
      for (int64_t s0 = 0; s0 < S; s0 += QB) {
        if (pairs) attend_backward(g, dout, q, k, v, o, lse, dq, &s, b, head, s0, 1);
        else attend_backward(g, dout, q, k, v, o, lse, dq, &s, b, head, s0, 0);
      }
    for (int64_t t = 0; t < T; t++) {
      int64_t at = (b * T + t) * ks + kvHead * D;
      from_float(s.dk + t * wide, dk, at, at + D);
      from_float(s.dv + t * wide, dv, at, at + D);
    }
  }
}
