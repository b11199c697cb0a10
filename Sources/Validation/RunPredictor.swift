import CostModel
import Graph
public import HardwareModel
public import Models
public import Planner
public import Quantities
import Workloads

/// Predicts published runs; a model's micro-batch is counted once and kept.
public final class RunPredictor {
  private struct Key: Hashable {
    var model: RunModel
    var precision: Precision
    var micro: Int
    var eager: Bool
    var dropout: Bool
  }
  private struct Counted {
    var profile: StepProfile
    var step: LayeredStep
  }

  private let hardware: HardwareCatalogue
  private var counted: [Key: Counted] = [:]
  private var refused: Set<RunModel> = []

  /// Takes the hardware that runs name.
  public init(_ hardware: HardwareCatalogue) { self.hardware = hardware }

  /// The estimate of a run; nil when its layers cannot be laid on its stages, or the catalogue's
  /// network does not take its extents.
  ///
  /// - Throws: `UserError` for a model or cluster that does not exist.
  public func estimate(
    _ run: PublishedRun, _ hypothesis: Hypothesis = Hypothesis()
  ) throws(UserError) -> PlanEstimate? {
    guard run.choosesMicroBatch else { return try recomputing(run, hypothesis) }
    var best: PlanEstimate?
    for micro in Self.microBatches {
      var tried = run
      tried.configuration.microBatch = micro
      tried.configuration.accumulation = 1
      tried.model = run.model.batched(micro)
      guard let estimate = try recomputing(tried, hypothesis), try fits(run, estimate) else {
        break
      }
      if estimate.samplesPerSecond > best?.samplesPerSecond ?? 0 { best = estimate }
    }
    return best
  }

  /// Batches of a device that are tried where none is stated.
  private static let microBatches = [1, 2, 4, 8, 16, 32, 64, 128, 256]

  /// The estimate as stated, or, where that is not stated and nothing else fits, with everything
  /// recomputed or with the largest power-of-two share of the batch at a time that fits, whichever
  /// is faster.
  private func recomputing(
    _ run: PublishedRun, _ hypothesis: Hypothesis
  ) throws(UserError) -> PlanEstimate? {
    let plain = try planned(run, hypothesis)
    guard run.mayRecompute || run.mayAccumulate, let plain, try !fits(run, plain) else {
      return plain
    }
    var best: PlanEstimate?
    if run.mayRecompute {
      var other = run
      other.configuration.recompute = .full
      best = try planned(other, hypothesis)
    }
    guard run.mayAccumulate else { return best }
    var split = run
    while split.configuration.microBatch % 2 == 0 {
      split.configuration.microBatch /= 2
      split.configuration.accumulation *= 2
      split.model = run.model.batched(split.configuration.microBatch)
      guard let estimate = try planned(split, hypothesis) else { break }
      guard try fits(split, estimate) else { continue }
      if estimate.stepSeconds < best?.stepSeconds ?? .infinity { best = estimate }
      break
    }
    return best ?? plain
  }

  private func planned(
    _ run: PublishedRun, _ hypothesis: Hypothesis
  ) throws(UserError) -> PlanEstimate? {
    var cluster = try hardware.cluster(run.cluster)
    if let device = run.device { cluster.device = try hardware.device(device) }
    cluster.intraNode.efficiency = hypothesis.inside[run.cluster] ?? cluster.intraNode.efficiency
    cluster.interNode.efficiency = hypothesis.between[run.cluster] ?? cluster.interNode.efficiency
    let shape: Counted
    do {
      guard !refused.contains(run.model) else { return nil }
      shape = try count(run)
    } catch  where run.isOfCatalogue {
      refused.insert(run.model)
      return nil
    }
    var request = PlanRequest(
      cluster: cluster, globalBatch: run.configuration.globalBatch, precision: run.precision)
    if run.precision.compute == .fp8 { request.matrixFormat = .fp8 }
    request.dropout = run.dropout
    request.stack = run.adjusted(hypothesis.stack(run.stack))
    request.optimizerKernel = run.optimizerKernel
    request.efficiency = hypothesis.devices[cluster.device.id]
    return PlanEstimator(shape.profile, step: shape.step, request).estimate(run.configuration)
  }

