import CostModel
import HardwareModel

/// The candidates of each open dimension for one workload and cluster.
///
/// A class, since every cut of a search reads the same one: it never changes.
final class SearchDimensions: Sendable {
  /// A cut of the kernels: what tables of times are made for.
  struct Outer {
    var tensor: Int
    var context: Int
    var contextKind: ContextKind
    var sequenceParallel: Bool
    var expert: Int
    var expertTensor: Int
    var execution: ExecutionChoice?

    var parallelism: Parallelism {
      var result = Parallelism()
      result.tensor = tensor
      result.context = context
      result.contextKind = contextKind
      result.sequenceParallel = sequenceParallel
      result.expert = expert
      result.expertTensor = expertTensor
      return result
    }

    /// What computing depends on.
    var plain: WorkCut {
      var cut = WorkCut()
      cut.tensor = tensor
      cut.context = context
      cut.sequenceParallel = sequenceParallel
      cut.expert = expert
      cut.expertTensor = expertTensor
      return cut
    }

    /// How kernels are cut.
    func work(_ request: PlanRequest) -> WorkCut {
      var cut = plain
      cut.fusedAttention = request.stack.fusedAttention
      cut.imbalance = request.expertImbalance
      cut.regathers = execution?.regathers ?? true
      return cut
    }
  }

  /// What only the closed form sees.
  struct Inner {
    var virtualStages: Int
    var schedule: PipelineSchedule
    var zero: Int
    var shards: ShardGroup
    var offload: Offload
  }

  let request: PlanRequest
  let trains: Bool
  let recomputes: [RecomputeChoice]
  private let heads: Int
  private let layers: Int
  private let tokens: Int
  private let experts: Int
  private let available: Int
  private let batchDivisors: [Int]
  private let offloads: [Offload]
  /// Pipeline orders by what a device holds of the layers: all that `schedules` depends on.
  private let orders: [Int: [(Int, PipelineSchedule)]]

  init(_ request: PlanRequest, trains: Bool, _ step: LayeredStep?) {
    self.request = request
    self.trains = trains
    var heads = 0
    var tokens = 0
    for layer in step?.layers ?? [] {
      for item in layer.forward {
        guard case .attention(let shape) = item.shape else { continue }
        heads = Self.gcd(heads, Int(shape.heads))
        tokens = max(tokens, Int(shape.queries))
      }
    }
    self.heads = heads
    self.tokens = tokens
    experts = (step?.layers ?? []).reduce(0) { Self.gcd($0, Int($1.experts)) }
    let repeated = step?.layers.filter(\.isLayer) ?? []
    layers = repeated.reduce(0) { $0 + $1.count }
    available = request.availableDevices
    recomputes =
      trains ? RecomputeChoice.all(request.space) : [RecomputeChoice(mode: .none)]
    offloads = request.space.offload ?? [[]]
    batchDivisors = SearchSpace.divisors(request.globalBatch, upTo: available)
    let stages = request.space.pipeline ?? Array(1...max(1, min(layers, available)))
    let (space, count, isSingle) = (request.space, layers, repeated.count == 1)
    orders = Dictionary(
      stages.map { ($0, Self.orders(of: $0, space, layers: count, isSingle: isSingle)) },
      uniquingKeysWith: { first, _ in first })
  }

  private static func gcd(_ a: Int, _ b: Int) -> Int { b == 0 ? a : gcd(b, a % b) }

  // MARK: outer

  var outer: [Outer] {
    guard let choices = request.space.executions else { return cuts }
    // Choices go outside: what overlaps most sets the bound for the others.
    return choices.flatMap { choice in
      tensors.filter(choice.matters(tensor:)).map { tensor in
        Outer(
          tensor: tensor, context: 1, contextKind: .ring,
          sequenceParallel: choice.sequenceParallel, expert: 1, expertTensor: 1,
          execution: choice)
      }
    }
  }

  private var cuts: [Outer] {
    var result: [Outer] = []
    for context in contexts {
      for kind in context > 1 ? request.space.contextKind ?? ContextKind.allCases : [.ring] {
        for tensor in tensors {
          // A kind that is given is refused with its reason.
          guard
            kind == .ring || request.space.contextKind != nil || cutsHeads(tensor, context, kind)
          else { continue }
          let sequences = tensor > 1 ? request.space.sequenceParallel ?? [true, false] : [false]
          for sequence in sequences where trains || !sequence {
            for (expert, expertTensor) in expertCuts(tensor, sequence) {
              result.append(
                Outer(
                  tensor: tensor, context: context, contextKind: kind,
                  sequenceParallel: sequence, expert: expert, expertTensor: expertTensor))
            }
          }
        }
      }
    }
    return result
  }

