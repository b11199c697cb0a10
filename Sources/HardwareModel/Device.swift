public import Quantities

/// The classes of operators whose speed is measured and predicted apart.
public enum OperatorClass: String, Sendable, Hashable, CaseIterable {
  /// linear layers and their gradients, matmul, patch embedding; work in FLOP.
  case matrix
  /// attention forward; work in FLOP.
  case attention
  /// attention backward; work in FLOP (as counted in hardware FLOPs).
  case attentionBackward
  /// convolutions and their gradients; work in FLOP.
  case convolution
  /// normalisations, forward; work in bytes read and written. So are all classes below.
  case normalization
  /// normalisations, backward.
  case normalizationBackward
  /// adds, scales, rotary positions, casts, copies.
  case elementwise
  /// activations with a transcendental function, forward and backward.
  case activation
  /// embedding look-ups, pooling, token insertion and their backwards.
  case gather
  /// convolutions through Fourier transforms.
  case transform
  /// softmax and cross-entropy, forward and backward.
  case loss
  /// optimizer updates.
  case optimizer

  /// Whether the class's work is counted in FLOP (else in bytes).
  public var workIsFlops: Bool {
    switch self {
    case .matrix, .attention, .attentionBackward, .convolution: true
    default: false
    }
  }
}

/// A measured point of an operator class's speed on a device.
public struct RatePoint: Sendable, Hashable {
  /// Work of one operator, in FLOP or bytes (see `OperatorClass.workIsFlops`).
  public var work: Double
  /// Achieved work per second.
  public var workPerSecond: Double
  /// Creates a point.
  public init(work: Double, workPerSecond: Double) {
    self.work = work
    self.workPerSecond = workPerSecond
  }
}

/// The measured speed of one operator class in one number format: points by rising work.
public struct RateCurve: Sendable, Hashable {
  /// The operator class.
  public var operatorClass: OperatorClass
  /// Number format computed in.
  public var dataType: DataType
  /// Points by rising work; at least one.
  public var points: [RatePoint]
  /// Creates a curve.
  public init(operatorClass: OperatorClass, dataType: DataType, points: [RatePoint]) {
    self.operatorClass = operatorClass
    self.dataType = dataType
    self.points = points
  }
}

/// The measured speed of a processor when a job holds only some of its cores and others work too.
public struct PartialSpeed: Sendable, Hashable {
  /// Cores of the job.
  public var cores: Int
  /// Memory bandwidth of the job.
  public var memoryBandwidth: BytesPerSecond
  /// Measured speeds.
  public var rates: [RateCurve]
  /// Fitted laws, as `Device.laws`.
  public var laws: [RateLaw]
  /// Creates the speed of some cores.
  public init(
    cores: Int, memoryBandwidth: BytesPerSecond, rates: [RateCurve], laws: [RateLaw] = []
  ) {
    self.cores = cores
    self.memoryBandwidth = memoryBandwidth
    self.rates = rates
    self.laws = laws
  }
}

/// One device that a plan computes on: a GPU, or the processors of one machine taken together.
public struct Device: Sendable, Hashable {
  /// `cpu` or `gpu`.
  public enum Kind: String, Sendable, Hashable, CaseIterable { case cpu, gpu }
  /// Dense peak of a number format in FLOP/s.
  public struct Peak: Sendable, Hashable {
    /// Number format.
    public var dataType: DataType
    /// Dense peak, without sparsity.
    public var flopsPerSecond: FlopsPerSecond
    /// Creates a peak.
    public init(_ dataType: DataType, _ flopsPerSecond: FlopsPerSecond) {
      self.dataType = dataType
      self.flopsPerSecond = flopsPerSecond
    }
  }

  /// Catalogue id (`a100-80gb-sxm`) or `here`.
  public var id: String
  /// Product name.
  public var name: String
  /// Processor or GPU.
  public var kind: Kind
  /// Memory capacity in bytes.
  public var memoryBytes: Int
  /// Memory bandwidth.
  public var memoryBandwidth: BytesPerSecond
  /// Dense peaks by number format.
  public var peaks: [Peak]
  /// Peak of element-wise fp32 arithmetic.
  public var vectorFlopsPerSecond: FlopsPerSecond
  /// Time to start one operator.
  public var launchOverhead: Seconds
  /// Measured speeds; empty for a datasheet device.
  public var rates: [RateCurve]
  /// Fitted laws of the classes and formats for which one predicts better than the curve.
  public var laws: [RateLaw] = []
  /// Laws of operands that lie in the caches; nil when they were not measured.
  public var cached: CachedSpeeds?
  /// What was measured; nil for a datasheet device and for profiles of old versions.
  public var measuredOn: MeasuredOn?
  /// Measured speeds of some of a processor's cores, by rising core count.
  public var partialSpeeds: [PartialSpeed] = []
  /// How jobs on parts of a processor's cores slow each other; nil when it was not measured.
  public var neighbour: NeighbourEffect?
  /// What kernels reach of the datasheet; nil for a device of no fitted class.
  public var efficiency: DeviceEfficiency?
  /// Carbon of manufacture in grams of CO2e; nil when unknown.
  public var embodiedGrams: Double?
  /// Price of renting one for an hour, in US dollars; nil when unknown.
  public var rentPerHour: Double?
  /// Price of buying one, in US dollars; nil when unknown.
  public var purchasePrice: Double?
  /// Power at full load; nil when unknown.
  public var maxPower: Watts?
  /// Power when idle; nil when unknown.
  public var idlePower: Watts?
  /// Where the figures came from: a public address, or `measured on …`.
  public var source: String

