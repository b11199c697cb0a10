#pragma once
// Kernels of the operators beyond a plain transformer: movement by boxes, broadcasting, reductions,
// convolution, norms over channels, attention with a bias, pooling, resampling, losses over
// elements and further optimizers. As in CKernels.h, each call covers a range that one lane owns.
#include "CKernels.h"

/// Most dimensions that a box may have after neighbouring ones are joined.
#define HFM_RANK 8

/// Elements moved between two strided layouts; strides and offsets count elements.
typedef struct {
  int64_t rank, xAt, yAt;
  int64_t extents[HFM_RANK], x[HFM_RANK], y[HFM_RANK];
} hfm_box;

/// A sum over some dimensions of x; results lie in order. Strides count elements of x.
typedef struct {
  int64_t keptRank, reducedRank;
  int64_t kept[HFM_RANK], keptX[HFM_RANK], reduced[HFM_RANK], reducedX[HFM_RANK];
} hfm_reduction;

/// Attention with whatever `hfm_attention_shape` lacks; no tensor of scores is kept unless
/// `probabilities` is given.
typedef struct {
  int64_t batch, queries, keys, queryHeads, keyValueHeads, headSize, valueSize;
  /// 0 for no window.
  int64_t window;
  int32_t causal;
  /// Strides of the bias [batch, heads, queries, keys]; 0 along repeated dimensions.
  int64_t biasStride[4];
} hfm_bias_attention;

/// Maximum or mean over windows of three spatial dimensions; leading ones are 1 where there are
/// fewer.
typedef struct {
  int32_t isMean;
  int64_t input[3], output[3], window[3], stride[3], padding[3];
} hfm_windows;

/// Resampling as a product of one table per spatial dimension: output i reads `taps` inputs.
typedef struct {
  int64_t input[3], output[3], taps[3];
  const int32_t *index[3];
  const float *weight[3];
} hfm_resampling;

/// What of a convolution is computed from the other two: target, source or weights.
enum { HFM_CONVOLVE = 0, HFM_CONVOLVE_DATA = 1, HFM_CONVOLVE_WEIGHTS = 2 };

/// Most taps along a row of a depth-wise window, and most steps of its stride there; most results
/// and taps of a tile.
#define HFM_DEPTH_WINDOW 32
#define HFM_DEPTH_PHASES 4
#define HFM_DEPTH_TILE 8
#define HFM_DEPTH_LEAST_TILE 4
#define HFM_DEPTH_TAPS 5
/// Taps of a row that read the same positions for neighbouring results: `count` from tap `first`
/// on, `step` apart, the first of which reads position `at`.
typedef struct {
  int32_t count, first, step, at;
} hfm_depth_taps;
/// A depth-wise convolution of maps of three spatial dimensions (leading ones are 1 where there are
/// fewer): `from` is the map that is read, and `to` the one whose positions are gone through, the
/// target except for the gradient of the source. Strides count elements.
typedef struct {
  int32_t kind, phases;
  int64_t batch, channels, from[3], to[3], kernel[3], stride[3], padding[3], dilation[3];
  int64_t fromSample, fromChannel, fromStep, toSample, toChannel, toStep;
  /// Channels that are worked on at a time, a multiple of 16.
  int64_t block;
  /// By `hfm_depthwise_settle`: results of a row in each phase of a stride, in one go, and in one
  /// tile; positions of a row in the ring, its rows, where the first begins and how far it goes on
  /// from one result to the next; places in the scratch, and its size in floats.
  int64_t results, segment, segments, tile, row, ring, low, step;
  int64_t weightsAt, ringAt, lineAt, stagingAt, scratch;
  int32_t phaseStart[HFM_DEPTH_PHASES + 1];
  hfm_depth_taps runs[HFM_DEPTH_WINDOW];
} hfm_depthwise;
/// Settles what the kernels need; returns 0 where they have no code for such windows.
int hfm_depthwise_settle(hfm_depthwise *shape);

enum { HFM_ADD = 0, HFM_MULTIPLY = 1 };
enum { HFM_SQUARED = 0, HFM_ABSOLUTE = 1, HFM_BINARY_CROSS_ENTROPY = 2 };

