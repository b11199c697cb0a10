// Depth-wise convolutions: each channel has a window of its own. A block of channels at a time:
// rows of the map that is read are brought into fp32, a vector of channels a position, with the
// zeros around it, and stay in a ring for as long as windows reach them. From there a tile of
// results is summed in registers, several taps of a row sharing what they load.

// A row in the ring, and the weights of the taps that read it.
typedef struct {
  const float *x;
  int64_t tap;
} depth_row;

// A lane's scratch, taken apart.
typedef struct {
  float *weights, *ring, *line, *staging;
  depth_row *rows;
} depth_room;

INLINE int64_t depth_taps(const hfm_depthwise *g) {
  return g->kernel[0] * g->kernel[1] * g->kernel[2];
}
// Floats from one row of the ring to the next, and from one vector of channels to the next.
INLINE int64_t depth_row_floats(const hfm_depthwise *g) { return g->row * g->block; }
INLINE depth_room depth_take(const hfm_depthwise *g, float *scratch) {
  depth_room room;
  room.rows = (depth_row *)scratch;
  room.weights = scratch + g->weightsAt;
  room.ring = scratch + g->ringAt;
  room.line = scratch + g->lineAt;
  room.staging = scratch + g->stagingAt;
  return room;
}

// Where the map that is read lies under tap k of result o; -1 outside.
INLINE int64_t depth_source(const hfm_depthwise *g, int d, int64_t o, int64_t k) {
  int64_t at;
  if (g->kind == HFM_CONVOLVE_DATA) {
    at = o + g->padding[d] - k * g->dilation[d];
    if (at < 0 || at % g->stride[d] != 0) return -1;
    at /= g->stride[d];
  } else {
    at = o * g->stride[d] - g->padding[d] + k * g->dilation[d];
  }
  return at < 0 || at >= g->from[d] ? -1 : at;
}
// The rows between the first and the last that windows of result o can reach.
INLINE void depth_reach(const hfm_depthwise *g, int64_t o, int64_t *first, int64_t *last) {
  const int64_t reach = (g->kernel[1] - 1) * g->dilation[1], s = g->stride[1];
  if (g->kind == HFM_CONVOLVE_DATA) {
    const int64_t end = o + g->padding[1], low = end - reach;
    *first = low < 0 ? 0 : (low + s - 1) / s;
    *last = end / s;
  } else {
    *first = o * s - g->padding[1];
    *last = *first + reach;
    if (*first < 0) *first = 0;
  }
  *last = least(*last, g->from[1] - 1);
}

// Positions [at, at + count) of a row from element `base` on into vectors of channels c, c + 1, ...
// of which `left` exist; what lies outside the row's `extent` becomes zero.
INLINE void depth_load(int32_t type, hfm_array x, int64_t base, int64_t channel, int64_t step,
                       int64_t extent, int64_t at, int64_t count, int64_t left, float *to,
                       float *staging) {
  const int64_t begin = at < 0 ? least(-at, count) : 0;
  const int64_t end = extent - at < count ? (extent > at ? extent - at : 0) : count;
  for (int64_t i = 0; i < begin; i++) *(vfu *)(to + i * W) = splat(0);
  for (int64_t i = end > begin ? end : begin; i < count; i++) *(vfu *)(to + i * W) = splat(0);
  if (begin >= end) return;
  if (channel == 1 && left >= W) {
    for (int64_t i = begin; i < end; i++)
      *(vfu *)(to + i * W) = near_load(type, x, base + (at + i) * step, W);
    return;
  }
  if (channel == 1) {
    for (int64_t i = begin; i < end; i++)
      *(vfu *)(to + i * W) = near_load(type, x, base + (at + i) * step, left);
    return;
  }
  const int64_t n = end - begin, channels = least(W, left);
  if (type == HFM_F32) {
    const float *from = (const float *)x.data + base + (at + begin);
    return tile_transpose(from, channel, channels, n, to + begin * W, W);
  }
  for (int64_t c = 0; c < channels; c++) {
    const int64_t first = base + c * channel + at + begin;
    to_float(x, first, first + n, staging + c * n);
  }
  tile_transpose(staging, n, channels, n, to + begin * W, W);
}
// The reverse for results: positions [at, at + count).
INLINE void depth_store(int32_t type, hfm_array y, int64_t base, int64_t channel, int64_t step,
                        int64_t at, int64_t count, int64_t left, const float *from,
                        float *staging) {
  if (channel == 1 && left >= W) {
    for (int64_t i = 0; i < count; i++)
      near_store(type, y, base + (at + i) * step, *(const vfu *)(from + i * W), W);
    return;
  }
  if (channel == 1) {
    for (int64_t i = 0; i < count; i++)
      near_store(type, y, base + (at + i) * step, *(const vfu *)(from + i * W), left);
    return;
  }
  const int64_t stride = (count + W - 1) / W * W, channels = least(W, left);
  tile_transpose(from, W, count, channels, staging, stride);
  for (int64_t c = 0; c < channels; c++) {
    const int64_t first = base + c * channel + at;
    from_float(staging + c * stride, y, first, first + count);
  }
}

