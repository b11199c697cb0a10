import Glibc
public import HardwareModel
public import Quantities

/// Seconds of a `WorkItem` on one of the devices that share it.
///
/// A device with measured curves, and every processor without an accelerator, is predicted by its
/// `TimeModel`; the counts are divided by the cut. Any other device follows its `DeviceEfficiency`:
/// a product by its extents, attention by the pairs it computes, everything else by its bytes.
public struct WorkTime: Sendable {
  /// The device.
  public let device: Device
  private let time: TimeModel
  private let efficiency: DeviceEfficiency
  private let curves: Bool
  private let bandwidth: Double
  private let launch: Double
  /// What the device's power limit leaves of the clock under products.
  private let limited: Double
  private let units: Double
  private let streaming: Double
  private let clock: Double
  private let narrowClock: Double
  private let matrixFormat: DataType?
  private let attentionClock: Double
  private let expertStreaming: Double
  private let convolution: Double
  private let transposes: Double
  private let scores: Double
  private let channelBlocks: Double
  private let volumes: Double

  /// Prepares a device.
  ///
  /// - Parameters:
  ///   - efficiency: replaces the device's own (for fitting).
  ///   - streaming: bytes that a kernel of the software in use moves for each byte counted (1 for
  ///     kernels that are not fused).
  ///   - clock: speed of products relative to the class, `attentionClock` of fused attention,
  ///     `narrowClock` of those in fp8.
  ///   - expertStreaming: `streaming` of rows sent to experts; nil for the same.
  ///   - convolution: speed of convolutions in half precision relative to products.
  ///   - transposes: bytes that matrix units' convolutions move beside their own, over these:
  ///     conversions between channels first and last.
  ///   - scores: bytes of unfused attention's scores over those of a fused masked softmax.
  ///   - launch: seconds between two kernels; nil for the device's own.
  ///   - channelBlocks: values a second that one block of a channel norm's threads normalises, and
  ///     as many backward; 0 for kernels that spread a channel.
  ///   - waves: `waveHalf` of products relative to the class.
  ///   - volumes: speed of matrix units' convolutions over three dimensions relative to others.
  ///   - matrixFormat: the format that products of layers are computed in when it is narrower than
  ///     the activations (fp8 recipes).
  public init(
    device: Device, efficiency: DeviceEfficiency? = nil, streaming: Double = 1, clock: Double = 1,
    narrowClock: Double = 1, matrixFormat: DataType? = nil,
    attentionClock: Double = 1, expertStreaming: Double? = nil, convolution: Double = 1,
    transposes: Double = 0, scores: Double = 1, launch: Double? = nil, channelBlocks: Double = 0,
    waves: Double = 1, volumes: Double = 1
  ) {
    self.device = device
    time = TimeModel(device: device)
    var used = efficiency ?? device.efficiency ?? .assumed
    used.waveHalf *= waves
    self.efficiency = used
    curves = !device.rates.isEmpty || device.kind == .cpu
    bandwidth = device.memoryBandwidth.value * self.efficiency.bandwidth
    self.launch = launch ?? device.launchOverhead.value
    limited = device.maxPower.map { used.sustainedClock(limit: $0.value) } ?? 1
    units = Double(self.efficiency.computeUnits)
    self.streaming = streaming
    self.clock = clock
    self.narrowClock = narrowClock
    self.matrixFormat = matrixFormat
    self.attentionClock = attentionClock
    self.expertStreaming = expertStreaming ?? streaming
    self.convolution = convolution
    self.transposes = transposes
    self.scores = scores
    self.channelBlocks = channelBlocks
    self.volumes = volumes
  }

  /// Whether products of one input should be counted as one kernel on this device.
  public var fuses: Bool { !curves }

  /// Seconds of all occurrences of an item in one iteration.
  public func seconds(_ item: WorkItem, _ cut: WorkCut) -> Double {
    item.weight * once(item, cut) * (item.isExpert ? cut.imbalance : 1)
  }

  /// Seconds of a list of items, one after the other.
  public func seconds(_ items: [WorkItem], _ cut: WorkCut) -> Double {
    items.reduce(0) { $0 + seconds($1, cut) }
  }

