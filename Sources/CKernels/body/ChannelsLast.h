// Maps whose channels lie last, [positions, channels]: norms, pooling and resampling, vectors along
// the channels. Positions count through all samples where nothing else is said.

// Channels whose coefficients are kept at once.
#define FAN 256
// Elements that registers sum, position by position; the most positions that fp32 sums, and as
// many that a first guess at a mean serves for.
#define NEAR 4096
#define TERMS 128
#define GUESSED 8
INLINE int64_t near_run(int64_t channels) {
  int64_t run = NEAR / channels;
  return run < 8 ? 8 : least(run, TERMS);
}

// `left` elements, at most a vector; the rest is zero.
INLINE vf near_load(int32_t type, hfm_array x, int64_t at, int64_t left) {
  if (type == HFM_F32) return vload((const float *)x.data + at, left);
  if (type == HFM_BF16 && left >= W) return bf16_load((const uint16_t *)x.data + at);
  float part[W] = {0};
  to_float(x, at, at + least(left, W), part);
  return *(const vfu *)part;
}
INLINE void near_store(int32_t type, hfm_array y, int64_t at, vf v, int64_t left) {
  if (type == HFM_F32) {
    vstore((float *)y.data + at, v, left);
  } else if (type == HFM_BF16 && left >= W) {
    bf16_store((uint16_t *)y.data + at, v);
  } else {
    float part[W];
    *(vfu *)part = v;
    from_float(part, y, at, at + least(left, W));
  }
}
// Calls the body with the format as a constant where all operands have the same.
#define BY_FORMAT(x, y, CALL) \
  if ((x).type == HFM_F32 && (y).type == HFM_F32) { \
    CALL(HFM_F32); \
  } else if ((x).type == HFM_BF16 && (y).type == HFM_BF16) { \
    CALL(HFM_BF16); \
  } else { \
    CALL(HFM_F16); \
  }
#define FORMAT(T, x) ((T) == HFM_F16 ? (x).type : (T))
#define FOR_FANS(channels) \
  for (int64_t first = 0, fan; \
       first < (channels) && (fan = least(FAN, (channels) - first), 1); first += fan)
// Coefficient `which` of `of` a channel, taken apart.
INLINE void take_apart(const float *c, int64_t of, int64_t which, int64_t count, float *to) {
  for (int64_t i = 0; i < count; i++) to[i] = c[of * i + which];
}

// W numbers in fp64: sums of runs, of which a plane may have thousands.
typedef double vd __attribute__((vector_size(8 * W)));
typedef double vdu __attribute__((vector_size(8 * W), aligned(8), may_alias));
// Moments of a fan of channels: `mean` and `square` of `before` positions, and of `count` further
// ones sums of differences from `near` and of their squares.
typedef struct {
  double mean[FAN + W], square[FAN + W];
  float near[FAN + W], sum[FAN + W], squares[FAN + W];
  int64_t before, count;
} fan_moments;

// Differences are taken from the mean so far, at first, for a few, from the first position: so near
// to what follows that their squares cancel little, and one pass is enough.
INLINE void begin_run(fan_moments *m, int32_t type, hfm_array x, int64_t from, int64_t fan) {
  for (int64_t c = 0; c < fan; c += W) {
    vf first = near_load(type, x, from + c, fan - c);
    vf mean = __builtin_convertvector(*(vdu *)(m->mean + c), vf);
    *(vfu *)(m->near + c) = m->before ? mean : first;
    *(vfu *)(m->sum + c) = *(vfu *)(m->squares + c) = splat(0);
  }
}

// Adds the run's moments to those before (Chan et al. 1979).
INLINE void join_run(fan_moments *m, int64_t fan) {
  const double each = 1 / (double)m->count, share = (double)m->count / (m->before + m->count);
  for (int64_t c = 0; c < fan; c += W) {
    vd sum = __builtin_convertvector(*(vfu *)(m->sum + c), vd);
    vd difference = sum * each;
    vd own = __builtin_convertvector(*(vfu *)(m->squares + c), vd) - difference * sum;
    vd step = __builtin_convertvector(*(vfu *)(m->near + c), vd) + difference;
    step -= *(vdu *)(m->mean + c);
    *(vdu *)(m->square + c) += own + step * step * ((double)m->before * share);
    *(vdu *)(m->mean + c) += step * share;
  }
  m->before += m->count;
  m->count = 0;
}

