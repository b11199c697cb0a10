public import Models
public import Quantities

/// How a training framework runs a step: what it overlaps, fuses and spends on the host. Few
/// numbers for a whole generation of software, never one for a run.
///
/// The host figures are times of Python and CUDA launches, so a step of small kernels takes them
/// instead of the kernels' own time. Fitted by `hfm-bench validate --fit` on one half of the
/// published groups (docs/PlannerValidation.md).
public struct SoftwareStack: Sendable, Hashable {
  /// Word of `--framework`.
  public var name: String
  /// Seconds of host time for one kernel of a forward pass.
  public var hostPerKernel: Double
  /// Seconds between two kernels of a device; nil: the device's own launch overhead.
  public var launchSeconds: Double?
  /// Seconds of host time for one collective call inside a layer.
  public var hostPerCollective: Double
  /// Seconds of host time for the product of one expert that a device holds: without kernels that
  /// take all of them, the host splits, quantises and launches for each.
  public var hostPerExpert = 0.0
  /// Host time of a backward kernel over that of a forward one.
  public var hostBackward: Double
  /// Bytes that point-wise kernels move over those counted: below 1 where they are fused.
  public var streaming: Double
  /// Share of the backward pass's tensor parallel traffic that hides behind weight gradients.
  public var tensorOverlap: Double
  /// Share of tensor parallel traffic that hides in all passes (pipelined products).
  public var tensorPipelined: Double
  /// Share of gradient traffic that backward hides.
  public var gradientOverlap: Double
  /// Share of the shorter of computing and gathering that adds to the longer under ZeRO 3.
  public var shardInterference: Double
  /// Speed of ZeRO 3's collectives over that of other large ones: small, unfused messages.
  public var shardLinks = 1.0
  /// Seconds of a step that nothing hides: data, clipping, logging.
  public var stepSeconds: Double
  /// Seconds of a run by the clock beside each second of its steps' work that nothing else counts:
  /// waiting for data and for the slowest device, validation, logging.
  public var waiting = 0.0
  /// Seconds of a pipeline hand-over on the host.
  public var handOver: Double
  /// Whether hand-overs of an interleaved pipeline run beside other chunks' work (Megatron-Core's
  /// `overlap_p2p_comm`, which Megatron-Bridge sets wherever a device has more than one chunk: its
  /// documentation, "Communication Overlap").
  public var overlapsHandOvers = false
  /// Speed of the device's products under this software at its site, relative to its class: clocks
  /// under a power limit, older libraries.
  public var clock = 1.0
  /// Speed of fused attention under this software, relative to the class (a newer kernel).
  public var attentionClock = 1.0
  /// Speed of products in fp8 under this software, relative to the class.
  public var narrowClock = 1.0
  /// Bytes that the optimizer's update moves over those counted.
  public var update = 1.0
  /// Speed of convolutions in half precision relative to products.
  public var convolution = 1.0
  /// Bytes that convolutions on matrix units move beside their own, for each of these: conversions
  /// between channels first and last.
  public var transposes = 0.0
  /// Speed of matrix units' convolutions over three dimensions relative to others: libraries keep
  /// older kernels for them (cuDNN 9 runs Ampere's on an H100).
  public var volumes = 1.0
  /// `waveHalf` of products relative to the class: kernels of one device start and end without
  /// collectives beside them.
  public var waves = 1.0
  /// Values a second that one block of a channel norm's threads normalises; 0 where kernels spread
  /// a channel over several.
  public var channelBlocks = 0.0
  /// Whether no compiler fuses casts and the formulas of its models' code.
  public var isEager = false
  /// Bytes of unfused attention's scores over those of Megatron's fused masked softmax: eager
  /// frameworks scale, mask, normalise and drop in kernels of their own.
  public var scores = 1.0
  /// `streaming` of rows sent to experts: sorting, padding and quantising them move bytes that no
  /// graph counts.
  public var expertStreaming = 1.0
  /// Whether the traffic with experts runs beside another micro-batch's work: a forward pass's
  /// beside a backward pass and the other way round (Megatron-Core's
  /// `overlap_moe_expert_parallel_comm`; arXiv 2412.19437, section 3.2.1).
  public var overlapsExperts = false
  /// Share of a device's units that such traffic keeps busy: 20 of 132 multiprocessors (arXiv
  /// 2412.19437, section 3.2.2).
  public static let unitsOfTraffic = 20.0 / 132
  /// Whether a row crosses a link once however many experts behind it want it (DeepEP, HybridEP),
  /// else once for each expert.
  public var sendsRowsOnce = false
  /// Whether the switches between nodes sum gradients (SHARP, which NVIDIA's submissions to MLPerf
  /// ask for at scale: `SBATCH_NETWORK=sharp`).
  public var reducesInSwitches = false
  /// Bytes of a gradient that replicas exchange and keep, with an fp32 copy of the parameters.
  public var mainGradientBytes = 4.0
  /// Share of the products that selective recomputation repeats with fused attention: PyTorch's
  /// recipe by operator keeps every second one.
  public var repeatedProducts = 0.0
  /// Bytes that the loss needs for one logit beside the logits themselves: PyTorch makes fp32
  /// logits, log-probabilities and their gradient, Megatron one fp32 copy in place.
  public var lossBytes = 10.0
  /// Whether the loss is the one that the operator graph holds.
  var hasGraphLoss: Bool { lossBytes == 10 }
  /// Whether tensor parallel devices each hand over only their share of a stage's result.
  public var scattersHandOvers = true
  /// Whether published runs of it differ by so much that no prediction counts as interpolated.
  public var isRough = false
  /// Whether convolutional networks were fitted under it.
  public var isFittedToConvolutions = false
  /// Whether attention is a fused kernel.
  public var fusedAttention: Bool
  /// Whether weights are kept in half precision beside an fp32 copy, with fp32 gradients (18 bytes
  /// a parameter with Adam), as Megatron does; else all in the parameters' format.
  public var mainParameters: Bool
  /// Whether gradients leave for the host during backward where the host updates, as under
  /// DeepSpeed's ZeRO-Offload (arXiv 2101.06840, section 4) and FSDP's `CPUOffload`; Megatron keeps
  /// its main gradients on the device.
  public var offloadsGradients: Bool {
    !mainParameters || [Self.deepspeed.name, Self.deepspeedZero3.name].contains(name)
  }