typedef struct hfm_graph_table {
  // movement, over rows (all extents of a box but the last)
  /// y = factor * x; bits are copied where formats agree and the factor is 1.
  void (*move)(
      const hfm_box *box, hfm_array x, hfm_array y, float factor, int64_t rowBegin,
      int64_t rowEnd);
  /// y = a op b: `box.y` are the strides of a and y, `box.x` those of b.
  void (*combine)(
      int32_t op, const hfm_box *box, hfm_array a, hfm_array b, hfm_array y, int64_t rowBegin,
      int64_t rowEnd);
  /// y[begin..<end] = factor * sum of x (times z of the same layout unless its data is null).
  void (*reduce)(
      const hfm_reduction *shape, hfm_array x, hfm_array z, hfm_array y, float factor,
      int64_t begin, int64_t end);

  // rows
  void (*softmax)(hfm_array x, hfm_array y, int64_t cols, int64_t rowBegin, int64_t rowEnd);
  void (*softmaxBackward)(
      hfm_array dy, hfm_array y, hfm_array dx, int64_t cols, int64_t rowBegin, int64_t rowEnd);
  /// moments[2r] = mean, moments[2r + 1] = sum of squared differences from it.
  void (*moments)(hfm_array x, float *moments, int64_t cols, int64_t rowBegin, int64_t rowEnd);
  /// y = (x - c[0]) c[1] + c[2] with three coefficients a row.
  void (*affineRows)(
      hfm_array x, hfm_array y, const float *coefficients, int64_t cols, int64_t rowBegin,
      int64_t rowEnd);
  /// sums[2r] = sum of dy, sums[2r + 1] = sum of dy (x - c[4r]).
  void (*gradientSums)(
      hfm_array dy, hfm_array x, const float *coefficients, float *sums, int64_t cols,
      int64_t rowBegin, int64_t rowEnd);
  /// dx = c[1] dy + c[2] (x - c[0]) + c[3] with four coefficients a row.
  void (*affineGradientRows)(
      hfm_array dy, hfm_array x, hfm_array dx, const float *coefficients, int64_t cols,
      int64_t rowBegin, int64_t rowEnd);
  /// Rows are (sample, channel); `slopes` is 1 or the number of channels.
  void (*parametricRelu)(
      hfm_array x, hfm_array slope, hfm_array y, int64_t slopes, int64_t cols, int64_t rowBegin,
      int64_t rowEnd);
  /// sums[r] = sum of dy x over the row's negative x.
  void (*parametricReluBackward)(
      hfm_array dy, hfm_array x, hfm_array slope, hfm_array dx, float *sums, int64_t slopes,
      int64_t cols, int64_t rowBegin, int64_t rowEnd);

  // attention
  /// Items are (batch, query head, block of `hfm_bias_attention_rows` queries). Either `lse` or
  /// `probabilities` is null.
  void (*biasAttention)(
      const hfm_bias_attention *shape, hfm_array q, hfm_array k, hfm_array v, hfm_array bias,
      hfm_array o, float *lse, hfm_array probabilities, float *scratch, int64_t itemBegin,
      int64_t itemEnd);
  /// Items are what shares a part of the bias: see `hfm_bias_attention_groups`. `dbias` is fp32,
  /// zero at the start, or null.
  void (*biasAttentionBackward)(
      const hfm_bias_attention *shape, hfm_array dout, hfm_array q, hfm_array k, hfm_array v,
      hfm_array bias, hfm_array o, const float *lse, hfm_array probabilities, hfm_array dq,
      hfm_array dk, hfm_array dv, float *dbias, float *scratch, int64_t itemBegin,
      int64_t itemEnd);

  // planes (sample, channel)
  void (*poolWindows)(
      const hfm_windows *shape, hfm_array x, hfm_array y, int64_t *positions, int64_t planeBegin,
      int64_t planeEnd);
  /// `scratch` holds one input plane.
  void (*poolWindowsBackward)(
      const hfm_windows *shape, hfm_array dy, const int64_t *positions, hfm_array dx,
      float *scratch, int64_t planeBegin, int64_t planeEnd);
  /// `scratch` holds one input plane and one input row.
  void (*resample)(
      const hfm_resampling *shape, hfm_array x, hfm_array y, float *scratch, int64_t planeBegin,
      int64_t planeEnd);
  void (*resampleBackward)(
      const hfm_resampling *shape, hfm_array dy, hfm_array dx, float *scratch,
      int64_t planeBegin, int64_t planeEnd);

  // maps whose channels lie last, [samples * positions, channels]; positions [begin, end)
  /// Mean and squares as `moments`, by channel.
  void (*channelMoments)(
      hfm_array x, float *moments, int64_t channels, int64_t begin, int64_t end);
  /// As `affineRows`, with three coefficients a channel.
  void (*affineChannels)(
      hfm_array x, hfm_array y, const float *coefficients, int64_t channels, int64_t begin,
      int64_t end);
  /// As `gradientSums`, by channel.
  void (*channelGradientSums)(
      hfm_array dy, hfm_array x, const float *coefficients, float *sums, int64_t channels,
      int64_t begin, int64_t end);
  /// As `affineGradientRows`, with four coefficients a channel.
  void (*affineGradientChannels)(
      hfm_array dy, hfm_array x, hfm_array dx, const float *coefficients, int64_t channels,
      int64_t begin, int64_t end);
  /// Positions of y.
  void (*poolChannels)(
      const hfm_windows *shape, hfm_array x, hfm_array y, int64_t *positions, int64_t channels,
      int64_t begin, int64_t end);
  /// Positions of dx.
  void (*poolChannelsBackward)(
      const hfm_windows *shape, hfm_array dy, const int64_t *positions, hfm_array dx,
      int64_t channels, int64_t begin, int64_t end);
  /// Positions of y.
  void (*resampleChannels)(
      const hfm_resampling *shape, hfm_array x, hfm_array y, int64_t channels, int64_t begin,
      int64_t end);

  // depth-wise convolutions; units are (block of channels, sample, part of the rows, row)
  /// The target, or the source's gradient. `bias` may be null.
  void (*depthwise)(
      const hfm_depthwise *shape, hfm_array x, hfm_array w, hfm_array bias, hfm_array y,
      float *scratch, int64_t unitBegin, int64_t unitEnd);
  /// sums = what units of one block of channels add to the gradients of weights and bias.
  void (*depthwiseWeights)(
      const hfm_depthwise *shape, hfm_array dy, hfm_array x, float *sums, float *scratch,
      int64_t unitBegin, int64_t unitEnd);
  /// The sums of a block as gradients; `dbias` may be null.
  void (*depthwiseStore)(
      const hfm_depthwise *shape, const float *sums, hfm_array dw, hfm_array dbias, int64_t block,
      float *scratch);

  // losses
  double (*elementLoss)(
      int32_t loss, hfm_array prediction, hfm_array target, int64_t begin, int64_t end);
  void (*elementLossBackward)(
      int32_t loss, hfm_array prediction, hfm_array target, hfm_array dprediction, float factor,
      int64_t begin, int64_t end);
  double (*softCrossEntropy)(
      hfm_array logits, hfm_array target, int64_t cols, int64_t rowBegin, int64_t rowEnd);
  void (*softCrossEntropyBackward)(
      hfm_array logits, hfm_array target, hfm_array dlogits, float factor, int64_t cols,
      int64_t rowBegin, int64_t rowEnd);
  double (*cosineLoss)(
      hfm_array a, hfm_array b, int64_t cols, int64_t rowBegin, int64_t rowEnd);
  void (*cosineLossBackward)(
      hfm_array a, hfm_array b, hfm_array da, float factor, int64_t cols, int64_t rowBegin,
      int64_t rowEnd);
  /// Over positions of one sample `[channels, positions]` at element `at`: adds the products of
  /// probability and target, the probabilities and the targets of each channel to
  /// `sums[3 * channel]`, and returns the sum of cross-entropies. `scratch`: 2 * channels * 256.
  double (*diceSums)(
      hfm_array logits, hfm_array target, int64_t at, int64_t channels, int64_t positions,
      double *sums, float *scratch, int64_t begin, int64_t end);
  /// dlogits for d(dice)/dp = slope[2c] t + slope[2c + 1] and cross-entropies times `factor`.
  void (*diceBackward)(
      hfm_array logits, hfm_array target, hfm_array dlogits, int64_t at, int64_t channels,
      int64_t positions, const float *slopes, float factor, float *scratch, int64_t begin,
      int64_t end);

  // optimizers
  void (*momentum)(
      hfm_array p, hfm_array g, hfm_array m, float rate, float decay, int64_t begin,
      int64_t end);
  /// Updates the moments; norms[0] += sum of p^2, norms[1] += sum of r^2, r as below.
  void (*lambMoments)(
      hfm_array p, hfm_array g, hfm_array m, hfm_array v, hfm_adamw_rule rule, double *norms,
      int64_t begin, int64_t end);
  /// p -= rate * r, r = m' / (sqrt v' + epsilon) + decay p.
  void (*lambStep)(
      hfm_array p, hfm_array m, hfm_array v, hfm_adamw_rule rule, float rate, int64_t begin,
      int64_t end);
  /// AdamW on moments of one byte an element, in blocks of 256 with a scale each.
  void (*adamw8bit)(
      hfm_array p, hfm_array g, uint8_t *m, float *mScale, uint8_t *v, float *vScale,
      hfm_adamw_rule rule, int64_t count, int64_t blockBegin, int64_t blockEnd);
  /// rowSums[r] = sum of g^2 + floor over row r, added by column to colSums.
  void (*squareSums)(
      hfm_array g, float floor, float *rowSums, float *colSums, int64_t cols, int64_t rowBegin,
      int64_t rowEnd);
  /// u = g / sqrt(row[r] col[c]): returns the sum of u^2, and with a rate sets p -= rate u.
  double (*factoredStep)(
      hfm_array p, hfm_array g, const float *row, const float *col, float rate, int64_t cols,
      int64_t rowBegin, int64_t rowEnd);
  /// y = x w^T + bias for few rows of x (at most 4) and weights of one byte, row j of w being
  /// codes * scale[j]; each weight is read once. `scratch` holds rows * k floats.
  void (*fewRowsByteLinear)(
      hfm_array x, const int8_t *w, const float *scales, hfm_array bias, hfm_array y,
      int64_t rows, int64_t k, int64_t n, float *scratch, int64_t colBegin, int64_t colEnd);
  /// y = codes * scale, rows [rowBegin, rowEnd) packed from y's start.
  void (*expandBytes)(
      const int8_t *w, const float *scales, hfm_array y, int64_t k, int64_t rowBegin,
      int64_t rowEnd);
  /// c = factor a b, or factor a conj(b), over complex numbers; added to c if `adds`. c may be a.
  void (*complexProduct)(
      const float *a, const float *b, float *c, int64_t count, int32_t conjugate, int32_t adds,
      float factor);
  /// c = alpha a + beta b in fp32.
  void (*blend)(
      const float *a, const float *b, float *c, float alpha, float beta, int64_t begin,
      int64_t end);
} hfm_graph_table;

