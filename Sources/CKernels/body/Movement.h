// Strided copies, broadcasting and reductions: one mechanism for all that only moves elements.

// Offsets of row `row` of a box: all extents but the last, the last of these fastest.
INLINE void box_row(const hfm_box *box, int64_t row, int64_t *x, int64_t *y) {
  *x = box->xAt;
  *y = box->yAt;
  for (int64_t d = box->rank - 2; d >= 0; d--) {
    int64_t i = row % box->extents[d];
    row /= box->extents[d];
    *x += i * box->x[d];
    *y += i * box->y[d];
  }
}

// A panel of rows x cols: x runs along the rows, y along the columns (a transposition).
#define PANEL(T) \
  static void panel_##T(const T *restrict x, T *restrict y, int64_t rows, int64_t cols, \
                        int64_t xStride, int64_t yStride) { \
    for (int64_t c0 = 0; c0 < cols; c0 += 16) \
      for (int64_t r0 = 0; r0 < rows; r0 += 16) \
        for (int64_t r = r0; r < least(r0 + 16, rows); r++) \
          for (int64_t c = c0; c < least(c0 + 16, cols); c++) \
            y[r * yStride + c] = x[r + c * xStride]; \
  }
#define STRIDED_ROW(T) \
  static void row_##T(const T *x, T *y, int64_t n, int64_t xStride, int64_t yStride) { \
    if (xStride == 1 && yStride == 1) { \
      memcpy(y, x, (size_t)n * sizeof(T)); \
    } else if (xStride == 0 && yStride == 1) { \
      T value = *x; \
      for (int64_t i = 0; i < n; i++) y[i] = value; \
    } else { \
      for (int64_t i = 0; i < n; i++) y[i * yStride] = x[i * xStride]; \
    } \
  }
PANEL(uint16_t)
PANEL(uint32_t)
STRIDED_ROW(uint16_t)
STRIDED_ROW(uint32_t)

// The same format on both sides: bits are moved, two dimensions at a time where x runs along the
// last but one.
#define MOVE_BITS(T) \
  static void move_##T(const hfm_box *box, const T *x, T *y, int64_t begin, int64_t end) { \
    int64_t last = box->rank - 1, n = box->extents[last]; \
    int isPanel = last > 0 && box->x[last - 1] == 1 && box->x[last] != 1 && box->y[last] == 1; \
    for (int64_t row = begin, count, fromX, toY; row < end; row += count) { \
      box_row(box, row, &fromX, &toY); \
      count = 1; \
      if (isPanel) { \
        count = least(box->extents[last - 1] - row % box->extents[last - 1], end - row); \
        panel_##T(x + fromX, y + toY, count, n, box->x[last], box->y[last - 1]); \
      } else { \
        row_##T(x + fromX, y + toY, n, box->x[last], box->y[last]); \
      } \
    } \
  }
MOVE_BITS(uint16_t)
MOVE_BITS(uint32_t)

static void k_move(const hfm_box *box, hfm_array x, hfm_array y, float factor, int64_t rowBegin,
                   int64_t rowEnd) {
  if (x.type == y.type && factor == 1) {
    if (x.type == HFM_F32)
      move_uint32_t(box, (const uint32_t *)x.data, (uint32_t *)y.data, rowBegin, rowEnd);
    else
      move_uint16_t(box, (const uint16_t *)x.data, (uint16_t *)y.data, rowBegin, rowEnd);
    return;
  }
  float buffer[CHUNK];
  int64_t last = box->rank - 1, stride = box->x[last], toStride = box->y[last];
  for (int64_t row = rowBegin, fromX, toY; row < rowEnd; row++) {
    box_row(box, row, &fromX, &toY);
    FOR_CHUNKS(0, box->extents[last]) {
      for (int64_t i = 0; i < n; i++)
        buffer[i] = factor * element(x, fromX + (at + i) * stride);
      if (toStride == 1) {
        from_float(buffer, y, toY + at, toY + at + n);
      } else {
        for (int64_t i = 0; i < n; i++) {
          int64_t to = toY + (at + i) * toStride;
          from_float(buffer + i, y, to, to + 1);
        }
      }
    }
  }
}

