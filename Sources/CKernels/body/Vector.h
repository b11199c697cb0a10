// Vectors of the including file's width W, and conversions between storage and fp32.
// Included once per instruction set, inside that set's target attribute.

typedef float vf __attribute__((vector_size(4 * W)));
typedef int32_t vi __attribute__((vector_size(4 * W)));
typedef uint32_t vu __attribute__((vector_size(4 * W)));
typedef uint16_t vh __attribute__((vector_size(2 * W)));
typedef float vfu __attribute__((vector_size(4 * W), aligned(4), may_alias));
typedef uint16_t vhu __attribute__((vector_size(2 * W), aligned(2), may_alias));

#define INLINE static inline __attribute__((always_inline))
#define CHUNK 2048

INLINE vf splat(float x) { return (vf){0} + x; }
INLINE vf vselect(vi mask, vf a, vf b) { return (vf)(((vi)a & mask) | ((vi)b & ~mask)); }
// A first argument that is no number is what comes out.
INLINE vf vmax(vf a, vf b) {
#if W == 16
  return (vf)_mm512_max_ps((__m512)b, (__m512)a);
#elif W == 8
  return (vf)_mm256_max_ps((__m256)b, (__m256)a);
#else
  return vselect(a < b, b, a);
#endif
}
INLINE vf vmin(vf a, vf b) {
#if W == 16
  return (vf)_mm512_min_ps((__m512)b, (__m512)a);
#elif W == 8
  return (vf)_mm256_min_ps((__m256)b, (__m256)a);
#else
  return vselect(a > b, b, a);
#endif
}
INLINE vf vabs(vf a) { return (vf)((vi)a & 0x7fffffff); }

// The first `left` elements of a vector, none below 1: what a row's end leaves over.
#if W == 16
#define MASK(left) ((left) > 0 ? (__mmask16)((1u << (left)) - 1) : (__mmask16)0)
#elif W == 8
INLINE __m256i first(int64_t left) {
  vi lanes = {0, 1, 2, 3, 4, 5, 6, 7};
  return (__m256i)(lanes < (int32_t)left);
}
#endif

// Loads `left` elements (W when more are left); the rest is zero.
INLINE vf vload(const float *p, int64_t left) {
  if (__builtin_expect(left >= W, 1)) return *(const vfu *)p;
#if W == 16
  return (vf)_mm512_maskz_loadu_ps(MASK(left), p);
#elif W == 8
  return (vf)_mm256_maskload_ps(p, first(left));
#else
  vf v = {0};
  for (int64_t i = 0; i < left; i++) v[i] = p[i];
  return v;
#endif
}
INLINE void vstore(float *p, vf v, int64_t left) {
  if (__builtin_expect(left >= W, 1)) {
    *(vfu *)p = v;
    return;
  }
#if W == 16
  _mm512_mask_storeu_ps(p, MASK(left), (__m512)v);
#elif W == 8
  _mm256_maskstore_ps(p, first(left), (__m256)v);
#else
  for (int64_t i = 0; i < left; i++) p[i] = v[i];
#endif
}
// The first `left` elements; zeros behind them.
INLINE vf vfirst(vf v, int64_t left) {
  if (__builtin_expect(left >= W, 1)) return v;
  vi index;
  for (int i = 0; i < W; i++) index[i] = i;
  return (vf)((vi)v & (index < (int32_t)left));
}
INLINE float vsum(vf v) {
  float s[W], total = 0;
  *(vfu *)s = v;
  for (int w = W / 2; w > 0; w /= 2)
    for (int i = 0; i < w; i++) s[i] += s[i + w];
  total = s[0];
  return total;
}
INLINE float vmaximum(vf v) {
  float s[W];
  *(vfu *)s = v;
  for (int w = W / 2; w > 0; w /= 2)
    for (int i = 0; i < w; i++) s[i] = s[i + w] > s[i] ? s[i + w] : s[i];
  return s[0];
}

INLINE vf bf16_load(const uint16_t *p) {
  return (vf)(__builtin_convertvector(*(const vhu *)p, vu) << 16);
}
INLINE void bf16_store(uint16_t *p, vf x) {
#ifdef HFM_BF16_DOT
  *(vhu *)p = (vhu)_mm512_cvtneps_pbh((__m512)x);
  return;
#endif
  vu u = (vu)x;
  vu rounded = (u + 0x7fff + ((u >> 16) & 1)) >> 16;
  vu isNaN = (vu)(x != x);
  vu quiet = (u >> 16) | 0x40;
  *(vhu *)p = __builtin_convertvector((rounded & ~isNaN) | (quiet & isNaN), vh);
}
INLINE float bf16_to_float(uint16_t h) {
  uint32_t u = (uint32_t)h << 16;
  float f;
  memcpy(&f, &u, 4);
  return f;
}
INLINE uint16_t bf16_from_float(float f) {
  uint32_t u;
  memcpy(&u, &f, 4);
  if (f != f) return (uint16_t)((u >> 16) | 0x40);
  return (uint16_t)((u + 0x7fff + ((u >> 16) & 1)) >> 16);
}
// fp16 by exponent re-biasing: exact for every half, subnormals included.
INLINE float f16_to_float(uint16_t h) {
  uint32_t bits = (uint32_t)(h & 0x7fff) << 13, sign = (uint32_t)(h & 0x8000) << 16;
  float f;
  memcpy(&f, &bits, 4);
  f *= 0x1p112f;
  memcpy(&bits, &f, 4);
  if ((h & 0x7c00) == 0x7c00) bits |= 0x7f800000;
  bits |= sign;
  memcpy(&f, &bits, 4);
  return f;
}
// Rounds to nearest even: adding a power of two aligns the kept bits with the float's last ones.
INLINE uint16_t f16_from_float(float f) {
  uint32_t u, sign;
  memcpy(&u, &f, 4);
  sign = (u >> 16) & 0x8000;
  u &= 0x7fffffff;
  if (u > 0x7f800000) return (uint16_t)(sign | 0x7e00);
  if (u >= 0x477ff000) return (uint16_t)(sign | 0x7c00);
  if (u < 0x38800000) {
    float a, magic = 0.5f;
    memcpy(&a, &u, 4);
    a += magic;
    memcpy(&u, &a, 4);
    return (uint16_t)(sign | (u - 0x3f000000));
  }
  u += 0xfff + ((u >> 13) & 1);
  return (uint16_t)(sign | ((u - 0x38000000) >> 13));
}