INLINE void channel_moments(int32_t type, hfm_array x, float *moments, int64_t channels,
                            int64_t begin, int64_t end) {
  const int64_t block = near_run(channels);
  FOR_FANS(channels) {
    fan_moments m = {0};
    for (int64_t p = begin, n; p < end; p += n) {
      n = least(p == begin ? GUESSED : block, end - p);
      if (m.count && (m.count + n > TERMS || m.before == 0)) join_run(&m, fan);
      if (m.count == 0) begin_run(&m, type, x, p * channels + first, fan);
      for (int64_t c = 0; c < fan; c += W) {
        const int64_t left = fan - c, from = p * channels + first + c;
        const vf near = *(vfu *)(m.near + c);
        vf sum[2] = {{0}}, squares[2] = {{0}};
        for (int64_t i = 0; i < n; i += 2)
          for (int j = 0; j < 2; j++) {
            if (i + j >= n) break;
            vf d = near_load(type, x, from + (i + j) * channels, left) - near;
            sum[j] += d;
            squares[j] += d * d;
          }
        *(vfu *)(m.sum + c) += sum[0] + sum[1];
        *(vfu *)(m.squares + c) += squares[0] + squares[1];
      }
      m.count += n;
    }
    if (m.count) join_run(&m, fan);
    for (int64_t i = 0; i < fan; i++) {
      moments[2 * (first + i)] = (float)m.mean[i];
      moments[2 * (first + i) + 1] = (float)m.square[i];
    }
  }
}
static void k_channelMoments(hfm_array x, float *moments, int64_t channels, int64_t begin,
                             int64_t end) {
#define CALL(T) channel_moments(FORMAT(T, x), x, moments, channels, begin, end)
  BY_FORMAT(x, x, CALL)
#undef CALL
}

INLINE void affine_channels(int32_t from, int32_t to, hfm_array x, hfm_array y, const float *c,
                            int64_t channels, int64_t begin, int64_t end) {
  float mean[FAN], scale[FAN], shift[FAN];
  FOR_FANS(channels) {
    take_apart(c + 3 * first, 3, 0, fan, mean);
    take_apart(c + 3 * first, 3, 1, fan, scale);
    take_apart(c + 3 * first, 3, 2, fan, shift);
    for (int64_t p = begin; p < end; p++)
      FOR_LANES(fan) {
        int64_t at = p * channels + first + i, left = fan - i;
        vf v = near_load(from, x, at, left) - vload(mean + i, left);
        near_store(to, y, at, v * vload(scale + i, left) + vload(shift + i, left), left);
      }
  }
}
static void k_affineChannels(hfm_array x, hfm_array y, const float *c, int64_t channels,
                             int64_t begin, int64_t end) {
#define CALL(T) affine_channels(FORMAT(T, x), FORMAT(T, y), x, y, c, channels, begin, end)
  BY_FORMAT(x, y, CALL)
#undef CALL
}

// Sums over positions of a fan of channels: of all, and of some that fp32 sums in one go.
typedef struct {
  double total[FAN + W], product[FAN + W];
  float sum[FAN + W], products[FAN + W];
  int64_t count;
} fan_sums;
INLINE void join_sums(fan_sums *s, int64_t fan) {
  for (int64_t c = 0; c < fan; c += W) {
    *(vdu *)(s->total + c) += __builtin_convertvector(*(vfu *)(s->sum + c), vd);
    *(vdu *)(s->product + c) += __builtin_convertvector(*(vfu *)(s->products + c), vd);
    *(vfu *)(s->sum + c) = *(vfu *)(s->products + c) = splat(0);
  }
  s->count = 0;
}

