#pragma once
// The computations that HFM's graphs need, over a range of rows, columns or elements at a time:
// the Swift side cuts an operator over the pool's lanes and calls these with each lane's range.
//
// Storage may be fp32, bf16 or fp16; arithmetic is fp32. One table of functions exists per
// instruction set; `hfm_kernels` returns the best one that this processor runs.
#include <stddef.h>
#include <stdint.h>

/// Number format of an array's elements.
enum { HFM_F32 = 0, HFM_BF16 = 1, HFM_F16 = 2 };

/// Elements and their number format.
typedef struct {
  void *data;
  int32_t type;
} hfm_array;

/// Point-wise non-linearities, in the order of the graph's `Activation`.
enum {
  HFM_GELU = 0,
  HFM_GELU_TANH = 1,
  HFM_QUICK_GELU = 2,
  HFM_SILU = 3,
  HFM_RELU = 4,
  HFM_TANH = 5,
  HFM_SIGMOID = 6,
  HFM_LEAKY_RELU = 7,
  HFM_SOFTPLUS = 8,
  HFM_ELU = 9,
  HFM_RELU6 = 10,
  HFM_MISH = 11,
  HFM_HARD_SWISH = 12,
  HFM_EXPONENTIAL = 13,
  HFM_RECIPROCAL = 14,
  HFM_SINE = 15
};

/// Geometry of an attention product; queries `[batch, queries, queryHeads * headSize]`.
typedef struct {
  int64_t batch, queries, keys, queryHeads, keyValueHeads, headSize;
  int32_t causal;
} hfm_attention_shape;

/// Which positions `pool` reads.
enum { HFM_POOL_TOKEN = 0, HFM_POOL_END_OF_TEXT = 1, HFM_POOL_MEAN = 2 };

/// Hyper-parameters of one AdamW update (Loshchilov & Hutter, arXiv 1711.05101, algorithm 2).
typedef struct {
  float learningRate, beta1, beta2, epsilon, weightDecay;
  /// 1 - beta^step.
  float correction1, correction2;
} hfm_adamw_rule;

/// One output tile of c = op(a) * op(b) (+ bias per column), on the calling thread alone:
/// c[m, n] with leading dimension ldc, op(a)[m, k], op(b)[k, n], row-major. Storage of each operand
/// may be any of the three formats; products are summed in fp32 and rounded once.
typedef struct {
  int32_t transposeA, transposeB;
  int64_t m, n, k, lda, ldb, ldc;
  hfm_array a, b, c, bias;
} hfm_gemm;

/// Columns of a panel of b: see `packPanels`.
#define HFM_PANEL 64