// Vectors of storage that is fp32 or, with `brain` (a constant), bf16: elements from i on, at most
// `left` of them.
INLINE vf get(const void *p, int64_t i, int64_t left, int brain) {
  if (!brain) return vload((const float *)p + i, left);
  const uint16_t *h = (const uint16_t *)p + i;
  if (__builtin_expect(left >= W, 1)) return bf16_load(h);
#if W == 16
  vhu rest = (vhu)_mm256_maskz_loadu_epi16(MASK(left), h);
#else
  vhu rest = {0};
  for (int64_t e = 0; e < left; e++) rest[e] = h[e];
#endif
  return bf16_load((const uint16_t *)&rest);
}
INLINE void put(void *p, int64_t i, vf v, int64_t left, int brain) {
  if (!brain) return vstore((float *)p + i, v, left);
  uint16_t *h = (uint16_t *)p + i;
  if (__builtin_expect(left >= W, 1)) return bf16_store(h, v);
  uint16_t rest[W];
  bf16_store(rest, v);
#if W == 16
  _mm256_mask_storeu_epi16(h, MASK(left), *(__m256i_u *)rest);
#else
  for (int64_t e = 0; e < left; e++) h[e] = rest[e];
#endif
}

static void to_float(hfm_array a, int64_t begin, int64_t end, float *restrict y) {
  int64_t n = end - begin, i = 0;
  if (a.type == HFM_F32) {
    memcpy(y, (const float *)a.data + begin, (size_t)n * 4);
  } else if (a.type == HFM_BF16) {
    const uint16_t *p = (const uint16_t *)a.data + begin;
    for (; i + W <= n; i += W) *(vfu *)(y + i) = bf16_load(p + i);
    if (i < n) vstore(y + i, get(p, i, n - i, 1), n - i);
  } else {
    const uint16_t *p = (const uint16_t *)a.data + begin;
    for (; i < n; i++) y[i] = f16_to_float(p[i]);
  }
}
static void from_float(const float *restrict x, hfm_array a, int64_t begin, int64_t end) {
  int64_t n = end - begin, i = 0;
  if (a.type == HFM_F32) {
    if ((float *)a.data + begin != x) memcpy((float *)a.data + begin, x, (size_t)n * 4);
  } else if (a.type == HFM_BF16) {
    uint16_t *p = (uint16_t *)a.data + begin;
    for (; i + W <= n; i += W) bf16_store(p + i, *(const vfu *)(x + i));
    if (i < n) put(p, i, vload(x + i, n - i), n - i, 1);
  } else {
    uint16_t *p = (uint16_t *)a.data + begin;
    for (; i < n; i++) p[i] = f16_from_float(x[i]);
  }
}

// fp32 storage is read in place; other storage is converted into `buffer`, a chunk at a time.
INLINE const float *view(hfm_array a, int64_t begin, int64_t n, float *buffer) {
  if (a.type == HFM_F32) return (const float *)a.data + begin;
  to_float(a, begin, begin + n, buffer);
  return buffer;
}
INLINE float *target(hfm_array a, int64_t begin, float *buffer) {
  return a.type == HFM_F32 ? (float *)a.data + begin : buffer;
}
INLINE void commit(hfm_array a, int64_t begin, int64_t n, const float *buffer) {
  if (a.type != HFM_F32) from_float(buffer, a, begin, begin + n);
}
// The same where kernels take bf16 as it lies, vector by vector, if all are bf16 (`brain`).
INLINE const void *operand(hfm_array a, int64_t begin, int64_t n, float *buffer, int brain) {
  return brain ? (const void *)((const uint16_t *)a.data + begin) : view(a, begin, n, buffer);
}
INLINE void *result(hfm_array a, int64_t begin, float *buffer, int brain) {
  return brain ? (void *)((uint16_t *)a.data + begin) : target(a, begin, buffer);
}
INLINE void finish(hfm_array a, int64_t begin, int64_t n, const float *buffer, int brain) {
  if (!brain) commit(a, begin, n, buffer);
}
INLINE int are_bf16(hfm_array a, hfm_array b, hfm_array c) {
  return a.type == HFM_BF16 && b.type == HFM_BF16 && c.type == HFM_BF16;
}
INLINE float element(hfm_array a, int64_t i) {
  if (a.type == HFM_F32) return ((const float *)a.data)[i];
  uint16_t h = ((const uint16_t *)a.data)[i];
  return a.type == HFM_BF16 ? bf16_to_float(h) : f16_to_float(h);
}
INLINE int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
