// Losses that compare element by element or row by row, and their gradients.

INLINE vf vloss(int32_t loss, vf p, vf t) {
  switch (loss) {
    case HFM_SQUARED: return (p - t) * (p - t);
    case HFM_ABSOLUTE: return vabs(p - t);
    // max(p, 0) - p t + ln(1 + exp(-|p|)).
    default: return vmax(p, splat(0)) - p * t + vlog1p_unit(vexp(-vabs(p)));
  }
}
INLINE vf vlossSlope(int32_t loss, vf p, vf t) {
  vf d = p - t;
  switch (loss) {
    case HFM_SQUARED: return 2.0f * d;
    case HFM_ABSOLUTE:
      return vselect(d > splat(0), splat(1), vselect(d < splat(0), splat(-1), splat(0)));
    default: return vlogistic(p, 0) - t;
  }
}
static double k_elementLoss(int32_t loss, hfm_array prediction, hfm_array target, int64_t begin,
                            int64_t end) {
  float bp[CHUNK], bt[CHUNK];
  double total = 0;
  FOR_CHUNKS(begin, end) {
    const float *pp = view(prediction, at, n, bp), *pt = view(target, at, n, bt);
    vf sum = {0};
    FOR_LANES(n) {
      vf value = vloss(loss, vload(pp + i, n - i), vload(pt + i, n - i));
      // Beyond the end both operands are 0, whose cross-entropy is not.
      if (n - i < W)
        for (int64_t j = n - i; j < W; j++) value[j] = 0;
      sum += value;
    }
    total += vsum(sum);
  }
  return total;
}
static void k_elementLossBackward(int32_t loss, hfm_array prediction, hfm_array target_,
                                  hfm_array dprediction, float factor, int64_t begin,
                                  int64_t end) {
  float bp[CHUNK], bt[CHUNK], bd[CHUNK];
  FOR_CHUNKS(begin, end) {
    const float *pp = view(prediction, at, n, bp), *pt = view(target_, at, n, bt);
    float *pd = target(dprediction, at, bd);
    FOR_LANES(n)
    vstore(pd + i, factor * vlossSlope(loss, vload(pp + i, n - i), vload(pt + i, n - i)), n - i);
    commit(dprediction, at, n, bd);
  }
}

// -sum t (x - lse) = lse sum t - sum t x.
static double k_softCrossEntropy(hfm_array logits, hfm_array target_, int64_t cols,
                                 int64_t rowBegin, int64_t rowEnd) {
  float bt[CHUNK];
  double total = 0;
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    double mass = 0;
    FOR_CHUNKS(0, cols) {
      const float *pt = view(target_, r * cols + at, n, bt);
      vf sum = {0};
      FOR_LANES(n) sum += vload(pt + i, n - i);
      mass += vsum(sum);
    }
    total += (double)row_lse(logits, r * cols, cols) * mass
             - k_dot(logits, target_, r * cols, (r + 1) * cols);
  }
  return total;
}
static void k_softCrossEntropyBackward(hfm_array logits, hfm_array target_, hfm_array dlogits,
                                       float factor, int64_t cols, int64_t rowBegin,
                                       int64_t rowEnd) {
  float bx[CHUNK], bt[CHUNK], by[CHUNK];
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    float lse = row_lse(logits, r * cols, cols), mass = 0;
    FOR_CHUNKS(0, cols) {
      const float *pt = view(target_, r * cols + at, n, bt);
      vf sum = {0};
      FOR_LANES(n) sum += vload(pt + i, n - i);
      mass += vsum(sum);
    }
    FOR_CHUNKS(0, cols) {
      int64_t o = r * cols + at;
      const float *px = view(logits, o, n, bx), *pt = view(target_, o, n, bt);
      float *py = target(dlogits, o, by);
      FOR_LANES(n)
      vstore(py + i, factor * (mass * vexp(vload(px + i, n - i) - lse) - vload(pt + i, n - i)),
             n - i);
      commit(dlogits, o, n, by);
    }
  }
}

// 1 - a.b / (|a| |b|), lengths at least 1e-8 as PyTorch's cosine_similarity has it.
INLINE void cosine_terms(hfm_array a, hfm_array b, int64_t at, int64_t cols, double *ab,
                         double *lengthA, double *lengthB) {
  double aa = k_dot(a, a, at, at + cols), bb = k_dot(b, b, at, at + cols);
  *ab = k_dot(a, b, at, at + cols);
  *lengthA = sqrt(aa) > 1e-8 ? sqrt(aa) : 1e-8;
  *lengthB = sqrt(bb) > 1e-8 ? sqrt(bb) : 1e-8;
}
static double k_cosineLoss(hfm_array a, hfm_array b, int64_t cols, int64_t rowBegin,
                           int64_t rowEnd) {
  double total = 0, ab, la, lb;
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    cosine_terms(a, b, r * cols, cols, &ab, &la, &lb);
    total += 1 - ab / (la * lb);
  }
  return total;
}
static void k_cosineLossBackward(hfm_array a, hfm_array b, hfm_array da, float factor,
                                 int64_t cols, int64_t rowBegin, int64_t rowEnd) {
  float ba[CHUNK], bb[CHUNK], bd[CHUNK];
  double ab, la, lb;
  for (int64_t r = rowBegin; r < rowEnd; r++) {
    cosine_terms(a, b, r * cols, cols, &ab, &la, &lb);
    float own = factor * (float)(ab / (la * la * la * lb));
    float other = -factor * (float)(1 / (la * lb));
    FOR_CHUNKS(0, cols) {
      int64_t o = r * cols + at;
      const float *pa = view(a, o, n, ba), *pb = view(b, o, n, bb);
      float *pd = target(da, o, bd);
      FOR_LANES(n)
      vstore(pd + i, own * vload(pa + i, n - i) + other * vload(pb + i, n - i), n - i);
      commit(da, o, n, bd);
    }
  }
}

