// Pooling over windows and resampling of planes (sample, channel) with three spatial dimensions.

#define FOR_OUTPUT(g) \
  for (int64_t z = 0, o = 0; z < (g)->output[0]; z++) \
    for (int64_t y_ = 0; y_ < (g)->output[1]; y_++) \
      for (int64_t x_ = 0; x_ < (g)->output[2]; x_++, o++)

// The part of a window that lies inside, along one dimension.
INLINE int64_t window_start(const hfm_windows *g, int d, int64_t at, int64_t *end) {
  int64_t first = at * g->stride[d] - g->padding[d];
  *end = least(first + g->window[d], g->input[d]);
  return first < 0 ? 0 : first;
}
#define FOR_WINDOW(g) \
  int64_t ez, ey, ex, fz = window_start(g, 0, z, &ez), fy = window_start(g, 1, y_, &ey); \
  int64_t fx = window_start(g, 2, x_, &ex); \
  for (int64_t iz = fz; iz < ez; iz++) \
    for (int64_t iy = fy; iy < ey; iy++) \
      for (int64_t ix = fx, at = (iz * (g)->input[1] + iy) * (g)->input[2] + fx; ix < ex; \
           ix++, at++)

static void k_poolWindows(const hfm_windows *g, hfm_array x, hfm_array y, int64_t *positions,
                          int64_t planeBegin, int64_t planeEnd) {
  const int64_t in = g->input[0] * g->input[1] * g->input[2];
  const int64_t out = g->output[0] * g->output[1] * g->output[2];
  // As PyTorch's count_include_pad: a mean's divisor counts the padding.
  const float share = 1.0f / (float)(g->window[0] * g->window[1] * g->window[2]);
  for (int64_t p = planeBegin; p < planeEnd; p++) {
    FOR_OUTPUT(g) {
      float best = -INFINITY, sum = 0;
      int64_t where = -1;
      FOR_WINDOW(g) {
        float value = element(x, p * in + at);
        sum += value;
        if (where < 0 || value > best) {
          best = value;
          where = at;
        }
      }
      float result = g->isMean ? sum * share : best;
      from_float(&result, y, p * out + o, p * out + o + 1);
      if (!g->isMean) positions[p * out + o] = where;
    }
  }
}
static void k_poolWindowsBackward(const hfm_windows *g, hfm_array dy, const int64_t *positions,
                                  hfm_array dx, float *scratch, int64_t planeBegin,
                                  int64_t planeEnd) {
  const int64_t in = g->input[0] * g->input[1] * g->input[2];
  const int64_t out = g->output[0] * g->output[1] * g->output[2];
  const float share = 1.0f / (float)(g->window[0] * g->window[1] * g->window[2]);
  for (int64_t p = planeBegin; p < planeEnd; p++) {
    memset(scratch, 0, (size_t)in * 4);
    FOR_OUTPUT(g) {
      float gradient = element(dy, p * out + o);
      if (g->isMean) {
        FOR_WINDOW(g) scratch[at] += gradient * share;
      } else {
        int64_t where = positions[p * out + o];
        if (where >= 0 && where < in) scratch[where] += gradient;
      }
    }
    from_float(scratch, dx, p * in, (p + 1) * in);
  }
}

// The input rows that an output row (z, y) is made of, and the weight of each.
#define FOR_ROW_TAPS(g) \
  for (int64_t tz = 0; tz < (g)->taps[0]; tz++) \
    for (int64_t ty = 0; ty < (g)->taps[1]; ty++)
INLINE int64_t row_tap(const hfm_resampling *g, int64_t z, int64_t y, int64_t tz, int64_t ty,
                       float *weight) {
  int64_t a = z * g->taps[0] + tz, b = y * g->taps[1] + ty;
  *weight = g->weight[0][a] * g->weight[1][b];
  return (g->index[0][a] * g->input[1] + g->index[1][b]) * g->input[2];
}

static void k_resample(const hfm_resampling *g, hfm_array x, hfm_array y, float *scratch,
                       int64_t planeBegin, int64_t planeEnd) {
  const int64_t in = g->input[0] * g->input[1] * g->input[2], cols = g->input[2];
  const int64_t out = g->output[0] * g->output[1] * g->output[2], taps = g->taps[2];
  float *plane = scratch, *row = scratch + in, result[CHUNK];
  for (int64_t p = planeBegin; p < planeEnd; p++) {
    const float *px = view(x, p * in, in, plane);
    for (int64_t line = 0; line < g->output[0] * g->output[1]; line++) {
      int64_t z = line / g->output[1], y_ = line % g->output[1];
      memset(row, 0, (size_t)cols * 4);
      FOR_ROW_TAPS(g) {
        float weight;
        int64_t inRow = row_tap(g, z, y_, tz, ty, &weight);
        FOR_LANES(cols)
        vstore(row + i, vload(row + i, cols - i) + weight * vload(px + inRow + i, cols - i),
               cols - i);
      }
      FOR_CHUNKS(0, g->output[2]) {
        for (int64_t i = 0; i < n; i++) {
          float sum = 0;
          for (int64_t t = (at + i) * taps; t < (at + i + 1) * taps; t++)
            sum += g->weight[2][t] * row[g->index[2][t]];
          result[i] = sum;
        }
        int64_t to = p * out + line * g->output[2] + at;
        from_float(result, y, to, to + n);
      }
    }
  }
}
static void k_resampleBackward(const hfm_resampling *g, hfm_array dy, hfm_array dx,
                               float *scratch, int64_t planeBegin, int64_t planeEnd) {
  const int64_t in = g->input[0] * g->input[1] * g->input[2], cols = g->input[2];
  const int64_t out = g->output[0] * g->output[1] * g->output[2], taps = g->taps[2];
  float *plane = scratch, *row = scratch + in, bd[CHUNK];
  for (int64_t p = planeBegin; p < planeEnd; p++) {
    memset(plane, 0, (size_t)in * 4);
    for (int64_t line = 0; line < g->output[0] * g->output[1]; line++) {
      int64_t z = line / g->output[1], y_ = line % g->output[1];
      memset(row, 0, (size_t)cols * 4);
      FOR_CHUNKS(0, g->output[2]) {
        const float *pd = view(dy, p * out + line * g->output[2] + at, n, bd);
        for (int64_t i = 0; i < n; i++)
          for (int64_t t = (at + i) * taps; t < (at + i + 1) * taps; t++)
            row[g->index[2][t]] += g->weight[2][t] * pd[i];
      }
      FOR_ROW_TAPS(g) {
        float weight;
        int64_t inRow = row_tap(g, z, y_, tz, ty, &weight);
        float *to = plane + inRow;
        FOR_LANES(cols)
        vstore(to + i, vload(to + i, cols - i) + weight * vload(row + i, cols - i), cols - i);
      }
    }
    from_float(plane, dx, p * in, (p + 1) * in);
  }
}
