// Products with weights of one byte an element and one scale a row (LLM.int8(), arXiv 2208.07339,
// section 2.1): a decoder's time is that of reading its weights.

typedef int8_t vb __attribute__((vector_size(W)));
typedef int8_t vbu __attribute__((vector_size(W), aligned(1), may_alias));

INLINE vf byte_load(const int8_t *p) {
  return __builtin_convertvector(__builtin_convertvector(*(const vbu *)p, vi), vf);
}

INLINE float byte_dot(const float *x, const int8_t *w, int64_t k) {
  vf first = {0}, second = {0};
  int64_t i = 0;
  for (; i + 2 * W <= k; i += 2 * W) {
    first += *(const vfu *)(x + i) * byte_load(w + i);
    second += *(const vfu *)(x + i + W) * byte_load(w + i + W);
  }
  float sum = vsum(first + second);
  for (; i < k; i++) sum += x[i] * (float)w[i];
  return sum;
}
static void k_fewRowsByteLinear(hfm_array x, const int8_t *w, const float *scales, hfm_array bias,
                                hfm_array y, int64_t rows, int64_t k, int64_t n, float *scratch,
                                int64_t colBegin, int64_t colEnd) {
  const float *px = (const float *)x.data;
  if (x.type != HFM_F32) {
    to_float(x, 0, rows * k, scratch);
    px = scratch;
  }
  for (int64_t j = colBegin; j < colEnd; j++)
    for (int64_t r = 0; r < rows; r++) {
      float value = scales[j] * byte_dot(px + r * k, w + j * k, k);
      if (bias.data) value += element(bias, j);
      from_float(&value, y, r * n + j, r * n + j + 1);
    }
}
static void k_expandBytes(const int8_t *w, const float *scales, hfm_array y, int64_t k,
                          int64_t rowBegin, int64_t rowEnd) {
  float buffer[CHUNK];
  for (int64_t r = rowBegin; r < rowEnd; r++)
    FOR_CHUNKS(0, k) {
      const int8_t *p = w + r * k + at;
      int64_t i = 0, to = (r - rowBegin) * k + at;
      for (; i + W <= n; i += W) *(vfu *)(buffer + i) = scales[r] * byte_load(p + i);
      for (; i < n; i++) buffer[i] = scales[r] * (float)p[i];
      from_float(buffer, y, to, to + n);
    }
}