// Brings rows up to the last that result (z, o) reaches into the ring, and lists the rows that it
// is made of. `loaded` is the last one that is there.
INLINE int64_t depth_rows(int32_t type, const hfm_depthwise *g, hfm_array x, int64_t base,
                          int64_t z, int64_t o, int64_t at, int64_t left, int64_t *loaded,
                          const depth_room *room) {
  const int64_t planes = g->kernel[0], floats = depth_row_floats(g);
  int64_t first, last, count = 0;
  depth_reach(g, o, &first, &last);
  for (int64_t i = *loaded >= first ? *loaded + 1 : first; i <= last; i++)
    for (int64_t k = 0; k < planes; k++) {
      const int64_t plane = depth_source(g, 0, z, k);
      if (plane < 0) continue;
      const int64_t line = base + (plane * g->from[1] + i) * g->from[2] * g->fromStep;
      float *to = room->ring + (i % g->ring * planes + k) * floats;
      for (int64_t v = 0; v * W < left && v * W < g->block; v++)
        depth_load(type, x, line + v * W * g->fromChannel, g->fromChannel, g->fromStep,
                   g->from[2], at, g->row, left - v * W, to + v * W * g->row, room->staging);
    }
  if (last > *loaded) *loaded = last;
  for (int64_t k = 0; k < planes; k++) {
    if (depth_source(g, 0, z, k) < 0) continue;
    for (int64_t ky = 0; ky < g->kernel[1]; ky++) {
      const int64_t i = depth_source(g, 1, o, ky);
      if (i < 0) continue;
      room->rows[count].x = room->ring + (i % g->ring * planes + k) * floats;
      room->rows[count++].tap = (k * g->kernel[1] + ky) * g->kernel[2];
    }
  }
  return count;
}

// sums[j] += x[j + m] w[m] for `tile` results and `taps` taps; each x is loaded once.
INLINE void depth_sum(const float *x, int64_t xStep, const float *w, int64_t wStep, vf *sums,
                      const int tile, const int taps) {
  vf weight[HFM_DEPTH_TAPS];
#pragma clang loop unroll(full)
  for (int m = 0; m < taps; m++) weight[m] = *(const vfu *)(w + m * wStep);
#pragma clang loop unroll(full)
  for (int i = 0; i < tile + taps - 1; i++, x += xStep) {
    const vf v = *(const vfu *)x;
#pragma clang loop unroll(full)
    for (int m = 0; m < taps; m++)
      if (i >= m && i - m < tile) sums[i - m] += v * weight[m];
  }
}
// sums[m] += x[j + m] dy[j].
INLINE void depth_products(const float *x, int64_t xStep, const float *dy, vf *sums,
                           const int tile, const int taps) {
  vf slope[HFM_DEPTH_TILE];
#pragma clang loop unroll(full)
  for (int j = 0; j < tile; j++) slope[j] = *(const vfu *)(dy + j * W);
#pragma clang loop unroll(full)
  for (int i = 0; i < tile + taps - 1; i++, x += xStep) {
    const vf v = *(const vfu *)x;
#pragma clang loop unroll(full)
    for (int m = 0; m < taps; m++)
      if (i >= m && i - m < tile) sums[m] += v * slope[i - m];
  }
}
#define DEPTH_CASES(CALL) \
  CALL(1) CALL(2) CALL(3) CALL(4) CALL(5)

