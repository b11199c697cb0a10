// Attention by tiles that stay in the first two caches, with an online softmax (FlashAttention,
// arXiv 2205.14135, algorithm 1).
//
// Scores are kept transposed, [key][query]: then a key's elements are broadcast against vectors of
// queries, the softmax is element-wise over vectors of queries, and the exponentials are, as they
// lie, the broadcast operand of the product with the values.

#define QB HFM_QUERY_BLOCK
#define KB HFM_KEY_BLOCK
// Lower than any score; finite, so that differences are no NaN.
#define NO_SCORE (-1e30f)

INLINE int64_t padded(int64_t columns) {
  return (columns + HFM_WIDEST - 1) / HFM_WIDEST * HFM_WIDEST;
}

// ln x for x > 0: x = m 2^e with m around 1, ln m = 2 artanh((m - 1)/(m + 1)), |argument| < 0.172.
INLINE vf vlog(vf x) {
  vi exponent = (((vi)x - 0x3f3504f3) >> 23);
  vf m = (vf)((vi)x - (exponent << 23));
  vf s = (m - 1.0f) / (m + 1.0f), q = s * s;
  vf p = splat(2.0f / 9);
  p = p * q + 2.0f / 7;
  p = p * q + 2.0f / 5;
  p = p * q + 2.0f / 3;
  p = p * q + 2.0f;
  return s * p + __builtin_convertvector(exponent, vf) * 0.69314718f;
}

#ifdef HFM_BF16_DOT
// Where elements of a vector's first and second half go, to lie beside each other.
INLINE __m512i halves_together(void) {
  return _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22,
                          6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
}
#endif

// Two vectors as pairs of bf16, the first in the lower halves.
INLINE vf bf16_pairs(vf low, vf high) {
#ifdef HFM_BF16_DOT
  __m512i apart = (__m512i)_mm512_cvtne2ps_pbh((__m512)high, (__m512)low);
  return (vf)_mm512_permutexvar_epi16(halves_together(), apart);
#else
  // Ties round away from zero.
  return (vf)((((vu)low + 0x8000u) >> 16) | (((vu)high + 0x8000u) & 0xffff0000u));
#endif
}

// Rows of one head: fp32 operands, and bf16 ones for products of pairs, are read in place (their
// `leading` counts 4 bytes); others are converted into `buffer`, packed to `headSize` columns.
INLINE const float *head_rows(hfm_array a, int64_t at, int64_t rows, int64_t stride,
                              int64_t headSize, int pairs, float *buffer, int64_t *leading) {
  if (a.type == HFM_F32) {
    *leading = stride;
    return (const float *)a.data + at;
  }
  if (pairs) {
    *leading = stride / 2;
    return (const float *)((const uint16_t *)a.data + at);
  }
  for (int64_t r = 0; r < rows; r++)
    to_float(a, at + r * stride, at + r * stride + headSize, buffer + r * headSize);
  *leading = headSize;
  return buffer;
}

// Two rows of bf16 as one of pairs, the first row's in the lower halves; a missing second row is
// zero, as is what fills the last vector up.
INLINE void pair_rows(const uint16_t *first, const uint16_t *second, int64_t columns,
                      float *pairs) {
#if W == 16
  __m512i upwards = _mm512_set_epi16(
      47, 15, 46, 14, 45, 13, 44, 12, 43, 11, 42, 10, 41, 9, 40, 8, 39, 7, 38, 6, 37, 5, 36, 4, 35,
      3, 34, 2, 33, 1, 32, 0);
  __m512i onwards = _mm512_add_epi16(upwards, _mm512_set1_epi16(16));
  for (int64_t c = 0; c < columns; c += 2 * W) {
    int64_t left = columns - c;
    __mmask32 mask = left >= 2 * W ? ~0u : (1u << left) - 1;
    __m512i low = _mm512_maskz_loadu_epi16(mask, first + c);
    __m512i high = second ? _mm512_maskz_loadu_epi16(mask, second + c) : _mm512_setzero_si512();
    *(vfu *)(pairs + c) = (vf)_mm512_permutex2var_epi16(low, upwards, high);
    if (left > W) *(vfu *)(pairs + c + W) = (vf)_mm512_permutex2var_epi16(low, onwards, high);
  }
#else
  for (int64_t c = 0; c < columns; c += W) {
    vu pair = {0};
    for (int64_t i = 0; i < least(W, columns - c); i++)
      pair[i] = first[c + i] | (second ? (uint32_t)second[c + i] << 16 : 0);
    *(vfu *)(pairs + c) = (vf)pair;
  }
#endif
}

