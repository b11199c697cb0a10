public import CostModel
public import Models
public import Planner
public import Quantities
public import Workloads

/// A decoder as published tables describe it.
public struct DecoderShape: Sendable, Hashable {
  /// Layers, width of the residual stream, query heads, tokens of a sequence, rows of the table.
  public var layers, hidden, heads, sequence, vocabulary: Int
  /// Key and value heads; nil: as many as query heads.
  public var keyValueHeads: Int?
  /// Width of the MLP; nil: four times the hidden size.
  public var intermediate: Int?
  /// Elements of a head; nil: the hidden size over the heads.
  public var headSize: Int?
  /// Experts in place of the MLP and those a token visits; nil for one MLP.
  public var mixture: Experts?
  /// Whether the layer is LLaMA's: gated MLP, rotary positions, root-mean-square norms.
  public var isLlama = false
  /// Whether the output product has a weight of its own.
  public var untied = false
  /// Widths of latent attention in place of the heads' own keys and values; nil without.
  public var latent: LatentAttention?
  /// Updates of low rank, which are all that trains; nil where everything does.
  public var update: LowRank?
  /// Whether it runs forward only.
  public var infers = false
  /// Whether a token sees later ones, too (an encoder).
  public var isBidirectional = false

  /// A mixture of experts.
  public struct Experts: Sendable, Hashable {
    /// Experts of a layer.
    public var count: Int
    /// Those a token visits.
    public var active: Int
    /// Those every token visits besides.
    public var shared = 0
    /// First layers with one MLP instead.
    public var denseLayers = 0
    /// The width of that MLP.
    public var denseIntermediate = 0
    /// Creates a mixture.
    public init(count: Int, active: Int) {
      self.count = count
      self.active = active
    }
  }

  /// LoRA's updates.
  public struct LowRank: Sendable, Hashable {
    /// Rank of each.
    public var rank: Int
    /// Matrices that have one, by the ends of their names.
    public var targets: [String]
    /// Creates updates.
    public init(rank: Int, targets: [String]) {
      self.rank = rank
      self.targets = targets
    }
  }

  /// Creates a GPT-2-like decoder.
  public init(layers: Int, hidden: Int, heads: Int, sequence: Int, vocabulary: Int = 51_200) {
    self.layers = layers
    self.hidden = hidden
    self.heads = heads
    self.sequence = sequence
    self.vocabulary = vocabulary
  }
}

/// The model of a published run.
public enum RunModel: Sendable, Hashable {
  /// A decoder by its extents.
  case decoder(DecoderShape)
  /// A model of the catalogue, and what is done with it.
  case catalogue(String, WorkloadRequest)
}

/// What a published time covers.
public enum Measure: String, Sendable, Hashable, CaseIterable {
  /// Steps of training: timed ones, or a throughput in its steady state.
  case steps
  /// Steps alone: forward, backward and update of a batch on the device, without clipping, logging
  /// and data; of inference a pass.
  case bareSteps = "bare steps"
  /// Forward and backward, or forward alone, without the update.
  case passes
  /// A whole run by the clock or in device-hours: loading, waiting, validation and restarts are in.
  case wholeRun = "whole runs"
}