/// Every kernel of one instruction set. Ranges are half-open; `cols` is the innermost extent.
typedef struct {
  const char *name;

  // element-wise, over elements [begin, end)
  void (*add)(hfm_array a, hfm_array b, hfm_array y, int64_t bCount, int64_t begin, int64_t end);
  void (*scale)(hfm_array x, float factor, hfm_array y, int64_t begin, int64_t end);
  void (*cast)(hfm_array x, hfm_array y, int64_t begin, int64_t end);
  void (*activation)(int32_t f, hfm_array x, hfm_array y, int64_t begin, int64_t end);
  void (*activationBackward)(
      int32_t f, hfm_array dy, hfm_array x, hfm_array dx, int64_t begin, int64_t end);
  void (*gated)(
      int32_t f, hfm_array gate, hfm_array up, hfm_array y, int64_t begin, int64_t end);
  void (*gatedBackward)(
      int32_t f, hfm_array dy, hfm_array gate, hfm_array up, hfm_array dgate, hfm_array dup,
      int64_t begin, int64_t end);
  /// Sum of a[i] * b[i].
  double (*dot)(hfm_array a, hfm_array b, int64_t begin, int64_t end);
  /// a = b + scalar * c in fp32, for the bandwidth measurement.
  void (*triad)(float *a, const float *b, const float *c, float scalar, int64_t begin, int64_t end);

  // columns
  void (*sumLeading)(
      hfm_array dy, hfm_array db, int64_t rows, int64_t cols, int64_t colBegin, int64_t colEnd);
  void (*scaleColumns)(
      hfm_array x, hfm_array g, hfm_array y, int64_t cols, int64_t rowBegin, int64_t rowEnd);
  /// dx = dy * g; adds dy * x into partial[cols].
  void (*scaleColumnsBackward)(
      hfm_array dy, hfm_array x, hfm_array g, hfm_array dx, float *partial, int64_t cols,
      int64_t rowBegin, int64_t rowEnd);
  /// Sums `count` partial rows of `stride` floats into y[colBegin..<colEnd].
  void (*reducePartials)(
      const float *partials, int64_t count, int64_t stride, hfm_array y, int64_t colBegin,
      int64_t colEnd);

  // normalisation, over rows
  void (*layerNorm)(
      hfm_array x, hfm_array gamma, hfm_array beta, hfm_array y, float *mean, float *rstd,
      float epsilon, int64_t cols, int64_t rowBegin, int64_t rowEnd);
  void (*layerNormBackward)(
      hfm_array dy, hfm_array x, hfm_array gamma, const float *mean, const float *rstd,
      hfm_array dx, float *dgamma, float *dbeta, int64_t cols, int64_t rowBegin, int64_t rowEnd);
  void (*rmsNorm)(
      hfm_array x, hfm_array gamma, hfm_array y, float *rstd, float epsilon, int64_t cols,
      int64_t rowBegin, int64_t rowEnd);
  void (*rmsNormBackward)(
      hfm_array dy, hfm_array x, hfm_array gamma, const float *rstd, hfm_array dx, float *dgamma,
      int64_t cols, int64_t rowBegin, int64_t rowEnd);
  void (*l2Normalize)(
      hfm_array x, hfm_array y, float *norm, int64_t cols, int64_t rowBegin, int64_t rowEnd);
  void (*l2NormalizeBackward)(
      hfm_array dy, hfm_array y, const float *norm, hfm_array dx, int64_t cols, int64_t rowBegin,
      int64_t rowEnd);

  // positions and gathers
  /// Rows are tokens; `table` holds cos[positions][half] then sin[positions][half]. The first
  /// `rotated` elements of a head turn, the rest is copied.
  void (*rotary)(
      hfm_array x, hfm_array y, const float *table, int64_t positions, int64_t heads,
      int64_t headSize, int64_t rotated, int32_t inverse, int64_t rowBegin, int64_t rowEnd);
  /// Returns how many ids lie outside [0, vocabulary); their rows are zero.
  int64_t (*embedding)(
      const int32_t *ids, hfm_array table, hfm_array y, int64_t vocabulary, int64_t cols,
      int64_t rowBegin, int64_t rowEnd);
  /// Sums the rows of dy that `order[starts[v]..<starts[v+1]]` names into dtable[v].
  void (*embeddingBackward)(
      hfm_array dy, const int32_t *starts, const int32_t *order, hfm_array dtable, int64_t cols,
      int64_t vocabularyBegin, int64_t vocabularyEnd);
  void (*prependTokens)(
      hfm_array x, hfm_array token, hfm_array y, int64_t n, int64_t tokens, int64_t cols,
      int64_t batchBegin, int64_t batchEnd);
  void (*prependTokensBackward)(
      hfm_array dy, hfm_array dx, int64_t n, int64_t tokens, int64_t cols, int64_t batchBegin,
      int64_t batchEnd);
  /// dtoken[t] = sum over the batch of dy[b, t].
  void (*prependTokensBackwardToken)(
      hfm_array dy, hfm_array dtoken, int64_t batch, int64_t n, int64_t tokens, int64_t cols,
      int64_t tokenBegin, int64_t tokenEnd);
  void (*pool)(
      int32_t mode, int64_t position, hfm_array x, const int32_t *ids, hfm_array y,
      int64_t sequence, int64_t cols, int64_t batchBegin, int64_t batchEnd);
  void (*poolBackward)(
      int32_t mode, int64_t position, hfm_array dy, const int32_t *ids, hfm_array dx,
      int64_t sequence, int64_t cols, int64_t batchBegin, int64_t batchEnd);
  /// Rows are patches of `[B, C, H, W]` in row-major order; columns are C*p*p.
  void (*unfold)(
      hfm_array image, hfm_array y, int64_t channels, int64_t height, int64_t width,
      int64_t patch, int64_t rowBegin, int64_t rowEnd);

  // loss, over rows
  /// Returns the sum of the losses of rows whose label is not -100.
  double (*crossEntropy)(
      hfm_array logits, const int32_t *labels, float *lse, int64_t cols, int64_t rowBegin,
      int64_t rowEnd);
  void (*crossEntropyBackward)(
      hfm_array logits, const int32_t *labels, const float *lse, hfm_array dlogits, float factor,
      int64_t cols, int64_t rowBegin, int64_t rowEnd);
  void (*rowLogSumExp)(
      hfm_array x, float *lse, int64_t cols, int64_t rowBegin, int64_t rowEnd);
  void (*columnLogSumExp)(
      hfm_array x, float *lse, int64_t rows, int64_t cols, int64_t colBegin, int64_t colEnd);
  void (*contrastiveBackward)(
      hfm_array logits, const float *rowLse, const float *columnLse, hfm_array dlogits, int64_t n,
      int64_t rowBegin, int64_t rowEnd);

  // optimizer, over elements
  void (*adamw)(
      hfm_array p, hfm_array g, hfm_array m, hfm_array v, hfm_adamw_rule rule, int64_t begin,
      int64_t end);
  void (*sgd)(hfm_array p, hfm_array g, float learningRate, int64_t begin, int64_t end);

  // attention, over items
  /// Items are (batch, query head, query block), with one query (batch, key/value head, block of
  /// query heads); `scratch` from `hfm_attention_scratch`.
  void (*attention)(
      const hfm_attention_shape *shape, hfm_array q, hfm_array k, hfm_array v, hfm_array o,
      float *lse, float *scratch, int64_t itemBegin, int64_t itemEnd);
  /// Items are (batch, key/value head); `scratch` from `hfm_attention_backward_scratch`.
  void (*attentionBackward)(
      const hfm_attention_shape *shape, hfm_array dout, hfm_array q, hfm_array k, hfm_array v,
      hfm_array o, const float *lse, hfm_array dq, hfm_array dk, hfm_array dv, float *scratch,
      int64_t itemBegin, int64_t itemEnd);

  // matrix products
  /// y[rows, colBegin..<colEnd] = x[rows,k] * w[n,k]^T + bias for few rows (at most 8): streams w
  /// once. `bias.data` may be null. `scratch` holds rows * k floats.
  void (*fewRowsLinear)(
      hfm_array x, hfm_array w, hfm_array bias, hfm_array y, int64_t rows, int64_t k, int64_t n,
      float *scratch, int64_t colBegin, int64_t colEnd);
  /// Brings panels of b, in bf16 or fp32, into the order that `panelProduct` reads:
  /// [n / HFM_PANEL][k][HFM_PANEL] in fp32, [n / HFM_PANEL][k / 2][HFM_PANEL][2] in bf16; n is
  /// filled up with zeros to whole panels, k to multiples of 16 (bf16: 32). For bf16 with
  /// `transposeB`, ldb must be even.
  void (*packPanels)(const hfm_gemm *g, int64_t panelBegin, int64_t panelEnd, float *y);
  /// Rows of op(a) from a stored transposed, [k][lda]: y[row][2 or 1 times `stride`], in the format
  /// of a; `stride` counts 4 bytes and is a multiple of 16. Elements from k on up to the next
  /// multiple of 16 (bf16: 32) become zeros.
  void (*turnRows)(
      const hfm_gemm *g, int64_t rowBegin, int64_t rowEnd, float *y, int64_t stride);
  /// A product of rows of a, not transposed, and panels of b, as `packPanels` makes them: g->b is
  /// their format alone. Formats of a and b are equal and in `panelFormats`; c and bias are fp32 or
  /// bf16. In bf16 the rows of a are an even number of elements apart, and where k is odd one zero
  /// follows each. Each sum goes through k in order, whatever the tile is a part of.
  void (*panelProduct)(const hfm_gemm *g, const float *panels);
  /// Formats that `panelProduct` multiplies, as bits 1 << HFM_...; none where it is null.
  int32_t panelFormats;
  /// See `hfm_gemm_tile`.
  void (*toFloat)(hfm_array x, int64_t begin, int64_t end, float *y);
  void (*fromFloat)(const float *x, hfm_array y, int64_t begin, int64_t end);
  /// Everything beyond a plain transformer: GraphKernels.h.
  const struct hfm_graph_table *graph;
} hfm_kernel_table;