// The same rows as the vector operand of a product over rows: [row][column], for pairs
// [row / 2][column] of neighbouring rows; columns padded with zeros to whole vectors.
INLINE const float *head_panel(hfm_array a, int64_t at, int64_t rows, int64_t stride,
                               int64_t headSize, int pairs, float *buffer, int64_t *leading) {
  *leading = padded(headSize);
  if (!pairs) {
    if (a.type == HFM_F32 && headSize % W == 0) {
      *leading = stride;
      return (const float *)a.data + at;
    }
    for (int64_t r = 0; r < rows; r++) {
      float *row = buffer + r * *leading;
      to_float(a, at + r * stride, at + r * stride + headSize, row);
      for (int64_t c = headSize; c < *leading; c++) row[c] = 0;
    }
    return buffer;
  }
  const uint16_t *p = (const uint16_t *)a.data + at;
  for (int64_t r = 0; r < rows; r += 2) {
    const uint16_t *first = p + r * stride;
    pair_rows(first, r + 1 < rows ? first + stride : 0, headSize, buffer + r / 2 * *leading);
  }
  return buffer;
}

INLINE void tile_run(int pairs, int64_t rows, int64_t vectors, tile_product p) {
#ifdef HFM_BF16_DOT
  if (pairs) return tile_multiply_pairs(&p, rows, vectors);
#endif
  tile_multiply_floats(&p, rows, vectors);
}

// Whether bf16 heads are multiplied as pairs: each row must start on a whole pair.
INLINE int multiplies_pairs(const hfm_attention_shape *g, hfm_array q, hfm_array k, hfm_array v) {
#ifdef HFM_BF16_DOT
  return q.type == HFM_BF16 && k.type == HFM_BF16 && v.type == HFM_BF16 && g->headSize % 2 == 0;
#else
  return 0;
#endif
}

// Queries that see key t0 + t: those from column t + maskShift on.
INLINE vi visible(int64_t t, int64_t column, int64_t maskShift) {
  vi index;
  for (int i = 0; i < W; i++) index[i] = i;
  return index + (int32_t)column >= (int32_t)(t + maskShift) + (vi){0};
}

// State of the online softmax of a block of queries.
typedef struct {
  // Largest score so far, sum of exponentials relative to it, what the last tile multiplied
  // earlier ones by.
  float top[QB], sum[QB], correction[QB];
} softmax_state;

// Scores of `keys` keys against W queries become exponentials, in place; with `pairs`, pairs of
// keys in the first half of the rows.
INLINE void softmax_column(float *scores, int64_t keys, int64_t column, int64_t maskShift,
                           int isMasked, float scale, softmax_state *state, int pairs) {
  vf old = *(vfu *)(state->top + column), high = old, total = {0};
  for (int64_t t = 0; t < keys; t++) {
    vf s = *(vfu *)(scores + t * QB);
    if (isMasked) s = vselect(visible(t, column, maskShift), s, splat(NO_SCORE));
    high = vmax(high, s);
  }
  vf offset = high * scale;
#define EXPONENTIAL(T) \
  ({ \
    vf x = *(vfu *)(scores + (T)*QB) * scale - offset; \
    vf e = pairs ? vexp2_coarse(x) : vexp2(x); \
    if (isMasked) e = (vf)((vi)e & visible(T, column, maskShift)); \
    total += e; \
    e; \
  })
  if (pairs) {
    for (int64_t t = 0; t < keys; t += 2) {
      vf low = EXPONENTIAL(t), up = {0};
      if (t + 1 < keys) up = EXPONENTIAL(t + 1);
      *(vfu *)(scores + t / 2 * QB) = bf16_pairs(low, up);
    }
  } else {
    for (int64_t t = 0; t < keys; t++) *(vfu *)(scores + t * QB) = EXPONENTIAL(t);
  }
#undef EXPONENTIAL
  vf correction = vexp2(old * scale - offset);
  *(vfu *)(state->correction + column) = correction;
  *(vfu *)(state->sum + column) = *(vfu *)(state->sum + column) * correction + total;
  *(vfu *)(state->top + column) = high;
}

static void softmax_tile(float *scores, int64_t keys, int64_t vectors, int64_t maskShift,
                         float scale, softmax_state *state, int pairs) {
  for (int64_t j = 0; j < vectors; j++) {
    float *column = scores + j * W;
    int isMasked = keys - 1 + maskShift > j * W;
    if (pairs && isMasked) softmax_column(column, keys, j * W, maskShift, 1, scale, state, 1);
    else if (pairs) softmax_column(column, keys, j * W, maskShift, 0, scale, state, 1);
    else if (isMasked) softmax_column(column, keys, j * W, maskShift, 1, scale, state, 0);
    else softmax_column(column, keys, j * W, maskShift, 0, scale, state, 0);
  }
}

// Scratch of a lane; the sizes stand in hfm_attention_scratch.
typedef struct {
  float *queries, *rows, *scores, *result, *values;
  // All values of the head as pairs; null where they are paired for each block of queries.
  const float *kept;
} attention_scratch;