/// One published measurement with everything that is needed to predict it.
public struct PublishedRun: Sendable, Hashable {
  /// The table it belongs to in the report.
  public var table: String
  /// Rows of one group are all fitted or all held out.
  public var group: String
  /// Words for people.
  public var label: String
  /// Cluster profile.
  public var cluster: String
  /// Device profile, when it is not the cluster's.
  public var device: String?
  /// Software stack's word.
  public var stack: String
  /// The model.
  public var model: RunModel
  /// Formats.
  public var precision: Precision
  /// The configuration.
  public var configuration: Configuration
  /// Measured seconds of a step; nil when only memory was measured.
  public var seconds: Double?
  /// Measured mean power of a device over the timed steps, in watts.
  public var watts: Double?
  /// Measured peak of allocated memory on a device, in bytes.
  public var peakBytes: Double?
  /// The peer's prediction of the seconds.
  public var peerSeconds: Double?
  /// Whether the parameters may be fitted to it.
  public var isFitted: Bool
  /// Whether `peakBytes` is what the allocator reserved, fragments included.
  public var isReserved = false
  /// Whether convolutions read and write channels last, so that nothing is converted.
  public var isChannelsLast = false
  /// Whether dropout was on.
  public var dropout = false
  /// Bytes that its loss needs for one logit, where that is stated; nil for the stack's.
  public var lossBytes: Double?
  /// What `seconds` covers.
  public var measure = Measure.steps
  /// Whether full recomputation is taken where nothing else fits: it is not stated.
  public var mayRecompute = false
  /// Whether a device's batch may have been cut into several passes: it is not stated.
  public var mayAccumulate = false
  /// Whether the batch of a device is not stated: the fastest that fits is taken, and `seconds` are
  /// those of the configuration's global batch at the measured rate.
  public var choosesMicroBatch = false
  /// Whether its micro-batch is the largest that fitted.
  public var isLargestMicroBatch = false
  /// Whether everything that memory depends on is stated.
  public var statesMemory = true
  /// Whether `peakBytes` is that of the last pipeline stage, which says nothing of the others.
  public var peakIsOfLastStage = false
  /// The model that its memory is judged by, where its time is predicted with another.
  public var memoryModel: RunModel?
  /// Whether it ran out of memory.
  public var isOutOfMemory = false
  /// Whether it is known to have run on its device though it was not timed there.
  public var ranUntimed = false
  /// Bytes of a gradient that is kept, where that is stated; nil for the stack's.
  public var gradientBytes: Double?
  /// Whether traffic with experts ran beside other work, where that is stated; nil as the stack's.
  public var overlapsExperts: Bool?
  /// Whether rows crossed a link once for all experts behind it; nil as the stack's.
  public var sendsRowsOnce: Bool?
  /// Whether attention was one kernel, where its software's generation has one besides another; nil
  /// as the stack's.
  public var fusedAttention: Bool?
  /// How the optimizer's update was executed.
  public var optimizerKernel = OptimizerKernel.fused
}

extension PublishedRun {
  /// Seconds of an estimate that `seconds` is held against.
  func predicted(_ estimate: PlanEstimate) -> Double {
    let step = estimate.stepSeconds
    let timed =
      switch measure {
      case .steps, .wholeRun: step
      case .bareSteps: step - estimate.breakdown.host
      case .passes: step - estimate.breakdown.optimizer - estimate.breakdown.host
      }
    guard choosesMicroBatch else { return timed }
    return timed * Double(configuration.globalBatch) / Double(estimate.configuration.globalBatch)
  }

  /// A stack with what the run states of its software.
  func adjusted(_ stack: SoftwareStack) -> SoftwareStack {
    var result = stack
    result.lossBytes = lossBytes ?? stack.lossBytes
    result.mainGradientBytes = gradientBytes ?? stack.mainGradientBytes
    result.overlapsExperts = overlapsExperts ?? stack.overlapsExperts
    result.sendsRowsOnce = sendsRowsOnce ?? stack.sendsRowsOnce
    result.fusedAttention = fusedAttention ?? stack.fusedAttention
    if isChannelsLast { result.transposes = 0 }
    return result
  }

  /// Whether its model is one of the catalogue.
  var isOfCatalogue: Bool {
    if case .catalogue = model { true } else { false }
  }
}

/// What a reader found: runs, and rows that cannot be predicted, by reason.
public struct PublishedRows: Sendable {
  /// Runs with complete inputs.
  public var runs: [PublishedRun] = []
  /// Rows left out, by table and reason, in order of first occurrence.
  public var skipped: [(table: String, reason: String, count: Int)] = []

  /// Nothing read.
  public init() {}

  /// Adds what another file holds.
  public mutating func add(_ other: PublishedRows) {
    runs += other.runs
    skipped += other.skipped
  }

  mutating func skip(_ table: String, _ reason: String) {
    if let known = skipped.firstIndex(where: { $0.table == table && $0.reason == reason }) {
      skipped[known].count += 1
    } else {
      skipped.append((table, reason, 1))
    }
  }
}