  /// Creates a device.
  public init(
    id: String, name: String, kind: Kind, memoryBytes: Int, memoryBandwidth: BytesPerSecond,
    peaks: [Peak], vectorFlopsPerSecond: FlopsPerSecond, launchOverhead: Seconds,
    rates: [RateCurve] = [], maxPower: Watts? = nil, idlePower: Watts? = nil, source: String
  ) {
    self.id = id
    self.name = name
    self.kind = kind
    self.memoryBytes = memoryBytes
    self.memoryBandwidth = memoryBandwidth
    self.peaks = peaks
    self.vectorFlopsPerSecond = vectorFlopsPerSecond
    self.launchOverhead = launchOverhead
    self.rates = rates
    self.maxPower = maxPower
    self.idlePower = idlePower
    self.source = source
  }

  /// The dense peak of a number format; nil when the device has none for it.
  public func peak(_ dataType: DataType) -> FlopsPerSecond? {
    peaks.first { $0.dataType == dataType }?.flopsPerSecond
  }
}

/// A network or link level: alpha–beta cost, time = latency + bytes / bandwidth.
public struct Link: Sendable, Hashable {
  /// Name (`NVLink 3`, `HDR InfiniBand`).
  public var name: String
  /// Bandwidth of one device in one direction.
  public var bandwidth: BytesPerSecond
  /// Time of an empty message.
  public var latency: Seconds
  /// Fraction of the bandwidth that large collectives reach; nil for the planner's assumption.
  public var efficiency: Double?
  /// Creates a link.
  public init(
    name: String, bandwidth: BytesPerSecond, latency: Seconds, efficiency: Double? = nil
  ) {
    self.name = name
    self.bandwidth = bandwidth
    self.latency = latency
    self.efficiency = efficiency
  }
}

/// A level of the network above the nodes: so many nodes lie under one unit of it.
public struct SwitchTier: Sendable, Hashable {
  /// Name of a unit (`leaf switch`, `pod`).
  public var name: String
  /// Nodes under one unit, consecutive ones.
  public var nodes: Int
  /// What a device has to devices under other units of this tier.
  public var beyond: Link
  /// Creates a tier.
  public init(name: String, nodes: Int, beyond: Link) {
    self.name = name
    self.nodes = nodes
    self.beyond = beyond
  }
}

/// Equal nodes of equal devices, a link inside a node and one between nodes.
public struct Cluster: Sendable, Hashable {
  /// Catalogue id (`selene-a100`) or `here`.
  public var id: String
  /// Name for people.
  public var name: String
  /// The device that every node holds.
  public var device: Device
  /// Devices in one node.
  public var devicesPerNode: Int
  /// Number of nodes.
  public var nodes: Int
  /// Link between devices of one node.
  public var intraNode: Link
  /// Link between nodes, per device.
  public var interNode: Link
  /// Tiers of switches, the smallest first; `interNode` holds under one unit of the first. Empty
  /// where the way between nodes is the same for all.
  public var switches: [SwitchTier] = []
  /// The machine around the devices of one node; nil when unknown.
  public var host: HostNode?
  /// Price of buying one node with its devices, in US dollars; nil when unknown.
  public var nodePurchasePrice: Double?
  /// Where the figures came from.
  public var source: String

  /// Creates a cluster.
  public init(
    id: String, name: String, device: Device, devicesPerNode: Int, nodes: Int, intraNode: Link,
    interNode: Link, host: HostNode? = nil, source: String
  ) {
    self.id = id
    self.name = name
    self.device = device
    self.devicesPerNode = devicesPerNode
    self.nodes = nodes
    self.intraNode = intraNode
    self.interNode = interNode
    self.host = host
    self.source = source
  }

  /// How many tiers a gang can span: 0 is a node, 1 the nodes under one smallest unit (or all), and
  /// so on.
  public var spans: Int { nodes > 1 ? switches.count + 1 : 0 }

  /// The least span that holds so many devices.
  public func leastSpan(of devices: Int) -> Int {
    if devices <= devicesPerNode { return 0 }
    let tier = switches.firstIndex { devices <= $0.nodes * devicesPerNode }
    return tier.map { $0 + 1 } ?? spans
  }

  /// The cluster as a gang of so many devices meets it that spans so many tiers: the link between
  /// nodes is that of the highest tier crossed, as if all that nodes send each other went there; a
  /// gang that one node could hold is split in two halves, an odd one into single devices.
  public func spanned(_ span: Int, by devices: Int) -> Cluster {
    var cluster = self
    cluster.switches = []
    if span > 1, switches.indices.contains(span - 2) {
      cluster.interNode = switches[span - 2].beyond
    }
    if span > 0, devices > 1, devices <= devicesPerNode {
      cluster.devicesPerNode = devices % 2 == 0 ? devices / 2 : 1
      cluster.nodes = devices / cluster.devicesPerNode
    }
    return cluster
  }

  /// All devices together.
  public var deviceCount: Int { devicesPerNode * nodes }
}