/// Instruction sets that a table exists for, from the plainest to the widest.
enum { HFM_PORTABLE = 0, HFM_AVX2 = 1, HFM_AVX512 = 2, HFM_AVX512_BF16 = 3 };

/// The table of an instruction set, or null when this processor does not run it.
const hfm_kernel_table *hfm_kernels_for(int32_t instructionSet);
/// The best table that this processor runs.
const hfm_kernel_table *hfm_kernels(void);

/// Query rows of one attention item.
int64_t hfm_attention_query_block(void);
/// Number of items of the forward kernel.
int64_t hfm_attention_items(const hfm_attention_shape *shape);
/// Scratch of one lane, in floats.
int64_t hfm_attention_scratch(const hfm_attention_shape *shape);
/// Scratch of one lane, in floats.
int64_t hfm_attention_backward_scratch(const hfm_attention_shape *shape);

/// Scratch of one lane, in floats, for `hfm_gemm_tile`; 0 when every operand is fp32.
int64_t hfm_gemm_scratch(void);
/// Computes a tile. Returns 0 or a oneDNN status.
int hfm_gemm_tile(const hfm_gemm *tile, float *scratch);
/// A product of one shape whose oneDNN code and layouts are settled, to be run many times on one
/// thread at a time. What it is created on must be a thread that runs oneDNN alone.
typedef struct hfm_product hfm_product;
/// Settles a product; of `shape` only the data of `bias` matters, and only whether it is null.
/// With `packs`, b is expected in the order that oneDNN likes best (`hfm_product_pack`).
/// Returns 0 or a oneDNN status, and then no product.
int hfm_product_create(const hfm_gemm *shape, int32_t packs, hfm_product **product);
void hfm_product_destroy(hfm_product *product);
/// Bytes of b in the order that the product expects.
int64_t hfm_product_packed_bytes(const hfm_product *product);
/// Whether two products expect b in the same order.
int hfm_product_packs_like(const hfm_product *product, const hfm_product *other);
/// Reorders b, stored as `shape` said, into `packed`. Returns 0 or a oneDNN status.
int hfm_product_pack(const hfm_product *product, void *b, void *packed);
/// Runs it on the calling thread alone. Returns 0 or a oneDNN status.
int hfm_product_run(hfm_product *product, void *a, void *b, void *bias, void *c);
/// Whether oneDNN multiplies bf16 natively on this processor.
int hfm_has_native_bf16(void);
/// Whether it does so by instructions on whole matrix tiles (AMX).
int hfm_has_tile_bf16(void);