  private func once(_ item: WorkItem, _ cut: WorkCut) -> Double {
    let tensor = Double(item.isCut || cut.sequenceParallel ? cut.tensor : 1)
    let parts = tensor * Double(cut.context)
    if curves {
      let cost = parts == 1 ? item.cost : item.cost.divided(by: parts)
      return time.seconds(cost)
    }
    switch item.shape {
    case .product(let shape): return product(shape, item.cost, cut, item.isInLayer)
    case .attention(let shape): return attention(shape, item.cost, cut)
    case .convolution(let shape): return convolution(shape, item.cost, parts)
    case .channelNorm(let sets) where channelBlocks > 0:
      return channelNorm(sets, item.cost, parts)
    case .other, .channelNorm:
      if item.cost.hardwareFlops > 0 { return general(item.cost, parts) }
      let factor = item.isWrittenOut ? 1 : item.isExpert ? expertStreaming : streaming
      var moved = Double(item.cost.bytes) * factor
      if item.cost.operatorClass == .transform {
        moved += Self.transformBytes * Double(item.cost.vectorFlops)
      }
      return moved / parts / bandwidth + launch
    }
  }

  /// Bytes through memory for each vector FLOP of a long transform: its fp32 points are read and
  /// written once every 7 levels, and spectra are multiplied. Fitted to PyTorch's FFT convolutions
  /// of 1K to 4M points on an H100 (github.com/HazyResearch/flash-fft-conv, README).
  private static let transformBytes = 0.557

  /// Norms of channels-first maps: a block of threads reads a whole channel, so that few channels
  /// leave the memory waiting (PyTorch, aten/src/ATen/native/cuda/Normalization.cuh:
  /// `batch_norm_collect_statistics_kernel` and `batch_norm_backward_kernel` have a block for each
  /// plane). Forward passes three times over a map, backward five times.
  private func channelNorm(_ sets: Double, _ cost: OperatorCost, _ parts: Double) -> Double {
    let (maps, passes) = cost.operatorClass == .normalizationBackward ? (3.0, 5.0) : (2, 3)
    let map = Double(cost.bytes) / maps / parts
    let values = map * 8 / Double(cost.dataType.bits)
    return max(values / (max(1, sets) * channelBlocks), passes * map / bandwidth) + launch
  }

  // MARK: products

  /// Rate of products in a format: the peak and the fraction of it.
  private func rate(_ type: DataType) -> Double {
    let peak = time.computePeak(type).value
    if type.bits < 16 { return peak * efficiency.narrowMatrix * narrowClock * limited }
    if type.bits == 16, let half = efficiency.halfMatrix { return peak * half * clock }
    return peak * efficiency.matrix * clock * limited
  }

  /// What no product exceeds.
  private func highest(_ type: DataType) -> Double {
    guard type.bits == 16, let ceiling = efficiency.ceiling else { return .infinity }
    return time.computePeak(type).value * ceiling
  }

  private func product(
    _ shape: ProductShape, _ cost: OperatorCost, _ cut: WorkCut, _ isInLayer: Bool
  ) -> Double {
    var (m, n, k) = (shape.rows, shape.columns, shape.inner)
    // Experts keep each token's rows on one device, or on those that share an expert's matrices.
    let isExpert = shape.experts > 0
    let t = Double(isExpert ? cut.expertTensor : cut.tensor)
    let held = isExpert ? max(1, shape.experts / Double(cut.expert)) : 1
    let spread = isExpert ? Double(cut.tensor) / t * held : 1
    let c = Double(cut.context) * spread
    switch shape.cut {
    case .rows: m /= t
    case .columns: n /= t
    case .inner: k /= t
    case .none: break
    }
    switch shape.tokens {
    case .rows: m /= c
    case .columns: n /= c
    case .inner: k /= c
    case .none: break
    }
    let type = cost.dataType.bits == 16 && isInLayer ? matrixFormat ?? cost.dataType : cost.dataType
    let seconds = kernel(m, n, k, batch: held, type)
    guard shape.widened > 0 else { return seconds }
    let share = (shape.cut == .none ? 1 : t) * (isExpert ? Double(cut.expert) : 1)
    return seconds + shape.widened / share / bandwidth + launch
  }