/// Queries of one item of `biasAttention`.
int64_t hfm_bias_attention_rows(const hfm_bias_attention *shape);
/// Scratch of one lane in floats, forward and backward.
int64_t hfm_bias_attention_scratch(const hfm_bias_attention *shape, int32_t backward);
/// Items of the backward kernel: (batch groups) * (head groups), those that share no bias.
int64_t hfm_bias_attention_groups(
    const hfm_bias_attention *shape, int64_t *batchGroups, int64_t *headGroups);

/// A part of a convolution that one lane computes; opaque.
typedef struct hfm_convolution hfm_convolution;
/// `source` [batch, groups * inputs, extents] convolved with `weights` [groups * outputs, inputs,
/// kernel] gives `target` [batch, groups * outputs, ...]; each kind computes one from the other
/// two. Strides of batch and channel, and the step between neighbours along the last dimension,
/// count elements: where channels lie last, a channel's stride is 1. Gradients of weights and bias
/// are fp32 where they are sums over a part of the positions.
typedef struct {
  int32_t kind, dimensions, type, hasBias, isPartial;
  int64_t batch, groups, inputs, outputs;
  int64_t source[3], target[3], kernel[3], stride[3], padding[3], dilation[3];
  int64_t sourceStride, sourceChannelStride, sourceStep;
  int64_t targetStride, targetChannelStride, targetStep, weightStride;
} hfm_convolution_shape;
/// Chooses an implementation; returns 0 or a oneDNN status.
int hfm_convolution_create(const hfm_convolution_shape *shape, hfm_convolution **result);
/// Scratch in bytes.
int64_t hfm_convolution_scratch(const hfm_convolution *part);
/// Generates the code; returns 0 or a oneDNN status.
int hfm_convolution_prepare(hfm_convolution *part);
/// Runs on the calling thread alone; returns 0 or a oneDNN status. `scratch` is 64-byte aligned.
/// `packed` are the weights as a packing made them, or null.
int hfm_convolution_run(
    hfm_convolution *part, void *source, void *weights, void *packed, void *bias, void *target,
    void *scratch);
void hfm_convolution_destroy(hfm_convolution *part);

/// Bytes of the weights in the order that the part likes; 0 where they need not be packed.
int64_t hfm_convolution_packed_bytes(const hfm_convolution *part);
/// Whether both parts like the same order of the same weights.
int hfm_convolution_packs_like(const hfm_convolution *part, const hfm_convolution *other);
/// Brings weights into the order that a part likes; opaque.
typedef struct hfm_packing hfm_packing;
/// Returns 0 or a oneDNN status. The addresses are kept.
int hfm_packing_create(
    const hfm_convolution *part, void *weights, void *packed, hfm_packing **result);
/// Runs on the calling thread alone; returns 0 or a oneDNN status.
int hfm_packing_run(hfm_packing *packing);
void hfm_packing_destroy(hfm_packing *packing);