// Dice and cross-entropy: positions in blocks of 256, so that all channels of a block stay near.
#define DICE_BLOCK 256

// Probabilities of a block into p[channel * DICE_BLOCK], targets into t; returns the sum of
// cross-entropies. One channel is a logit of its own (logistic function, binary cross-entropy).
static double dice_block(hfm_array logits, hfm_array target_, int64_t at, int64_t channels,
                         int64_t positions, int64_t n, float *p, float *t) {
  float top[DICE_BLOCK], sum[DICE_BLOCK];
  double total = 0;
  for (int64_t c = 0; c < channels; c++) {
    int64_t from = at + c * positions;
    to_float(logits, from, from + n, p + c * DICE_BLOCK);
    to_float(target_, from, from + n, t + c * DICE_BLOCK);
  }
  if (channels == 1) {
    for (int64_t i = 0; i < n; i += W) {
      vf x = vload(p + i, n - i);
      vf loss = vloss(HFM_BINARY_CROSS_ENTROPY, x, vload(t + i, n - i));
      for (int64_t j = 0; j < least(W, n - i); j++) total += loss[j];
      vstore(p + i, vlogistic(x, 0), n - i);
    }
    return total;
  }
  memcpy(top, p, (size_t)n * 4);
  memset(sum, 0, sizeof sum);
  for (int64_t c = 1; c < channels; c++)
    FOR_LANES(n)
  vstore(top + i, vmax(vload(top + i, n - i), vload(p + c * DICE_BLOCK + i, n - i)), n - i);
  for (int64_t c = 0; c < channels; c++)
    FOR_LANES(n)
  vstore(sum + i,
         vload(sum + i, n - i) + vexp(vload(p + c * DICE_BLOCK + i, n - i) - vload(top + i, n - i)),
         n - i);
  for (int64_t i = 0; i < n; i++) top[i] += logf(sum[i]);
  for (int64_t c = 0; c < channels; c++) {
    float *pc = p + c * DICE_BLOCK, *tc = t + c * DICE_BLOCK;
    vf loss = {0};
    FOR_LANES(n) {
      vf logarithm = vload(pc + i, n - i) - vload(top + i, n - i);
      loss -= vload(tc + i, n - i) * logarithm;
      vstore(pc + i, vexp(logarithm), n - i);
    }
    total += vsum(loss);
  }
  return total;
}
static double k_diceSums(hfm_array logits, hfm_array target_, int64_t at, int64_t channels,
                         int64_t positions, double *sums, float *scratch, int64_t begin,
                         int64_t end) {
  float *p = scratch, *t = scratch + channels * DICE_BLOCK;
  double total = 0;
  for (int64_t from = begin, n; from < end; from += n) {
    n = least(DICE_BLOCK, end - from);
    total += dice_block(logits, target_, at + from, channels, positions, n, p, t);
    for (int64_t c = 0; c < channels; c++) {
      vf both = {0}, left = {0}, right = {0};
      FOR_LANES(n) {
        vf a = vload(p + c * DICE_BLOCK + i, n - i), b = vload(t + c * DICE_BLOCK + i, n - i);
        both += a * b;
        left += a;
        right += b;
      }
      sums[3 * c] += vsum(both);
      sums[3 * c + 1] += vsum(left);
      sums[3 * c + 2] += vsum(right);
    }
  }
  return total;
}
static void k_diceBackward(hfm_array logits, hfm_array target_, hfm_array dlogits, int64_t at,
                           int64_t channels, int64_t positions, const float *slopes,
                           float factor, float *scratch, int64_t begin, int64_t end) {
  float *p = scratch, *t = scratch + channels * DICE_BLOCK;
  float inner[DICE_BLOCK], mass[DICE_BLOCK], out[DICE_BLOCK];
  for (int64_t from = begin, n; from < end; from += n) {
    n = least(DICE_BLOCK, end - from);
    dice_block(logits, target_, at + from, channels, positions, n, p, t);
    memset(inner, 0, sizeof inner);
    memset(mass, 0, sizeof mass);
    for (int64_t c = 0; c < channels; c++)
      FOR_LANES(n) {
        vf a = vload(p + c * DICE_BLOCK + i, n - i), b = vload(t + c * DICE_BLOCK + i, n - i);
        vf slope = slopes[2 * c] * b + slopes[2 * c + 1];
        vstore(inner + i, vload(inner + i, n - i) + a * slope, n - i);
        vstore(mass + i, vload(mass + i, n - i) + b, n - i);
      }
    for (int64_t c = 0; c < channels; c++) {
      FOR_LANES(n) {
        vf a = vload(p + c * DICE_BLOCK + i, n - i), b = vload(t + c * DICE_BLOCK + i, n - i);
        vf slope = slopes[2 * c] * b + slopes[2 * c + 1];
        // Softmax's derivative; of the logistic function where there is one channel.
        vf dice = channels == 1 ? slope * a * (1.0f - a) : a * (slope - vload(inner + i, n - i));
        vf entropy = channels == 1 ? a - b : a * vload(mass + i, n - i) - b;
        vstore(out + i, dice + factor * entropy, n - i);
      }
      int64_t to = at + from + c * positions;
      from_float(out, dlogits, to, to + n);
    }
  }
}