  /// PyTorch with DDP or FSDP: fused attention, gradients and gathers overlapped.
  public static let pytorch: SoftwareStack = {
    var stack = SoftwareStack(
      name: "pytorch", hostPerKernel: 20e-6, hostPerCollective: 30e-6, hostBackward: 1.3,
      streaming: 1.643, tensorOverlap: 0, tensorPipelined: 0, gradientOverlap: 0.8,
      shardInterference: 0.0546, stepSeconds: 5e-3, handOver: 100e-6, fusedAttention: true,
      mainParameters: false, narrowClock: 0.521, repeatedProducts: 0.5)
    // Convolutions stand in channels-first layout as before: cuDNN's conversions are the same.
    stack.transposes = pytorch2021.transposes
    return stack
  }()
  /// PyTorch 2 without a compiler, as the code of Hugging Face, timm and MONAI runs: casts of
  /// autocast and functions that the code writes out are kernels of their own, attention is fused,
  /// channel norms have a block of threads a channel.
  ///
  /// Numbers about kernels start from operators timed alone on an H100 (`scripts/gpu/operators.py`)
  /// and, as the others, are fitted to one half of the models measured there
  /// (`Validation/gpu-h100.json`).
  public static let pytorchEager: SoftwareStack = {
    var stack = pytorch
    stack.name = "pytorch-eager"
    stack.isEager = true
    stack.isFittedToConvolutions = true
    stack.hostPerKernel = 38.92e-6
    stack.launchSeconds = 1.2e-6
    stack.streaming = 2.131
    stack.clock = 1.269
    stack.waves = 0.3025
    stack.attentionClock = 1.55
    stack.convolution = 0.8181
    stack.volumes = 0.4377
    stack.transposes = 0.7866
    stack.channelBlocks = 6.598e8
    return stack
  }()
  /// PyTorch 1.x (2020 to 2022) with DDP: every point-wise operator a kernel, attention through
  /// memory; as benchmarks on one device run it.
  public static let pytorch2021: SoftwareStack = {
    var stack = SoftwareStack(
      name: "pytorch-2021", hostPerKernel: 20e-6, hostPerCollective: 30e-6, hostBackward: 1.3,
      streaming: 1.654, tensorOverlap: 0, tensorPipelined: 0, gradientOverlap: 0.8,
      shardInterference: 0.0546, stepSeconds: 5e-3, handOver: 100e-6, fusedAttention: false,
      mainParameters: false)
    stack.isFittedToConvolutions = true
    stack.transposes = 0.7289
    stack.scores = 0.9317
    return stack
  }()
  /// The same over the wall-clock of whole runs: loading, waiting and validation included.
  public static let pytorch2021Runs: SoftwareStack = {
    var stack = pytorch2021
    stack.name = "pytorch-2021-runs"
    stack.waiting = 0.9355
    stack.isRough = true
    return stack
  }()
  /// nnU-Net's first trainer on PyTorch 1.7 to 1.11 (Isensee et al., Nature Methods 2021): few
  /// channels at full resolution, instance norms, losses at several depths.
  public static let nnUNet: SoftwareStack = {
    var stack = pytorch2021
    stack.name = "nnunet"
    stack.streaming = 7.943
    stack.transposes = 1.171
    stack.convolution = 1.103
    return stack
  }()
  /// Megatron-LM of 2021 (Narayanan et al., SC 2021): softmax kernels through memory, nothing
  /// hidden.
  public static let megatron2021 = SoftwareStack(
    name: "megatron-2021", hostPerKernel: 1e-6, hostPerCollective: 2e-6, hostBackward: 1.5,
    streaming: 1.049, tensorOverlap: 0, tensorPipelined: 0, gradientOverlap: 0,
    shardInterference: 0.1, stepSeconds: 5e-3, handOver: 20e-6, fusedAttention: false,
    mainParameters: true, mainGradientBytes: 2, lossBytes: 4.5)
  /// Megatron-LM of 2022 (Korthikanti et al., MLSys 2023): backward all-reduces behind weight
  /// gradients.
  public static let megatron2022 = SoftwareStack(
    name: "megatron-2022", hostPerKernel: 1e-6, hostPerCollective: 2e-6, hostBackward: 1.5,
    streaming: 0.7843, tensorOverlap: 0.1955, tensorPipelined: 0, gradientOverlap: 0,
    shardInterference: 0.1, stepSeconds: 5e-3, handOver: 20e-6, fusedAttention: false,
    mainParameters: true, clock: 1.074, lossBytes: 4.5)
  /// Megatron with DeepSpeed's hooks as vTrain's authors measured it (Bang et al., MICRO 2024).
  public static let vtrain = SoftwareStack(
    name: "vtrain", hostPerKernel: 71.47e-6, hostPerCollective: 25.82e-6, hostBackward: 1.942,
    streaming: 0.0964, tensorOverlap: 0, tensorPipelined: 0, gradientOverlap: 0,
    shardInterference: 0.1, stepSeconds: 5e-3, handOver: 437e-6, fusedAttention: false,
    mainParameters: true, update: 0.0213, mainGradientBytes: 2, lossBytes: 4.5)
  /// Megatron-DeepSpeed with DeepSpeed's pipeline engine (BLOOM, arXiv 2211.05100; MT-NLG, arXiv
  /// 2201.11990): whole activations handed over, checkpointing in Python.
  public static let deepspeed = SoftwareStack(
    name: "megatron-deepspeed", hostPerKernel: 40e-6, hostPerCollective: 40e-6, hostBackward: 1.7,
    streaming: 0.7310, tensorOverlap: 0, tensorPipelined: 0, gradientOverlap: 0,
    shardInterference: 0.1, stepSeconds: 5e-3, handOver: 300e-6, fusedAttention: false,
    mainParameters: true, clock: 0.7884, scattersHandOvers: false, mainGradientBytes: 2,
    lossBytes: 4.5)
  /// DeepSpeed's ZeRO 3 of 2021: little of the gathering hides.
  public static let deepspeedZero3 = SoftwareStack(
    name: "deepspeed-zero3", hostPerKernel: 40e-6, hostPerCollective: 40e-6, hostBackward: 1.7,
    streaming: 0.4559, tensorOverlap: 0, tensorPipelined: 0, gradientOverlap: 0,
    shardInterference: 1, stepSeconds: 5e-3, handOver: 0, fusedAttention: false,
    mainParameters: true, shardLinks: 0.2201, lossBytes: 4.5)
  /// Megatron-Core and NeMo since 2024: flash attention, overlapped everything.
  public static let megatron = SoftwareStack(
    name: "megatron", hostPerKernel: 2e-6, hostPerCollective: 2e-6, hostBackward: 1.3,
    streaming: 0.6185, tensorOverlap: 0.6, tensorPipelined: 0.3571, gradientOverlap: 0.8,
    shardInterference: 0.1, stepSeconds: 5e-3, handOver: 20e-6, fusedAttention: true,
    mainParameters: true, lossBytes: 4.5, attentionClock: 1.445, expertStreaming: 3.329,
    hostPerExpert: 102.4e-6, sendsRowsOnce: true, overlapsHandOvers: true)
  /// Megatron-Core and NeMo since mid-2026 on devices that compute in MXFP8: experts' products,
  /// activations and quantising are one kernel, whole steps one CUDA graph (release notes of
  /// Megatron-Bridge 0.5.1).
  public static let megatron2026: SoftwareStack = {
    var stack = megatron
    stack.name = "megatron-2026"
    stack.expertStreaming = 0.5984
    stack.hostPerExpert = 0
    return stack
  }()
  /// The same with a whole step captured as one CUDA graph, as NVIDIA's submissions to MLPerf run:
  /// nothing is launched from the host, and a graph's kernels follow each other within 0.5 us (3.4
  /// us a kernel of 2.9: developer.nvidia.com/blog/cuda-graphs).
  public static let megatronGraphs: SoftwareStack = {
    var stack = megatron
    stack.name = "megatron-graphs"
    stack.hostPerKernel = 0
    stack.hostPerCollective = 0
    stack.hostPerExpert = 0
    stack.launchSeconds = 0.5e-6
    stack.reducesInSwitches = true
    return stack
  }()

