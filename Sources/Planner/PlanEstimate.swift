public import CostModel
public import Quantities

/// Where a step's seconds go on the busiest pipeline stage; they add up to the step.
public struct StepBreakdown: Sendable, Hashable {
  /// Forward passes of all micro-batches.
  public var forward = 0.0
  /// Backward passes of all micro-batches.
  public var backward = 0.0
  /// Forward work repeated for backward.
  public var recompute = 0.0
  /// The optimizer's update.
  public var optimizer = 0.0
  /// Bringing the weights that it changed into the order that a processor's kernels read.
  public var packing = 0.0
  /// Waiting for other stages while the pipeline fills and drains.
  public var bubble = 0.0
  /// Tensor parallel communication that nothing hides.
  public var tensor = 0.0
  /// Exchanges of a cut sequence that nothing hides.
  public var context = 0.0
  /// Exchanges of expert parallel devices.
  public var expert = 0.0
  /// Embeddings gathered for a contrastive loss.
  public var embeddings = 0.0
  /// Hand-overs between pipeline stages.
  public var pipeline = 0.0
  /// Gradient traffic between replicas that nothing hides.
  public var gradients = 0.0
  /// Parameter traffic between replicas that nothing hides.
  public var parameters = 0.0
  /// Traffic with host memory that nothing hides.
  public var offload = 0.0
  /// Waiting for data.
  public var dataLoading = 0.0
  /// Host time of a step that nothing hides.
  public var host = 0.0
  /// Writing checkpoints, averaged over steps.
  public var checkpoints = 0.0
  /// Repeating work that failures lose and restarting after them, averaged over steps.
  public var failures = 0.0
  /// All communication, hidden or not; not a part of the sum.
  public var communication = 0.0

  /// Seconds in which the device computes.
  public var compute: Double { forward + backward + recompute + optimizer + packing }
  /// Communication that nothing hides.
  public var exposedCommunication: Double {
    tensor + context + expert + embeddings + pipeline + gradients + parameters
  }
  /// The parts by name, in the order of a step; they add up to `total`.
  public var parts: [(name: String, seconds: Double)] {
    [
      ("forward", forward), ("backward", backward), ("recompute", recompute),
      ("optimizer", optimizer), ("packing", packing), ("bubble", bubble), ("tensor", tensor),
      ("context", context),
      ("expert", expert), ("embeddings", embeddings), ("pipeline", pipeline),
      ("gradients", gradients),
      ("parameters", parameters), ("offload", offload), ("dataLoading", dataLoading),
      ("host", host), ("checkpoints", checkpoints), ("failures", failures),
    ]
  }
  /// Seconds of the step.
  public var total: Double {
    working + dataLoading
  }
  /// Seconds of the step without waiting for data.
  var working: Double {
    compute + bubble + exposedCommunication + offload + host + checkpoints + failures
  }

  mutating func add(_ overhead: CheckpointModel.Overhead?) {
    checkpoints = overhead?.writing ?? 0
    failures = overhead?.failures ?? 0
  }
}

/// A configuration with its predicted time, memory, efficiency and energy.
public struct PlanEstimate: Sendable, Hashable {
  /// What was evaluated.
  public var configuration: Configuration
  /// The compute format and where parameters are kept.
  public var precision: Precision
  /// Seconds of one step (one update; one batch of inference).
  public var breakdown: StepBreakdown
  /// Memory on one device.
  public var memory: MemoryEstimate
  /// Keys and values of all sequences of the batch; 0 for training.
  public var kvCacheBytes: Int
  /// Model FLOPs of one step of all devices.
  public var modelFlops: Double
  /// Model FLOPs with recomputation.
  public var hardwareFlops: Double
  /// Model FLOPs per second over devices times dense peak of the compute format.
  public var mfu: Double
  /// Hardware FLOPs per second over the same.
  public var hfu: Double
  /// Steps of the whole job.
  public var steps: Int
  /// Energy of the whole job; nil when the device's power is unknown.
  public var energy: Joules?
  /// Emissions of the whole job in grams of CO2e; nil when no intensity was given.
  public var co2Grams: Double?
  /// Price of the whole job; nil when no price was given.
  public var cost: Double?
  /// Share of the operators' seconds that come from measured rates.
  public var measuredShare: Double
  /// The pipeline stage with the most memory, from 0.
  public var peakStage = 0
  /// What the pipeline's stages hold, first to last; one without a pipeline, none of a plan that
  /// was only found to be nearest to what was asked.
  public var stages: [PlanStage] = []
  /// Bytes in host memory for one device.
  public var hostBytes = 0
  /// Seconds from one checkpoint to the next; nil where failures are left out.
  public var checkpointInterval: Double?
  /// Emissions of manufacture, by the share of the devices' life; nil when unknown.
  public var embodiedGrams: Double?
  /// What a device does while it computes; nil for a processor.
  public var mix: PowerMix?
  /// What it draws then; nil when the device's power is unknown.
  public var busyPower: Watts?
  /// What the prediction rests on.
  public var basis = PredictionBasis(label: .extrapolated, spread: 0.58, memorySpread: 0.12)

  /// Seconds of one step.
  public var stepSeconds: Double { breakdown.total }
  /// Samples per second of all devices.
  public var samplesPerSecond: Double {
    stepSeconds > 0 ? Double(configuration.globalBatch) / stepSeconds : 0
  }
  /// Model FLOPs per second and device.
  public var modelFlopsPerSecondPerDevice: Double {
    stepSeconds > 0 ? modelFlops / stepSeconds / Double(devices) : 0
  }
  /// Devices used.
  public var devices: Int { configuration.parallelism.devices }
  /// Seconds of the whole job.
  public var totalSeconds: Double { stepSeconds * Double(steps) }
  /// Device hours of the whole job.
  public var deviceHours: Double { totalSeconds * Double(devices) / 3600 }
  /// Peak on one device, keys and values included.
  public var peakBytes: Int {
    let (sum, overflow) = memory.peakBytes.addingReportingOverflow(kvCacheBytes)
    return overflow ? .max : sum
  }
}
