// The inner product of attention: a few rows of `a` against a few vectors of columns of `b`, with
// the sums in registers. Elements are 4 bytes: an fp32 number, or a pair of bf16 that are
// neighbours in the summed dimension (where the instruction set multiplies such pairs).

#if W == 16
#define TILE_ROWS 6
#define TILE_VECTORS 4
#else
// 16 registers: 12 sums, 2 vectors of b, one element of a.
#define TILE_ROWS 6
#define TILE_VECTORS 2
#endif

// c[i][j] (+)= sum over k of a[i * aRow + k * aDepth] * b[k * bStride + j].
typedef struct {
  const float *a;
  int64_t aRow, aDepth;
  const float *b;
  int64_t bStride, depth;
  float *c;
  int64_t cStride;
  int32_t accumulate;
  // Where not null, what each row of c is multiplied by before it is added to.
  const float *factor;
  // Where `fetches`: what is brought into the second cache meanwhile, bytes on with each k.
  const char *fetch;
  int64_t fetchStep;
} tile_product;

INLINE vf tile_multiply(vf sum, float a, vf b, int pairs) {
#ifdef HFM_BF16_DOT
  if (pairs)
    return (vf)_mm512_dpbf16_ps((__m512)sum, (__m512bh)_mm512_set1_ps(a), (__m512bh)b);
#endif
  return sum + a * b;
}

INLINE void tile_registers(const tile_product *p, int64_t i0, int64_t j0, int rows, int vectors,
                           int pairs, int fetches) {
  vf sum[TILE_ROWS][TILE_VECTORS];
  float *c = p->c + i0 * p->cStride + j0;
  const float *a = p->a + i0 * p->aRow, *b = p->b + j0;
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < vectors; j++)
      sum[i][j] = p->accumulate ? *(const vfu *)(c + i * p->cStride + j * W) : splat(0);
  if (p->factor)
    for (int i = 0; i < rows; i++)
      for (int j = 0; j < vectors; j++) sum[i][j] *= p->factor[i0 + i];
  for (int64_t k = 0; k < p->depth; k++) {
    vf bv[TILE_VECTORS];
    if (fetches) __builtin_prefetch(p->fetch + k * p->fetchStep, 0, 2);
    for (int j = 0; j < vectors; j++) bv[j] = *(const vfu *)(b + k * p->bStride + j * W);
    for (int i = 0; i < rows; i++) {
      float av = a[i * p->aRow + k * p->aDepth];
      for (int j = 0; j < vectors; j++) sum[i][j] = tile_multiply(sum[i][j], av, bv[j], pairs);
    }
  }
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < vectors; j++) *(vfu *)(c + i * p->cStride + j * W) = sum[i][j];
}

#define TILE_CASE(R) \
  case R: tile_registers(p, i, j, R, vectors, pairs, fetches); break;
INLINE void tile_columns(const tile_product *p, int64_t rows, int64_t j, int vectors, int pairs,
                         int fetches) {
  int64_t i = 0;
  for (; i + TILE_ROWS <= rows; i += TILE_ROWS)
    tile_registers(p, i, j, TILE_ROWS, vectors, pairs, fetches);
  switch (rows - i) {
    TILE_CASE(1) TILE_CASE(2) TILE_CASE(3) TILE_CASE(4) TILE_CASE(5)
    default: break;
  }
}
INLINE void tile_all(const tile_product *p, int64_t rows, int64_t vectors, int pairs, int fetches) {
  int64_t j = 0;
  for (; j + TILE_VECTORS <= vectors; j += TILE_VECTORS)
    tile_columns(p, rows, j * W, TILE_VECTORS, pairs, fetches);
  switch (vectors - j) {
    case 1: tile_columns(p, rows, j * W, 1, pairs, fetches); break;
#if TILE_VECTORS == 4
    case 2: tile_columns(p, rows, j * W, 2, pairs, fetches); break;
    case 3: tile_columns(p, rows, j * W, 3, pairs, fetches); break;
#endif
    default: break;
  }
}
// `rows` of c, `vectors` vectors of columns; all strides in elements of 4 bytes.
static void tile_multiply_floats(const tile_product *p, int64_t rows, int64_t vectors) {
  tile_all(p, rows, vectors, 0, 0);
}
#ifdef HFM_BF16_DOT
static void tile_multiply_pairs(const tile_product *p, int64_t rows, int64_t vectors) {
  tile_all(p, rows, vectors, 1, 0);
}
#endif

#if W == 16
#define INTERLEAVE_LOW(a, b) \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define INTERLEAVE_HIGH(a, b) \
  __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#elif W == 8
#define INTERLEAVE_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define INTERLEAVE_HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#else
#define INTERLEAVE_LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define INTERLEAVE_HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#endif

// y[column][row] = x[row][column] for rows x columns elements of 4 bytes; rows of y are padded with
// zeros to a multiple of W. Log2(W) perfect shuffles of W vectors transpose them.
static void tile_transpose(const float *x, int64_t stride, int64_t rows, int64_t columns, float *y,
                           int64_t yStride) {
  for (int64_t r = 0; r < rows; r += W)
    for (int64_t c = 0; c < columns; c += W) {
      vf v[W], next[W];
      for (int i = 0; i < W; i++)
        v[i] = r + i < rows ? vload(x + (r + i) * stride + c, columns - c) : splat(0);
      for (int step = 1; step < W; step *= 2) {
        for (int i = 0; i < W / 2; i++) {
          next[2 * i] = INTERLEAVE_LOW(v[i], v[i + W / 2]);
          next[2 * i + 1] = INTERLEAVE_HIGH(v[i], v[i + W / 2]);
        }
        for (int i = 0; i < W; i++) v[i] = next[i];
      }
      for (int i = 0; i < W && c + i < columns; i++) *(vfu *)(y + (c + i) * yStride + r) = v[i];
    }
}