  /// Devices that experts are spread over, and those that share each expert's matrices. Without
  /// sequence parallelism every tensor parallel device holds all rows, so they share the matrices.
  private func expertCuts(_ tensor: Int, _ sequence: Bool) -> [(Int, Int)] {
    guard experts > 0 else { return (request.space.expert ?? [1]).map { ($0, 1) } }
    let shares: [Int]
    if let given = request.space.expertTensor {
      shares = given
    } else {
      shares = tensor == 1 ? [1] : sequence ? [1, tensor] : [tensor]
    }
    let spreads =
      request.space.expert ?? SearchSpace.divisors(experts, upTo: trains ? available : 1)
    return spreads.flatMap { spread in shares.map { (spread, $0) } }
  }

  private var tensors: [Int] {
    if let given = request.space.tensor { return given }
    guard heads > 1 else { return [1] }
    return SearchSpace.divisors(heads, upTo: min(request.cluster.devicesPerNode, available))
  }

  private var contexts: [Int] {
    if let given = request.space.context { return given }
    guard trains, tokens >= 8192 else { return [1] }
    var result: [Int] = []
    var context = 1
    while context <= available, tokens / context >= 2048 {
      result.append(context)
      context *= 2
    }
    return result
  }

  // MARK: pipelines and replicas

  func pipelines(_ outer: Outer) -> [Int] {
    if let given = request.space.pipeline { return given }
    guard trains, layers > 1 else { return [1] }
    let most = min(layers, available / (outer.tensor * outer.context))
    guard most > 1 else { return [1] }
    return (1...most).filter { stages in
      guard request.devices == nil else {
        return available % (outer.tensor * outer.context * stages) == 0
      }
      return stages == 1 || layers % stages == 0 || stages <= 16
    }
  }

  func datas(_ outer: Outer, _ pipeline: Int) -> [Int] {
    let rest = outer.tensor * outer.context * pipeline
    if let given = request.space.data { return given }
    if !trains { return [max(1, available / rest)] }
    if request.devices != nil { return [max(1, available / rest)] }
    return batchDivisors.filter { $0 <= max(1, available / rest) }
  }

  /// Why a number of replicas is not possible; nil when it is.
  func refusal(_ data: Int, _ outer: Outer, _ pipeline: Int, _ size: Int) -> Refusal? {
    let (rest, first) = (outer.tensor * outer.context)
      .multipliedReportingOverflow(by: pipeline)
    let (used, second) = rest.multipliedReportingOverflow(by: data)
    if first || second || used > available { return .devices }
    guard cutsHeads(outer.tensor, outer.context, outer.contextKind) else { return .heads }
    // Stages to interleave are asked for, and this pipeline has none.
    if schedules(pipeline).isEmpty { return .layers }
    // No stage has as many layers as are to recompute.
    if let count = request.space.recomputeSpan?.layers, (count - 1) * pipeline >= layers {
      return .layers
    }
    if let refusal = expertRefusal(data, outer) { return refusal }
    if trains, request.devices != nil, used != available { return .devices }
    if outer.context > 1, tokens == 0 || tokens % outer.context != 0 { return .sequence }
    guard trains else { return nil }
    let (samples, overflow) = data.multipliedReportingOverflow(by: size)
    if overflow || request.globalBatch % samples != 0 { return .batch }
    return nil
  }

  /// Whether each device gets whole attention heads, where it gets fewer than all: what tensor
  /// parallelism and an exchange of heads cut by.
  private func cutsHeads(_ tensor: Int, _ context: Int, _ kind: ContextKind) -> Bool {
    let shares = context > 1 && kind == .allToAll ? tensor * context : tensor
    return shares == 1 || heads > 0 && heads % shares == 0
  }

  private func expertRefusal(_ data: Int, _ outer: Outer) -> Refusal? {
    guard outer.expert > 1 || outer.expertTensor > 1 else { return nil }
    let (spread, overflow) = outer.expert.multipliedReportingOverflow(by: outer.expertTensor)
    let fits =
      !overflow && experts > 0 && experts % outer.expert == 0
      && data * outer.context * outer.tensor % spread == 0
      && (outer.expertTensor == 1 || outer.expertTensor == outer.tensor)
    return fits ? nil : .experts
  }

  // MARK: inner