  /// Whether an estimate's peak fits its run's device.
  ///
  /// - Throws: `UserError` for a cluster that does not exist.
  public func fits(_ run: PublishedRun, _ estimate: PlanEstimate) throws(UserError) -> Bool {
    var estimate = estimate
    if let model = run.memoryModel {
      var judged = run
      (judged.model, judged.memoryModel) = (model, nil)
      estimate = try self.estimate(judged) ?? estimate
    }
    var device = try hardware.cluster(run.cluster).device
    if let given = run.device { device = try hardware.device(given) }
    return estimate.peakBytes <= MemoryReserve.usable(device)
  }

  /// Whether twice the micro-batch of a run is said to fit; nil unless its own is the largest that
  /// did (llm-foundry's tables).
  ///
  /// - Throws: `UserError` as `estimate`.
  public func doubleFits(
    _ run: PublishedRun, _ hypothesis: Hypothesis
  ) throws(UserError) -> Bool? {
    guard run.isLargestMicroBatch else { return nil }
    var double = run
    double.configuration.microBatch *= 2
    guard let estimate = try estimate(double, hypothesis) else { return nil }
    return try fits(double, estimate)
  }

  private func count(_ run: PublishedRun) throws(UserError) -> Counted {
    let key = Key(
      model: run.model, precision: run.precision, micro: run.configuration.microBatch,
      eager: SoftwareStack(word: run.stack)?.isEager == true, dropout: run.dropout)
    if let known = counted[key] { return known }
    var precision = run.precision
    if precision.compute == .fp8 { precision.compute = .bf16 }
    let workload: Workload
    switch run.model {
    case .decoder(let shape):
      var request = WorkloadRequest(
        task: shape.infers ? .infer : shape.update == nil ? .pretrain : .lora,
        batch: run.configuration.microBatch, sequence: shape.sequence, precision: precision)
      request.options.rank = shape.update?.rank
      request.options.targets = shape.update?.targets ?? []
      workload = try Workload(shape.model, request)
    case .catalogue(let id, var request):
      // Recipes in fp8 keep their activations in 16 bits.
      if request.precision.compute == .fp8 { request.precision.compute = .bf16 }
      if key.eager {
        request.code = .transformers
        request.dropout = run.dropout
      }
      workload = try Workload(try ModelCatalogue.builtIn.model(id), request)
    }
    let profile = try StepProfile(workload)
    let result = Counted(profile: profile, step: profile.layered(fusing: true, eager: key.eager))
    counted[key] = result
    return result
  }
}

extension RunModel {
  /// The same with another micro-batch.
  fileprivate func batched(_ micro: Int) -> RunModel {
    guard case .catalogue(let id, var request) = self else { return self }
    request.batch = micro
    return .catalogue(id, request)
  }
}

extension DecoderShape {
  /// The decoder as a model of the catalogue's kind.
  public var model: ModelProfile {
    var stack = TransformerStack(
      layers: layers, hidden: hidden, heads: heads, intermediate: intermediate ?? 4 * hidden)
    if let keyValueHeads { stack.keyValueHeads = keyValueHeads }
    if let headSize { stack.headSize = headSize }
    if let mixture {
      var experts = Mixture(experts: mixture.count, active: mixture.active)
      experts.shared = mixture.shared
      experts.denseLayers = mixture.denseLayers
      experts.denseIntermediate = mixture.denseIntermediate
      stack.mixture = experts
    }
    if let latent {
      stack.latent = latent
      stack.headSize = latent.plain + latent.rotated
    }
    stack.causal = !isBidirectional
    stack.finalNorm = true
    stack.activation = .gelu
    var input = TokenInput(vocabulary: vocabulary, context: max(sequence, 1))
    if isLlama {
      stack.norm = .rms
      stack.gated = true
      stack.activation = .silu
      stack.rotaryBase = 500_000
      stack.queryKeyValueBias = false
      stack.outputBias = false
      stack.mlpBias = false
    } else {
      input.positions = sequence
    }
    var heads = Heads()
    var language = LanguageHead(.linear)
    language.tied = !untied
    heads.language = language
    return ModelProfile(
      id: "decoder", name: "decoder", family: .language, source: "published table",
      objective: isBidirectional ? .maskedLanguage : .causalLanguage,
      architecture: .single(Tower(input: .tokens(input), stack: stack, heads: heads)))
  }
}