// A tile of results, `shift` floats on in each of the rows; they lie `outStep` apart.
INLINE void depth_tile(const hfm_depthwise *g, const hfm_depth_taps *runs, int64_t runCount,
                       const depth_row *rows, int64_t rowCount, const float *weights,
                       int64_t shift, vf first, float *out, int64_t outStep, const int tile) {
  vf sums[HFM_DEPTH_TILE];
  for (int j = 0; j < tile; j++) sums[j] = first;
  for (int64_t r = 0; r < rowCount; r++) {
    const float *x = rows[r].x + shift, *w = weights + rows[r].tap * W;
    for (const hfm_depth_taps *t = runs; t < runs + runCount; t++) {
      const float *from = x + t->at * W, *tap = w + t->first * W;
      switch (t->count) {
#define DEPTH_SUM(K) \
  case K: depth_sum(from, g->step * W, tap, t->step * W, sums, tile, K); break;
        DEPTH_CASES(DEPTH_SUM)
#undef DEPTH_SUM
      }
    }
  }
  for (int j = 0; j < tile; j++) *(vfu *)(out + j * outStep) = sums[j];
}
// What `tiles` tiles of a row add to the sums of a run of taps.
INLINE void depth_add(const hfm_depthwise *g, const hfm_depth_taps *t, const float *x,
                      const float *dy, int64_t tiles, float *sums, const int tile) {
  vf own[HFM_DEPTH_TAPS] = {{0}};
  const float *from = x + t->at * W;
  switch (t->count) {
#define DEPTH_PRODUCTS(K) \
  case K: \
    for (int64_t i = 0; i < tiles; i++) \
      depth_products(from + i * tile * g->step * W, g->step * W, dy + i * tile * W, own, tile, K); \
    for (int m = 0; m < K; m++) *(vfu *)(sums + (t->first + m * t->step) * W) += own[m]; \
    break;
    DEPTH_CASES(DEPTH_PRODUCTS)
#undef DEPTH_PRODUCTS
  }
}
#define DEPTH_TILE(T) \
  static void depth_tile_##T(const hfm_depthwise *g, const hfm_depth_taps *runs, \
                             int64_t runCount, const depth_row *rows, int64_t rowCount, \
                             const float *weights, int64_t shift, vf first, float *out, \
                             int64_t outStep) { \
    depth_tile(g, runs, runCount, rows, rowCount, weights, shift, first, out, outStep, T); \
  } \
  static void depth_add_##T(const hfm_depthwise *g, const hfm_depth_taps *t, const float *x, \
                            const float *dy, int64_t tiles, float *sums) { \
    depth_add(g, t, x, dy, tiles, sums, T); \
  }
DEPTH_TILE(4) DEPTH_TILE(5) DEPTH_TILE(6) DEPTH_TILE(7) DEPTH_TILE(8)
static __typeof__(depth_tile_4) *const depth_tiles[] = {
    depth_tile_4, depth_tile_5, depth_tile_6, depth_tile_7, depth_tile_8};
static __typeof__(depth_add_4) *const depth_adds[] = {
    depth_add_4, depth_add_5, depth_add_6, depth_add_7, depth_add_8};