INLINE void channel_gradient_sums(int32_t type, hfm_array dy, hfm_array x, const float *c,
                                  float *sums, int64_t channels, int64_t begin, int64_t end) {
  const int64_t block = near_run(channels);
  FOR_FANS(channels) {
    float mean[FAN];
    fan_sums own = {0};
    take_apart(c + 4 * first, 4, 0, fan, mean);
    for (int64_t p = begin, n; p < end; p += n) {
      n = least(block, end - p);
      if (own.count + n > TERMS) join_sums(&own, fan);
      for (int64_t k = 0; k < fan; k += W) {
        const int64_t left = fan - k, from = p * channels + first + k;
        vf s = *(vfu *)(own.sum + k), t = *(vfu *)(own.products + k);
        const vf middle = vload(mean + k, left);
        for (int64_t i = 0; i < n; i++) {
          vf d = near_load(FORMAT(type, dy), dy, from + i * channels, left);
          s += d;
          t += d * (near_load(FORMAT(type, x), x, from + i * channels, left) - middle);
        }
        *(vfu *)(own.sum + k) = s;
        *(vfu *)(own.products + k) = t;
      }
      own.count += n;
    }
    join_sums(&own, fan);
    for (int64_t i = 0; i < fan; i++) {
      sums[2 * (first + i)] = (float)own.total[i];
      sums[2 * (first + i) + 1] = (float)own.product[i];
    }
  }
}
static void k_channelGradientSums(hfm_array dy, hfm_array x, const float *c, float *sums,
                                  int64_t channels, int64_t begin, int64_t end) {
#define CALL(T) channel_gradient_sums(T, dy, x, c, sums, channels, begin, end)
  BY_FORMAT(dy, x, CALL)
#undef CALL
}

INLINE void affine_gradient_channels(int32_t type, hfm_array dy, hfm_array x, hfm_array dx,
                                     const float *c, int64_t channels, int64_t begin,
                                     int64_t end) {
  float mean[FAN], scale[FAN], slope[FAN], shift[FAN];
  FOR_FANS(channels) {
    take_apart(c + 4 * first, 4, 0, fan, mean);
    take_apart(c + 4 * first, 4, 1, fan, scale);
    take_apart(c + 4 * first, 4, 2, fan, slope);
    take_apart(c + 4 * first, 4, 3, fan, shift);
    for (int64_t p = begin; p < end; p++)
      FOR_LANES(fan) {
        int64_t at = p * channels + first + i, left = fan - i;
        vf d = near_load(FORMAT(type, dy), dy, at, left) * vload(scale + i, left);
        vf v = near_load(FORMAT(type, x), x, at, left) - vload(mean + i, left);
        near_store(FORMAT(type, dx), dx, at,
                   d + v * vload(slope + i, left) + vload(shift + i, left), left);
      }
  }
}
static void k_affineGradientChannels(hfm_array dy, hfm_array x, hfm_array dx, const float *c,
                                     int64_t channels, int64_t begin, int64_t end) {
  if (dx.type != x.type)
    return affine_gradient_channels(HFM_F16, dy, x, dx, c, channels, begin, end);
#define CALL(T) affine_gradient_channels(T, dy, x, dx, c, channels, begin, end)
  BY_FORMAT(dy, x, CALL)
#undef CALL
}

// Sample and coordinates of a position.
INLINE int64_t place(const int64_t *extents, int64_t position, int64_t *at) {
  for (int d = 2; d >= 0; d--) {
    at[d] = position % extents[d];
    position /= extents[d];
  }
  return position;
}

// Where in its plane each result of a maximum comes from: a vector of them, of which `left` exist.
typedef int64_t vp __attribute__((vector_size(8 * W)));
typedef int64_t vpu __attribute__((vector_size(8 * W), aligned(8), may_alias));
INLINE vi load_positions(const int64_t *p, int64_t left) {
  if (left >= W) return __builtin_convertvector(*(const vpu *)p, vi);
  vi result = (vi){0} - 1;
  for (int64_t i = 0; i < left; i++) result[i] = (int32_t)p[i];
  return result;
}
INLINE void store_positions(int64_t *p, vi positions, int64_t left) {
  if (left >= W) *(vpu *)p = __builtin_convertvector(positions, vp);
  else
    for (int64_t i = 0; i < left; i++) p[i] = positions[i];
}