  /// JAX and XLA (MaxText) with a sharded state: the step is one program, which launches nothing
  /// from the host, fuses point-wise operators and gathers beside products. What it moves and hides
  /// is Megatron's of the same years: nothing was fitted to it.
  public static let xla: SoftwareStack = {
    var stack = megatronGraphs
    stack.name = "xla"
    stack.reducesInSwitches = megatron.reducesInSwitches
    stack.shardInterference = pytorch.shardInterference
    stack.mainParameters = false
    return stack
  }()

  /// Kernels of this program on a processor: no host apart, gradients overlapped as by DDP.
  static let processor = SoftwareStack(
    name: "here", hostPerKernel: 0, hostPerCollective: 0, hostBackward: 1, streaming: 1,
    tensorOverlap: 0, tensorPipelined: 0, gradientOverlap: 0.7, shardInterference: 0.11,
    stepSeconds: 0, handOver: 0, fusedAttention: true, mainParameters: false)

  /// Every stack, in the order of `--help`.
  public static let all = [
    pytorch, pytorchEager, megatron, megatron2026, megatronGraphs, xla, pytorch2021,
    pytorch2021Runs,
    nnUNet,
    megatron2022,
    megatron2021, deepspeed,
    deepspeedZero3, vtrain,
  ]

  /// The stack of a word; nil for an unknown one.
  public init?(word: String) {
    guard let found = Self.all.first(where: { $0.name == word }) else { return nil }
    self = found
  }