// Weights of the block's channels from c on, [vector][tap][channel] in fp32.
INLINE void depth_weights(const hfm_depthwise *g, hfm_array w, int64_t c, const depth_room *room) {
  const int64_t taps = depth_taps(g), channels = least(g->block, g->channels - c);
  to_float(w, c * taps, (c + channels) * taps, room->staging);
  for (int64_t v = 0; v < channels; v += W)
    tile_transpose(room->staging + v * taps, taps, least(W, channels - v), taps,
                   room->weights + v * taps, W);
}

// Unit u: block of channels, sample, part of the rows, row; ranges of units are a lane's.
typedef struct {
  int64_t channel, left, sample, begin, count, plane, row;
} depth_unit;
INLINE depth_unit depth_at(const hfm_depthwise *g, int64_t u) {
  const int64_t lines = g->to[0] * g->to[1], line = u % lines, part = u / lines % g->segments;
  depth_unit unit = {.plane = line / g->to[1], .row = line % g->to[1]};
  unit.begin = part * g->segment;
  unit.count = least(g->segment, g->results - unit.begin);
  unit.sample = u / lines / g->segments % g->batch;
  unit.channel = u / lines / g->segments / g->batch * g->block;
  unit.left = g->channels - unit.channel;
  return unit;
}
// Whether rows in the ring are of use to the next unit.
INLINE int depth_goes_on(depth_unit a, depth_unit b) {
  return a.channel == b.channel && a.sample == b.sample && a.begin == b.begin
         && a.plane == b.plane;
}

INLINE void depth_line(int32_t type, const hfm_depthwise *g, depth_unit u, int64_t rows,
                       hfm_array bias, hfm_array y, const depth_room *room) {
  const int64_t taps = depth_taps(g), wide = g->phases;
  const int64_t base = u.sample * g->toSample + u.channel * g->toChannel
                       + (u.plane * g->to[1] + u.row) * g->to[2] * g->toStep;
  const int64_t end = least(wide * (u.begin + u.count), g->to[2]);
  for (int64_t v = 0; v < g->block && v < u.left; v += W) {
    vf first = splat(0);
    if (bias.data) first = near_load(bias.type, bias, u.channel + v, u.left - v);
    for (int64_t r = 0; r < rows; r++) room->rows[r].x += v ? W * g->row : 0;
    for (int64_t phase = 0; phase < wide; phase++)
      for (int64_t q = 0; q < u.count; q += g->tile)
        depth_tiles[g->tile - 4](
            g, g->runs + g->phaseStart[phase],
            g->phaseStart[phase + 1] - g->phaseStart[phase], room->rows, rows,
            room->weights + v * taps, q * g->step * W, first,
            room->line + (q * wide + phase) * W, wide * W);
    depth_store(type, y, base + v * g->toChannel, g->toChannel, g->toStep, wide * u.begin,
                end - wide * u.begin, u.left - v, room->line, room->staging);
  }
}
INLINE void depth_convolve(int32_t type, const hfm_depthwise *g, hfm_array x, hfm_array w,
                           hfm_array bias, hfm_array y, float *scratch, int64_t begin,
                           int64_t end) {
  const depth_room room = depth_take(g, scratch);
  depth_unit last = {.channel = -1};
  int64_t loaded = -1;
  for (int64_t i = begin; i < end; i++) {
    const depth_unit u = depth_at(g, i);
    if (u.channel != last.channel) depth_weights(g, w, u.channel, &room);
    if (!depth_goes_on(last, u)) loaded = -1;
    last = u;
    const int64_t base = u.sample * g->fromSample + u.channel * g->fromChannel;
    const int64_t rows = depth_rows(FORMAT(type, x), g, x, base, u.plane, u.row,
                                    u.begin * g->step + g->low, u.left, &loaded, &room);
    depth_line(FORMAT(type, y), g, u, rows, bias, y, &room);
  }
}
static void k_depthwise(const hfm_depthwise *g, hfm_array x, hfm_array w, hfm_array bias,
                        hfm_array y, float *scratch, int64_t begin, int64_t end) {
#define CALL(T) depth_convolve(T, g, x, w, bias, y, scratch, begin, end)
  BY_FORMAT(x, y, CALL)
#undef CALL
}