INLINE void pool_channels(int32_t type, const hfm_windows *g, hfm_array x, hfm_array y,
                          int64_t *positions, int64_t channels, int64_t begin, int64_t end) {
  const int64_t in = g->input[0] * g->input[1] * g->input[2];
  const float share = 1.0f / (float)(g->window[0] * g->window[1] * g->window[2]);
  for (int64_t o = begin; o < end; o++) {
    int64_t to[3], sample = place(g->output, o, to), first[3], last[3];
    for (int d = 0; d < 3; d++) first[d] = window_start(g, d, to[d], &last[d]);
    for (int64_t c = 0; c < channels; c += W) {
      int64_t left = least(W, channels - c);
      vf best = splat(-INFINITY), sum = {0};
      vi where = (vi){0} - 1;
      for (int64_t z = first[0]; z < last[0]; z++)
        for (int64_t line = first[1]; line < last[1]; line++)
          for (int64_t i = first[2]; i < last[2]; i++) {
            int64_t at = (z * g->input[1] + line) * g->input[2] + i;
            vf v = near_load(FORMAT(type, x), x, (sample * in + at) * channels + c, left);
            sum += v;
            vi isNew = (v > best) | (where < 0);
            best = vselect(isNew, v, best);
            where = (isNew & (int32_t)at) | (~isNew & where);
          }
      near_store(FORMAT(type, y), y, o * channels + c, g->isMean ? sum * share : best, left);
      if (!g->isMean) store_positions(positions + o * channels + c, where, left);
    }
  }
}
static void k_poolChannels(const hfm_windows *g, hfm_array x, hfm_array y, int64_t *positions,
                           int64_t channels, int64_t begin, int64_t end) {
#define CALL(T) pool_channels(T, g, x, y, positions, channels, begin, end)
  BY_FORMAT(x, y, CALL)
#undef CALL
}
// What each position of the input receives from the windows that it lies in.
INLINE void pool_channels_backward(int32_t type, const hfm_windows *g, hfm_array dy,
                                   const int64_t *positions, hfm_array dx, int64_t channels,
                                   int64_t begin, int64_t end) {
  const int64_t in = g->input[0] * g->input[1] * g->input[2];
  const int64_t out = g->output[0] * g->output[1] * g->output[2];
  const float share = 1.0f / (float)(g->window[0] * g->window[1] * g->window[2]);
  for (int64_t p = begin; p < end; p++) {
    int64_t at[3], sample = place(g->input, p, at), first[3], last[3];
    for (int d = 0; d < 3; d++) {
      int64_t reach = at[d] + g->padding[d] - g->window[d];
      first[d] = reach < 0 ? 0 : reach / g->stride[d] + 1;
      last[d] = least(g->output[d], (at[d] + g->padding[d]) / g->stride[d] + 1);
    }
    for (int64_t c = 0; c < channels; c += W) {
      int64_t left = least(W, channels - c);
      vf sum = {0};
      for (int64_t z = first[0]; z < last[0]; z++)
        for (int64_t line = first[1]; line < last[1]; line++)
          for (int64_t i = first[2]; i < last[2]; i++) {
            int64_t o = sample * out + (z * g->output[1] + line) * g->output[2] + i;
            vf d = near_load(FORMAT(type, dy), dy, o * channels + c, left);
            if (g->isMean) {
              sum += d * share;
              continue;
            }
            vi from = load_positions(positions + o * channels + c, left);
            sum += vselect(from == (int32_t)(p - sample * in), d, splat(0));
          }
      near_store(FORMAT(type, dx), dx, p * channels + c, sum, left);
    }
  }
}
static void k_poolChannelsBackward(const hfm_windows *g, hfm_array dy, const int64_t *positions,
                                   hfm_array dx, int64_t channels, int64_t begin, int64_t end) {
#define CALL(T) pool_channels_backward(T, g, dy, positions, dx, channels, begin, end)
  BY_FORMAT(dy, dx, CALL)
#undef CALL
}

static void k_resampleChannels(const hfm_resampling *g, hfm_array x, hfm_array y,
                               int64_t channels, int64_t begin, int64_t end) {
  const int64_t in = g->input[0] * g->input[1] * g->input[2];
  for (int64_t o = begin; o < end; o++) {
    int64_t to[3], sample = place(g->output, o, to);
    for (int64_t c = 0; c < channels; c += W) {
      int64_t left = least(W, channels - c);
      vf sum = {0};
      FOR_ROW_TAPS(g) {
        float weight;
        int64_t row = row_tap(g, to[0], to[1], tz, ty, &weight);
        for (int64_t t = to[2] * g->taps[2]; t < (to[2] + 1) * g->taps[2]; t++) {
          int64_t at = sample * in + row + g->index[2][t];
          sum += weight * g->weight[2][t] * near_load(x.type, x, at * channels + c, left);
        }
      }
      near_store(y.type, y, o * channels + c, sum, left);
    }
  }
}