  /// Format of low-rank updates under it, where weights are narrower: peft's, which PyTorch's users
  /// take, in fp32 (`MatrixAdaptation.updates`); nil: the parameters'.
  public var updateFormat: DataType? {
    switch name {
    case Self.pytorch.name, Self.pytorchEager.name: .fp32
    default: nil
    }
  }
  /// Whose code its models are.
  public var modelCode: ModelCode { isEager ? .transformers : .published }

  /// Creates a stack.
  public init(
    name: String, hostPerKernel: Double, hostPerCollective: Double, hostBackward: Double,
    streaming: Double, tensorOverlap: Double, tensorPipelined: Double, gradientOverlap: Double,
    shardInterference: Double, stepSeconds: Double, handOver: Double, fusedAttention: Bool,
    mainParameters: Bool, clock: Double = 1, scattersHandOvers: Bool = true, shardLinks: Double = 1,
    narrowClock: Double = 1, update: Double = 1, mainGradientBytes: Double = 4,
    repeatedProducts: Double = 0, lossBytes: Double = 10,
    attentionClock: Double = 1, expertStreaming: Double = 1, hostPerExpert: Double = 0,
    sendsRowsOnce: Bool = false, convolution: Double = 1, overlapsHandOvers: Bool = false
  ) {
    self.name = name
    self.hostPerKernel = hostPerKernel
    self.hostPerCollective = hostPerCollective
    self.hostBackward = hostBackward
    self.streaming = streaming
    self.tensorOverlap = tensorOverlap
    self.tensorPipelined = tensorPipelined
    self.gradientOverlap = gradientOverlap
    self.shardInterference = shardInterference
    self.stepSeconds = stepSeconds
    self.handOver = handOver
    self.fusedAttention = fusedAttention
    self.mainParameters = mainParameters
    self.clock = clock
    self.shardLinks = shardLinks
    self.narrowClock = narrowClock
    self.update = update
    self.mainGradientBytes = mainGradientBytes
    self.repeatedProducts = repeatedProducts
    self.lossBytes = lossBytes
    self.attentionClock = attentionClock
    self.expertStreaming = expertStreaming
    self.hostPerExpert = hostPerExpert
    self.sendsRowsOnce = sendsRowsOnce
    self.convolution = convolution
    self.scattersHandOvers = scattersHandOvers
    self.overlapsHandOvers = overlapsHandOvers
  }
}
