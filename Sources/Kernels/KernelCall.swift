import CKernels
import Executor
import Graph
import Quantities

/// One operator about to run: its operands, the lanes and the memory that it may use.
struct KernelCall {
  let name: String
  let kind: OperatorKind
  let inputs: [TensorStorage]
  let outputs: [TensorStorage]
  let rotaryTable: [Float]
  let plan: StepPlan
  let scales: TensorStorage?
  let statistics: [TensorStorage]
  let scope: TeamScope
  let workspace: WorkspaceView
  let table: KernelTable
  let optimizer: OptimizerSettings
  let step: Int
  /// The product that the operator is; nil for other kinds.
  let product: MatrixProduct?
  /// Its settled form; nil for few rows and formats without one.
  let productPlan: ProductPlan?
  /// Its packed weights, if it is a convolution that has any.
  let packedConvolution: PackedConvolution?

  var kernels: hfm_kernel_table { table.functions.pointee }

  /// Runs the operator on the lanes and returns when it is done.
  /// - Throws: `UserError` when ids or labels lie outside their table or oneDNN refuses a product.
  func execute() throws(UserError) {
    if case .linear(let bias) = kind, let scales { return try byteLinear(scales, bias: bias) }
    switch kind {
    case .linear, .linearGradInput, .linearGradWeight, .matmul, .patchEmbedding,
      .patchEmbeddingGradWeight:
      try executeProduct()
    case .attention(let geometry):
      geometry.isPlain ? attention(geometry) : biasAttention(geometry)
    case .attentionBackward(let geometry):
      geometry.isPlain ? attentionBackward(geometry) : biasAttentionBackward(geometry)
    case .layerNorm, .layerNormBackward, .rmsNorm, .rmsNormBackward, .l2Normalize,
      .l2NormalizeBackward:
      executeNormalization()
    case .add, .sumLeading, .scaleColumns, .scaleColumnsBackward, .scale, .scaleByExponential,
      .scaleByExponentialBackward, .activation, .activationBackward, .gatedActivation,
      .gatedActivationBackward, .rotary, .cast:
      executeElementwise()
    case .embedding, .embeddingBackward, .prependTokens, .prependTokensBackward, .pool,
      .poolBackward:
      try executeGather()
    case .crossEntropy, .crossEntropyBackward, .contrastiveLoss, .contrastiveLossBackward:
      try executeLoss()
    case .optimizer(let rule): try update(rule)
    default: try executeGraph()
    }
  }

  /// Spreads elements over the lanes in whole vectors and cache lines.
  func forElements(_ count: Int, _ body: (_ begin: Int, _ end: Int, _ lane: Int) -> Void) {
    scope.parallelFor(count, alignment: 512) { body($0.lowerBound, $0.upperBound, $1) }
  }

  /// Spreads rows, columns, heads or samples over the lanes.
  func forRows(
    _ count: Int, grain: Int = 1, _ body: (_ begin: Int, _ end: Int, _ lane: Int) -> Void
  ) {
    scope.parallelFor(count, alignment: grain) { body($0.lowerBound, $0.upperBound, $1) }
  }

  /// Sums what `body` returns for each lane's range, in the order of lanes.
  func sum(_ count: Int, grain: Int, _ body: (_ begin: Int, _ end: Int) -> Double) -> Double {
    scope.forEachLane { lane in
      let range = TeamScope.chunk(lane, of: scope.count, count: count, grain: grain)
      workspace.value(lane).pointee =
        range.isEmpty ? 0 : body(range.lowerBound, range.upperBound)
    }
    return (0..<scope.count).reduce(0) { $0 + workspace.value($1).pointee }
  }

  func fault(_ message: String, remedy: String) -> UserError {
    UserError(.run, key: name, message, remedy: remedy)
  }
}