// One block of queries of one head; its keys and values begin at element `kv`.
INLINE void attend(const hfm_attention_shape *g, hfm_array q, hfm_array k, hfm_array v,
                   hfm_array o, float *lse, const attention_scratch *s, int64_t b, int64_t head,
                   int64_t s0, int64_t kv, int pairs) {
  const int64_t D = g->headSize, S = g->queries, T = g->keys, depth = pairs ? D / 2 : D;
  const int64_t qs = g->queryHeads * D, ks = g->keyValueHeads * D, wide = padded(D);
  const int64_t count = least(QB, S - s0), vectors = (count + W - 1) / W;
  const float factor = 1.0f / sqrtf((float)D);
  int64_t lead;
  softmax_state state;
  for (int64_t r = 0; r < QB; r++) {
    state.top[r] = NO_SCORE;
    state.sum[r] = 0;
  }
  const int64_t qAt = (b * S + s0) * qs + head * D;
  const float *rows = head_rows(q, qAt, count, qs, D, pairs, s->rows, &lead);
  tile_transpose(rows, lead, count, depth, s->queries, QB);
  // Query r sees keys up to s0 + r + (T - S): tiles beyond the last one's limit are skipped.
  const int64_t limit = g->causal ? least(T, s0 + count + T - S) : T;
  if (limit <= 0) memset(s->result, 0, (size_t)(count * wide) * 4);
  for (int64_t t0 = 0; t0 < limit; t0 += KB) {
    int64_t keys = least(KB, limit - t0), lk, lv = wide, at = kv + t0 * ks;
    const float *pk = head_rows(k, at, keys, ks, D, pairs, s->rows, &lk);
    tile_run(pairs, keys, vectors,
             (tile_product){pk, lk, 1, s->queries, QB, depth, s->scores, QB, 0});
    const float *pv = s->kept ? s->kept + t0 / 2 * wide
                              : head_panel(v, at, keys, ks, D, pairs, s->values, &lv);
    int64_t maskShift = g->causal ? t0 - s0 - T + S : -T;
    softmax_tile(s->scores, keys, vectors, maskShift, factor * LOG2E, &state, pairs);
    tile_run(pairs, count, (D + W - 1) / W,
             (tile_product){s->scores, 1, QB, pv, lv, pairs ? (keys + 1) / 2 : keys, s->result,
                            wide, t0 > 0, t0 > 0 ? state.correction : 0});
  }
  for (int64_t r = 0; r < count; r++) {
    float inverse = state.sum[r] > 0 ? 1 / state.sum[r] : 0, *row = s->result + r * wide;
    int64_t at = qAt + r * qs;
    if (pairs && o.type == HFM_BF16) {
      FOR_LANES(D) put(o.data, at + i, *(vfu *)(row + i) * inverse, D - i, 1);
      continue;
    }
    FOR_LANES(D) *(vfu *)(row + i) *= inverse;
    from_float(row, o, at, at + D);
  }
  float *rowLse = lse + (b * g->queryHeads + head) * S + s0;
  for (int64_t r = 0; r < count; r += W) {
    vf sum = *(vfu *)(state.sum + r), top = *(vfu *)(state.top + r);
    vf value = vselect(sum > splat(0), top * factor + vlog(sum), splat(0));
    vstore(rowLse + r, value, count - r);
  }
}

static void k_attention(const hfm_attention_shape *shape, hfm_array q, hfm_array k, hfm_array v,
                        hfm_array o, float *lse, float *scratch, int64_t itemBegin,
                        int64_t itemEnd) {
  const hfm_attention_shape g = hfm_attention_rows(shape);
  const int64_t blocks = (g.queries + QB - 1) / QB, wide = padded(g.headSize);
  const int64_t D = g.headSize, heads = g.keyValueHeads, group = shape->queryHeads / heads;
  attention_scratch s = {.queries = scratch};
  s.rows = s.queries + QB * wide;
  s.scores = s.rows + KB * wide;
  s.result = s.scores + KB * QB;
  s.values = s.result + QB * wide;
  const int pairs = multiplies_pairs(&g, q, k, v);
  const int keeps = pairs && (g.keys + 1) / 2 * wide <= HFM_KEPT_VALUES;
  int64_t held = -1, lead;
  for (int64_t item = itemBegin; item < itemEnd; item++) {
    const int64_t block = item % blocks, head = item / blocks % g.queryHeads;
    const int64_t b = item / blocks / g.queryHeads;
    // By sample and head of keys, as they lie.
    const int64_t own = g.queries == shape->queries ? b * heads + head / group : b;
    const int64_t kv = (own / heads * g.keys * heads + own % heads) * D;
    if (keeps && kv != held)
      s.kept = head_panel(v, kv, g.keys, heads * D, D, 1, s.values, &lead);
    held = kv;
    if (pairs) attend(&g, q, k, v, o, lse, &s, b, head, block * QB, kv, 1);
    else attend(&g, q, k, v, o, lse, &s, b, head, block * QB, kv, 0);
  }
}