/// Stable counting sort of ids in [0, vocabulary): fills starts[vocabulary + 1] and order[n].
/// Returns how many ids lie outside and were left out.
int64_t hfm_sort_ids(
    const int32_t *ids, int64_t n, int64_t vocabulary, int32_t *starts, int32_t *order);
/// global = id + row * rows over rows of `perRow` ids; returns how many ids lie outside [0, rows).
int64_t hfm_offset_ids(
    const int32_t *ids, int32_t *global, int64_t perRow, int64_t rows, int64_t rowBegin,
    int64_t rowEnd);
/// Fills x[begin..<end] with normal numbers of this deviation, a pure function of seed and index.
void hfm_fill_normal(
    hfm_array x, uint64_t seed, float mean, float deviation, int64_t begin, int64_t end);
/// The same numbers times 32, rounded to signed bytes.
void hfm_fill_bytes(int8_t *x, uint64_t seed, int64_t begin, int64_t end);
/// Makes oneDNN run on the calling thread alone (OpenMP's thread count is per calling thread).
void hfm_use_one_thread(void);
/// Sets OpenMP's thread count for the calling thread; returns 0 when OpenMP is absent.
int hfm_set_openmp_threads(int count);
/// 256 rising values in [-1, 1] or [0, 1]: what a byte of an 8-bit optimizer state stands for.
const float *hfm_dynamic_map(int isSigned);

#include "GraphKernels.h"
