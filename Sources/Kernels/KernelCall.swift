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
  let scope: TeamScope
  let workspace: WorkspaceView
  let table: KernelTable
  let optimizer: OptimizerSettings
  let step: Int
  /// The product that the operator is; nil for other kinds.
  let product: MatrixProduct?
  /// Its settled form; nil for few rows and formats without one.
  let plan: ProductPlan?

  var kernels: hfm_kernel_table { table.functions.pointee }

  /// Runs the operator on the lanes and returns when it is done.
  /// - Throws: `UserError` when ids or labels lie outside their table or oneDNN refuses a product.
  func execute() throws(UserError) {
    switch kind {
    case .linear, .linearGradInput, .linearGradWeight, .matmul, .patchEmbedding,
      .patchEmbeddingGradWeight:
      try executeProduct()
    case .attention(let geometry): attention(geometry)
    case .attentionBackward(let geometry): attentionBackward(geometry)
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
    case .optimizer(let rule): update(rule)
    default: throw KernelSupport.missing(name, kind)
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

  // MARK: optimizer

  private func update(_ rule: OptimizerKind) {
    let (parameter, gradient) = (inputs[0], inputs[1])
    switch rule {
    case .adamw:
      let rule = optimizer.rule(step: step)
      forElements(parameter.count) { begin, end, _ in
        kernels.adamw(
          parameter.array, gradient.array, inputs[2].array, inputs[3].array, rule, Int64(begin),
          Int64(end))
      }
    case .sgd:
      forElements(parameter.count) { begin, end, _ in
        kernels.sgd(
          parameter.array, gradient.array, Float(optimizer.learningRate), Int64(begin), Int64(end))
      }
    default: break
    }
  }
}