// One row's part of the sums [vector][tap][channel], of which the last tap is the bias.
INLINE void depth_line_sums(int32_t type, const hfm_depthwise *g, depth_unit u, int64_t rows,
                            hfm_array dy, float *sums, const depth_room *room) {
  const int64_t taps = depth_taps(g), tiles = (u.count + g->tile - 1) / g->tile;
  const int64_t base = u.sample * g->toSample + u.channel * g->toChannel
                       + (u.plane * g->to[1] + u.row) * g->to[2] * g->toStep;
  for (int64_t v = 0; v < g->block && v < u.left; v += W) {
    depth_load(type, dy, base + v * g->toChannel, g->toChannel, g->toStep,
               least(g->to[2], u.begin + u.count), u.begin, tiles * g->tile, u.left - v,
               room->line, room->staging);
    float *to = sums + v * (taps + 1);
    vf total = splat(0);
    for (int64_t i = 0; i < tiles * g->tile; i++) total += *(const vfu *)(room->line + i * W);
    *(vfu *)(to + taps * W) += total;
    for (int64_t r = 0; r < rows; r++)
      for (int64_t t = 0; t < g->phaseStart[1]; t++)
        depth_adds[g->tile - 4](g, g->runs + t, room->rows[r].x + v * g->row, room->line, tiles,
                                to + room->rows[r].tap * W);
  }
}
INLINE void depth_gradient(int32_t type, const hfm_depthwise *g, hfm_array dy, hfm_array x,
                           float *sums, float *scratch, int64_t begin, int64_t end) {
  const depth_room room = depth_take(g, scratch);
  depth_unit last = {.channel = -1};
  int64_t loaded = -1;
  memset(sums, 0, (size_t)(g->block * (depth_taps(g) + 1)) * 4);
  for (int64_t i = begin; i < end; i++) {
    const depth_unit u = depth_at(g, i);
    if (!depth_goes_on(last, u)) loaded = -1;
    last = u;
    const int64_t base = u.sample * g->fromSample + u.channel * g->fromChannel;
    const int64_t rows = depth_rows(FORMAT(type, x), g, x, base, u.plane, u.row,
                                    u.begin * g->step + g->low, u.left, &loaded, &room);
    depth_line_sums(FORMAT(type, dy), g, u, rows, dy, sums, &room);
  }
}
static void k_depthwiseWeights(const hfm_depthwise *g, hfm_array dy, hfm_array x, float *sums,
                               float *scratch, int64_t begin, int64_t end) {
#define CALL(T) depth_gradient(T, g, dy, x, sums, scratch, begin, end)
  BY_FORMAT(dy, x, CALL)
#undef CALL
}
// Stores the sums of a block of channels.
static void k_depthwiseStore(const hfm_depthwise *g, const float *sums, hfm_array dw,
                             hfm_array dbias, int64_t block, float *scratch) {
  const int64_t taps = depth_taps(g), c = block * g->block;
  const int64_t channels = least(g->block, g->channels - c), stride = (taps + W) / W * W;
  for (int64_t v = 0; v < channels; v += W) {
    const int64_t count = least(W, channels - v);
    tile_transpose(sums + v * (taps + 1), W, taps + 1, count, scratch, stride);
    for (int64_t i = 0; i < count; i++) {
      const int64_t at = (c + v + i) * taps;
      from_float(scratch + i * stride, dw, at, at + taps);
      if (dbias.data) from_float(scratch + i * stride + taps, dbias, c + v + i, c + v + i + 1);
    }
  }
}
