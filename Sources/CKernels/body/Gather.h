// Positions, look-ups and copies.

INLINE void copy_elements(hfm_array from, int64_t fromAt, hfm_array to, int64_t toAt,
                          int64_t count) {
  float buffer[CHUNK];
  FOR_CHUNKS(0, count) {
    const float *p = view(from, fromAt + at, n, buffer);
    from_float(p, to, toAt + at, toAt + at + n);
  }
}
INLINE void zero_elements(hfm_array to, int64_t at, int64_t n) {
  size_t size = to.type == HFM_F32 ? 4 : 2;
  memset((char *)to.data + at * size, 0, (size_t)n * size);
}

static void k_rotary(hfm_array x, hfm_array y, const float *table, int64_t positions,
                     int64_t heads, int64_t headSize, int64_t rotated, int32_t inverse,
                     int64_t rowBegin, int64_t rowEnd) {
  float bx[2 * CHUNK], by[2 * CHUNK];
  int64_t half = rotated / 2;
  vf sign = splat(inverse ? -1.0f : 1.0f);
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    const float *cosine = table + (r % positions) * half;
    const float *sine = cosine + positions * half;
    for (int64_t h = 0; h < heads; h++) {
      int64_t at = (r * heads + h) * headSize;
      const float *px = view(x, at, headSize, bx);
      float *py = target(y, at, by);
      for (int64_t i = 0; i < half; i += W) {
        int64_t left = half - i;
        vf a = vload(px + i, left), b = vload(px + half + i, left);
        vf c = vload(cosine + i, left), s = sign * vload(sine + i, left);
        vstore(py + i, a * c - b * s, left);
        vstore(py + half + i, b * c + a * s, left);
      }
      for (int64_t i = rotated; i < headSize; i++) py[i] = px[i];
      commit(y, at, headSize, by);
    }
  }
}
static int64_t k_embedding(const int32_t *ids, hfm_array table, hfm_array y, int64_t vocabulary,
                           int64_t cols, int64_t rowBegin, int64_t rowEnd) {
  int64_t bad = 0;
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    if (ids[r] < 0 || ids[r] >= vocabulary) {
      zero_elements(y, r * cols, cols);
      bad++;
    } else {
      copy_elements(table, ids[r] * cols, y, r * cols, cols);
    }
  }
  return bad;
}
static void k_embeddingBackward(hfm_array dy, const int32_t *starts, const int32_t *order,
                                hfm_array dtable, int64_t cols, int64_t vocabularyBegin,
                                int64_t vocabularyEnd) {
  float total[CHUNK], bd[CHUNK];
  for (int64_t v = vocabularyBegin; v < vocabularyEnd; v++) {
    if (starts[v] == starts[v + 1]) {
      zero_elements(dtable, v * cols, cols);
      continue;
    }
    FOR_CHUNKS(0, cols) {
      memset(total, 0, (size_t)n * 4);
      for (int32_t s = starts[v]; s < starts[v + 1]; s++) {
        const float *pd = view(dy, order[s] * cols + at, n, bd);
        FOR_LANES(n) vstore(total + i, vload(total + i, n - i) + vload(pd + i, n - i), n - i);
      }
      from_float(total, dtable, v * cols + at, v * cols + at + n);
    }
  }
}
static void k_prependTokens(hfm_array x, hfm_array token, hfm_array y, int64_t n, int64_t tokens,
                            int64_t cols, int64_t batchBegin, int64_t batchEnd) {
  for (int64_t b = batchBegin; b < batchEnd; b++) {
    int64_t to = b * (tokens + n) * cols;
    copy_elements(token, 0, y, to, tokens * cols);
    copy_elements(x, b * n * cols, y, to + tokens * cols, n * cols);
  }
}
static void k_prependTokensBackward(hfm_array dy, hfm_array dx, int64_t n, int64_t tokens,
                                    int64_t cols, int64_t batchBegin, int64_t batchEnd) {
  for (int64_t b = batchBegin; b < batchEnd; b++)
    copy_elements(dy, (b * (tokens + n) + tokens) * cols, dx, b * n * cols, n * cols);
}
static void k_prependTokensBackwardToken(hfm_array dy, hfm_array dtoken, int64_t batch, int64_t n,
                                         int64_t tokens, int64_t cols, int64_t tokenBegin,
                                         int64_t tokenEnd) {
  int64_t stride = (tokens + n) * cols;
  for (int64_t t = tokenBegin; t < tokenEnd; t++) {
    hfm_array first = dy, out = dtoken;
    size_t inSize = dy.type == HFM_F32 ? 4 : 2, outSize = dtoken.type == HFM_F32 ? 4 : 2;
    first.data = (char *)dy.data + t * cols * inSize;
    out.data = (char *)dtoken.data + t * cols * outSize;
    k_sumLeading(first, out, batch, stride, 0, cols);
  }
}
INLINE int64_t end_of_text(const int32_t *ids, int64_t sequence) {
  int64_t best = 0;
  for (int64_t s = 1; s < sequence; s++)
    if (ids[s] > ids[best]) best = s;
  return best;
}
static void k_pool(int32_t mode, int64_t position, hfm_array x, const int32_t *ids, hfm_array y,
                   int64_t sequence, int64_t cols, int64_t batchBegin, int64_t batchEnd) {
  float total[CHUNK], bx[CHUNK];
  for (int64_t b = batchBegin; b < batchEnd; b++) {
    if (mode != HFM_POOL_MEAN) {
      int64_t s = mode == HFM_POOL_TOKEN ? position : end_of_text(ids + b * sequence, sequence);
      copy_elements(x, (b * sequence + s) * cols, y, b * cols, cols);
      continue;
    }
    FOR_CHUNKS(0, cols) {
      memset(total, 0, (size_t)n * 4);
      for (int64_t s = position; s < sequence; s++) {
        const float *px = view(x, (b * sequence + s) * cols + at, n, bx);
        FOR_LANES(n) vstore(total + i, vload(total + i, n - i) + vload(px + i, n - i), n - i);
      }
      float factor = 1.0f / (float)(sequence - position);
      FOR_LANES(n) vstore(total + i, factor * vload(total + i, n - i), n - i);
      from_float(total, y, b * cols + at, b * cols + at + n);
    }
  }
}
static void k_poolBackward(int32_t mode, int64_t position, hfm_array dy, const int32_t *ids,
                           hfm_array dx, int64_t sequence, int64_t cols, int64_t batchBegin,
                           int64_t batchEnd) {
  for (int64_t b = batchBegin; b < batchEnd; b++) {
    if (mode == HFM_POOL_MEAN) {
      zero_elements(dx, b * sequence * cols, position * cols);
      for (int64_t s = position; s < sequence; s++) {
        float factor = 1.0f / (float)(sequence - position), buffer[CHUNK], scaled[CHUNK];
        FOR_CHUNKS(0, cols) {
          const float *pd = view(dy, b * cols + at, n, buffer);
          FOR_LANES(n) vstore(scaled + i, factor * vload(pd + i, n - i), n - i);
          int64_t to = (b * sequence + s) * cols + at;
          from_float(scaled, dx, to, to + n);
        }
      }
    } else {
      int64_t s = mode == HFM_POOL_TOKEN ? position : end_of_text(ids + b * sequence, sequence);
      zero_elements(dx, b * sequence * cols, sequence * cols);
      copy_elements(dy, b * cols, dx, (b * sequence + s) * cols, cols);
    }
  }
}
static void k_unfold(hfm_array image, hfm_array y, int64_t channels, int64_t height,
                     int64_t width, int64_t patch, int64_t rowBegin, int64_t rowEnd) {
  int64_t across = width / patch, down = height / patch, cols = channels * patch * patch;
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    int64_t b = r / (across * down), cell = r % (across * down);
    int64_t top = cell / across * patch, left = cell % across * patch;
    for (int64_t c = 0; c < channels; c++)
      for (int64_t i = 0; i < patch; i++)
        copy_elements(image, ((b * channels + c) * height + top + i) * width + left, y,
                      r * cols + (c * patch + i) * patch, patch);
  }
}