  /// How a format's peak compares with that of 16 bits. What a kernel waits for at its start and
  /// its end are times: the slower the units, the smaller the extents that hide them.
  private func pace(_ type: DataType) -> Double {
    min(1, time.computePeak(type).value / time.computePeak(.fp16).value)
  }

  /// Tiles that a library chooses from: a small one fills the units with less, at a lower rate
  /// since it reads each operand more often.
  private static let tiles: [(rows: Double, columns: Double, rate: Double)] = [
    (256, 128, 1), (128, 128, 0.95), (128, 64, 0.85), (64, 64, 0.7),
  ]

  /// One kernel of `batch` products; see `DeviceEfficiency` for the formula.
  private func kernel(
    _ m: Double, _ n: Double, _ k: Double, batch: Double, _ type: DataType
  ) -> Double {
    let bytes = Double(max(8, type.bits)) / 8
    let pace = pace(type)
    let waveHalf = efficiency.waveHalf * pace
    var reached = 0.0
    for tile in Self.tiles {
      let tiles = (m / tile.rows) * (n / tile.columns) * batch
      let whole = (m / tile.rows).rounded(.up) * (n / tile.columns).rounded(.up) * batch
      // However small a product, one tile's unit is at work.
      let waves = max(1, tiles) / units
      reached = max(
        reached, tile.rate * tiles / whole * waves / (waves + waveHalf))
    }
    // Many small products of one call overlap their prologues; they read through memory anyway.
    let half = pace * (batch > 1 ? min(efficiency.innerHalf, 64) : efficiency.innerHalf)
    reached *= k / (k + half)
    for extent in [k, n] {
      // Batches are padded by their caller.
      let slow = batch == 1 ? unaligned(extent, type) : 1
      reached *= min(slow, alignment(extent, pace))
    }
    let compute = 2 * m * n * k * batch / min(rate(type) * reached, highest(type))
    let memory = bytes * batch * (m * k + k * n + m * n) / bandwidth
    return max(compute, memory) + launch
  }

  /// 1 for multiples of 32 elements, less below; slow units starve less. Below 8 elements (one load
  /// of 16 bytes) libraries pad: it gets no worse.
  private func alignment(_ extent: Double, _ pace: Double) -> Double {
    let misalignment = efficiency.misalignment * pace
    // A cut that does not divide leaves some devices an odd extent.
    let rounded = extent.rounded()
    guard abs(rounded - extent) < 1e-6, rounded >= 1, rounded < 1e15 else {
      return 1 / (1 + misalignment * 4)
    }
    let steps = Double(max(0, min(2, 5 - Int(rounded).trailingZeroBitCount)))
    return 1 / (1 + misalignment * steps * steps)
  }

  /// What kernels for rows that begin anywhere reach.
  private func unaligned(_ extent: Double, _ type: DataType) -> Double {
    guard let rate = efficiency.unaligned, type != .fp32, extent >= 1, extent < 1e15 else {
      return 1
    }
    let bytes = Int(extent) * max(8, type.bits) / 8
    return pow(rate, Double(max(0, 4 - bytes.trailingZeroBitCount)))
  }

  // MARK: convolutions

  /// Inner extent that half a convolution's tile waits for over that of a product: 64 on the A100
  /// (assumed), whose products' is 731.
  private static let convolutionHalf = 64 / 731.2

  /// Few channels have a narrow tile.
  private static let convolutionTiles = tiles + [(128, 32, 0.5)]