  func inner(_ cut: Parallelism) -> [Inner] {
    let orders = schedules(cut.pipeline)
    var result: [Inner] = []
    for offload in offloads {
      for zero in zeroStages(cut) {
        for shards in shards(zero, cut) {
          for (virtualStages, schedule) in orders {
            result.append(
              Inner(
                virtualStages: virtualStages, schedule: schedule, zero: zero, shards: shards,
                offload: offload))
          }
        }
      }
    }
    return result
  }

  /// A number of all that `inner` gives, and of those that leave activations on the device.
  struct InnerCount {
    fileprivate var all: Int
    fileprivate var resident: Int

    /// How many a choice takes.
    func of(_ choice: RecomputeChoice) -> Int { choice.staysResident ? resident : all }
  }

  /// How many `inner` gives, without making them.
  func innerCount(_ cut: Parallelism) -> InnerCount {
    let sharings = zeroStages(cut).reduce(0) { $0 + shards($1, cut).count }
    let one = sharings * schedules(cut.pipeline).count
    return InnerCount(
      all: offloads.count * one, resident: offloads.count { !$0.contains(.activations) } * one)
  }

  /// Whether a choice of recomputation is tried with an offload.
  func takes(_ offload: Offload, _ choice: RecomputeChoice) -> Bool {
    !choice.staysResident || !offload.contains(.activations)
  }

  /// Least share of the other stages' time that a pipeline waits, and whether weight gradients may
  /// fill it.
  func leastBubble(_ pipeline: Int) -> (share: Double, fills: Bool) {
    let orders = schedules(pipeline)
    return (
      1 / Double(orders.reduce(1) { max($0, $1.0) }), orders.contains { $0.1 == .zeroBubble }
    )
  }

  private func zeroStages(_ cut: Parallelism) -> [Int] {
    let replicas = cut.data * cut.context
    guard let given = request.space.zeroStage else {
      return replicas == 1 || !trains ? [0] : [0, 1, 2, 3]
    }
    // Without replicas all stages are one.
    return request.space.executions != nil && replicas == 1 ? Array(given.prefix(1)) : given
  }

  private func shards(_ zero: Int, _ cut: Parallelism) -> [ShardGroup] {
    let inNode = max(1, request.cluster.devicesPerNode / cut.tensor)
    // Where nothing is shared, or all lie in one node, both groups are one.
    guard zero > 0, cut.data * cut.context > inNode else { return [.all] }
    if let given = request.space.shardGroup { return given }
    return zero == 3 && inNode > 1 ? [.all, .node] : [.all]
  }

  private func schedules(_ pipeline: Int) -> [(Int, PipelineSchedule)] {
    orders[pipeline] ?? [(1, .oneForwardOneBackward)]
  }

  /// Virtual stages and order of a pipeline; `isSingle`: whether one stack holds all `layers`.
  private static func orders(
    of pipeline: Int, _ space: SearchSpace, layers: Int, isSingle: Bool
  ) -> [(Int, PipelineSchedule)] {
    // Stages that the user wants several of on each device are held fixed like any dimension: there
    // are none without a pipeline, and zero-bubble has one.
    let isPlain = space.virtualStages?.contains(1) ?? true
    guard pipeline > 1 else { return isPlain ? [(1, .oneForwardOneBackward)] : [] }
    let whole = isSingle && layers % pipeline == 0
    let given = space.virtualStages?.filter { interleaves($0, pipeline, layers, isSingle) }
    let stages = given ?? (whole ? divisors(layers / pipeline) : [1])
    return (space.schedule ?? PipelineSchedule.allCases).flatMap { order in
      order == .zeroBubble ? (isPlain ? [(1, order)] : []) : stages.map { ($0, order) }
    }
  }

  /// Whether layers make equal pieces for a schedule that interleaves them: those of one stack by
  /// themselves, or with the embedding, the head or both in the place of a layer (Megatron-Core
  /// refuses other numbers); of several stacks there is one for each piece.
  private static func interleaves(
    _ virtual: Int, _ pipeline: Int, _ layers: Int, _ isSingle: Bool
  ) -> Bool {
    let (pieces, overflow) = virtual.multipliedReportingOverflow(by: pipeline)
    guard virtual > 1 else { return true }
    guard !overflow, pieces <= layers + 2 else { return false }
    return !isSingle || (0...2).contains { (layers + $0) % pieces == 0 }
  }

  private static func divisors(_ number: Int) -> [Int] {
    SearchSpace.divisors(number, upTo: number)
  }
}