static void k_combine(int32_t op, const hfm_box *box, hfm_array a, hfm_array b, hfm_array y,
                      int64_t rowBegin, int64_t rowEnd) {
  float ba[CHUNK], bb[CHUNK], by[CHUNK];
  int64_t last = box->rank - 1, stride = box->x[last];
  for (int64_t row = rowBegin, fromB, to; row < rowEnd; row++) {
    box_row(box, row, &fromB, &to);
    FOR_CHUNKS(0, box->extents[last]) {
      const float *pa = view(a, to + at, n, ba), *pb = bb;
      float *py = target(y, to + at, by);
      if (stride == 1) {
        pb = view(b, fromB + at, n, bb);
      } else if (stride == 0) {
        vf value = splat(element(b, fromB));
        if (op == HFM_ADD)
          FOR_LANES(n) vstore(py + i, vload(pa + i, n - i) + value, n - i);
        else
          FOR_LANES(n) vstore(py + i, vload(pa + i, n - i) * value, n - i);
        commit(y, to + at, n, by);
        continue;
      } else {
        for (int64_t i = 0; i < n; i++) bb[i] = element(b, fromB + (at + i) * stride);
      }
      if (op == HFM_ADD)
        FOR_LANES(n) vstore(py + i, vload(pa + i, n - i) + vload(pb + i, n - i), n - i);
      else
        FOR_LANES(n) vstore(py + i, vload(pa + i, n - i) * vload(pb + i, n - i), n - i);
      commit(y, to + at, n, by);
    }
  }
}

// Offset of reduced index `index`, the dimensions from `rank` on left out.
INLINE int64_t reduced_offset(const hfm_reduction *s, int64_t rank, int64_t index) {
  int64_t offset = 0;
  for (int64_t d = rank - 1; d >= 0; d--) {
    offset += index % s->reduced[d] * s->reducedX[d];
    index /= s->reduced[d];
  }
  return offset;
}
INLINE int64_t kept_offset(const hfm_reduction *s, int64_t index) {
  int64_t offset = 0;
  for (int64_t d = s->keptRank - 1; d >= 0; d--) {
    offset += index % s->kept[d] * s->keptX[d];
    index /= s->kept[d];
  }
  return offset;
}

// Results that lie side by side in x: whole rows are added, in blocks of 64 (see k_sumLeading).
static void reduce_columns(const hfm_reduction *s, hfm_array x, hfm_array z, hfm_array y,
                           float factor, int64_t begin, int64_t end) {
  float total[CHUNK], block[CHUNK], bx[CHUNK], bz[CHUNK];
  int64_t inner = s->kept[s->keptRank - 1], terms = 1;
  for (int64_t d = 0; d < s->reducedRank; d++) terms *= s->reduced[d];
  for (int64_t at = begin, n; at < end; at += n) {
    n = least(least(CHUNK, end - at), inner - at % inner);
    int64_t base = kept_offset(s, at);
    memset(total, 0, (size_t)n * 4);
    for (int64_t first = 0; first < terms; first += 64) {
      memset(block, 0, (size_t)n * 4);
      for (int64_t t = first; t < least(terms, first + 64); t++) {
        int64_t from = base + reduced_offset(s, s->reducedRank, t);
        const float *px = view(x, from, n, bx);
        if (z.data) {
          const float *pz = view(z, from, n, bz);
          FOR_LANES(n)
          vstore(block + i,
                 vload(block + i, n - i) + vload(px + i, n - i) * vload(pz + i, n - i), n - i);
        } else {
          FOR_LANES(n) vstore(block + i, vload(block + i, n - i) + vload(px + i, n - i), n - i);
        }
      }
      FOR_LANES(n) vstore(total + i, vload(total + i, n - i) + vload(block + i, n - i), n - i);
    }
    FOR_LANES(n) vstore(total + i, factor * vload(total + i, n - i), n - i);
    from_float(total, y, at, at + n);
  }
}
static void k_reduce(const hfm_reduction *s, hfm_array x, hfm_array z, hfm_array y, float factor,
                     int64_t begin, int64_t end) {
  if (s->keptRank > 0 && s->keptX[s->keptRank - 1] == 1)
    return reduce_columns(s, x, z, y, factor, begin, end);
  float bx[CHUNK], bz[CHUNK];
  int64_t last = s->reducedRank - 1, runs = 1;
  int64_t inner = last < 0 ? 1 : s->reduced[last], stride = last < 0 ? 1 : s->reducedX[last];
  for (int64_t d = 0; d < last; d++) runs *= s->reduced[d];
  for (int64_t o = begin; o < end; o++) {
    int64_t base = kept_offset(s, o);
    double total = 0;
    for (int64_t run = 0; run < runs; run++) {
      int64_t from = base + reduced_offset(s, last, run);
      FOR_CHUNKS(0, inner) {
        const float *px = bx, *pz = bz;
        if (stride == 1) {
          px = view(x, from + at, n, bx);
          if (z.data) pz = view(z, from + at, n, bz);
        } else {
          for (int64_t i = 0; i < n; i++) bx[i] = element(x, from + (at + i) * stride);
          if (z.data)
            for (int64_t i = 0; i < n; i++) bz[i] = element(z, from + (at + i) * stride);
        }
        vf sum = {0};
        if (z.data)
          FOR_LANES(n) sum += vload(px + i, n - i) * vload(pz + i, n - i);
        else
          FOR_LANES(n) sum += vload(px + i, n - i);
        total += vsum(sum);
      }
    }
    float result = factor * (float)total;
    from_float(&result, y, o, o + 1);
  }
}