  /// As a product by tiles. Few channels leave a tile's columns empty; a gradient of weights has
  /// few tiles and a long sum, which libraries split over the units. A depth-wise one is vector
  /// work.
  private func convolution(
    _ shape: ConvolutionShape, _ cost: OperatorCost, _ parts: Double
  ) -> Double {
    let flops = Double(cost.hardwareFlops) / parts
    let memory = Double(cost.bytes) / parts / bandwidth
    guard min(shape.columns, shape.inner, shape.rows) > 1 else {
      return max(flops / (0.5 * device.vectorFlopsPerSecond.value), memory) + launch
    }
    // Kernels for groups share tiles in ways of their own.
    guard shape.groups == 1 else { return general(cost, parts) }
    let rows = shape.rows / parts
    var reached = 0.0
    for tile in Self.convolutionTiles {
      let tiles = (rows / tile.rows) * (shape.columns / tile.columns)
      let whole = (rows / tile.rows).rounded(.up) * (shape.columns / tile.columns).rounded(.up)
      let pieces = whole * max(1, min(units / whole, shape.inner / 512))
      reached = max(
        reached, tile.rate * tiles / whole * pieces / ((pieces / units).rounded(.up) * units))
    }
    // A tile's start is a time here, too: shorter in extents on slower units and in wider formats.
    let half = Self.convolutionHalf * efficiency.innerHalf * pace(cost.dataType)
    reached *= shape.inner / (shape.inner + half)
    // Matrix units starve first; vector units are fed by the same caches at a tenth of the pace.
    var fed = cost.dataType.bits <= 16 ? convolution : 1
    if shape.isVolume, cost.dataType != .fp32 { fed *= volumes }
    // Vector units take Winograd's algorithm: F(2×2, 3×3) multiplies 16 times for 36.
    if cost.dataType == .fp32, shape.hasFastAlgorithm, min(shape.columns, shape.inner / 9) >= 16 {
      fed *= 2.25
    }
    let moved = cost.dataType == .fp32 ? 0 : transposes * memory
    return max(flops / (rate(cost.dataType) * fed * reached), memory) + moved + launch
  }

  /// A product whose extents are not known: by FLOP and bytes.
  private func general(_ cost: OperatorCost, _ parts: Double) -> Double {
    let flops = Double(cost.hardwareFlops) / parts
    // Fewer FLOP than fill the device once leave part of it idle.
    let full = units * 2 * 256 * 128 * 256
    let reached = flops / (flops + efficiency.waveHalf * full)
    let compute = flops / (rate(cost.dataType) * reached)
    return max(compute, Double(cost.bytes) / parts / bandwidth) + launch
  }

  // MARK: attention

  private func attention(_ shape: AttentionShape, _ cost: OperatorCost, _ cut: WorkCut) -> Double {
    let groups = shape.batch * shape.heads / Double(cut.tensor)
    let queries = shape.queries / Double(cut.context)
    if cut.fusedAttention {
      let flops = Double(cost.hardwareFlops) / Double(cut.tensor) / Double(cut.context)
      let fraction = shape.backward ? efficiency.attentionBackward : efficiency.attention
      let peak = limited * time.computePeak(max(cost.dataType, .bf16)).value
      let bytes = Double(cost.bytes) / Double(cut.tensor) / Double(cut.context)
      return max(flops / (peak * min(0.9, fraction * attentionClock)), bytes / bandwidth) + launch
    }
    // Scores, softmax, dropout, values; each a kernel through memory.
    let type = cost.dataType
    let scores = kernel(queries, shape.keys, shape.headSize, batch: groups, type)
    let values = kernel(queries, shape.headSize, shape.keys, batch: groups, type)
    let wide = Double(max(16, type.bits)) / 16
    let pairs = wide * groups * queries * shape.keys
    if !shape.backward { return scores + values + softmax(pairs, 1) }
    return scores + 3 * values + softmax(pairs, 1.2)
  }

  /// Scaled masked softmax (read, write) and dropout (read, write, mask) in half precision: about
  /// 10 bytes a pair.
  private func softmax(_ pairs: Double, _ factor: Double) -> Double {
    10.4 * scores * factor * pairs / bandwidth + 2 * launch
  }
}

private func max(_ type: DataType, _ least: DataType) -> DataType {
  type.bits < least.bits ? least : type
}

extension OperatorCost {
  /// The counts of one of `parts` equal parts.
  func divided(by parts: Double) -> OperatorCost {
    func share(_ count: Int) -> Int { Int((Double(count) / parts).rounded(.up)) }
    var result = self
    result.modelFlops = share(modelFlops)
    result.hardwareFlops = share(hardwareFlops)
    result.vectorFlops = share(vectorFlops)
    result.bytesRead = share(bytesRead)
    result.bytesWritten = share(bytesWritten)
    result.blockedFlops = share(blockedFlops)
    result.movedBytes = share(movedBytes)
    result.rows = share(rows)
    return result
  }
}
