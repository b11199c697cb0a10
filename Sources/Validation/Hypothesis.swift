public import HardwareModel
public import Planner
import Quantities

/// A set of efficiency parameters: what a fit changes. Empty, every profile and stack speaks for
/// itself.
public struct Hypothesis: Sendable, Hashable {
  /// Parameters of device classes, by device id.
  public var devices: [String: DeviceEfficiency] = [:]
  /// Software, by word.
  public var stacks: [String: SoftwareStack] = [:]
  /// Fractions of the links inside a node, by cluster.
  public var inside: [String: Double] = [:]
  /// The same between nodes.
  public var between: [String: Double] = [:]

  /// No change.
  public init() {}

  /// What is shipped: the starting point of a fit.
  public init(shipped hardware: HardwareCatalogue) {
    for device in hardware.devices { devices[device.id] = device.efficiency }
    for cluster in hardware.clusters {
      inside[cluster.id] = cluster.intraNode.efficiency
      between[cluster.id] = cluster.interNode.efficiency
    }
  }

  func stack(_ word: String) -> SoftwareStack {
    stacks[word] ?? SoftwareStack(word: word) ?? .pytorch
  }
}

/// One number that a fit may change: a fraction, a time or an extent, positive.
public struct FitParameter: Sendable {
  /// What it is.
  public enum Target: Sendable, Hashable {
    case device(String, DeviceField)
    case stack(String, StackField)
    case inside(String)
    case between(String)
  }
  /// Fields of `DeviceEfficiency`.
  public enum DeviceField: String, Sendable, Hashable, CaseIterable {
    case matrix, innerHalf, waveHalf, misalignment, bandwidth, attention, attentionBackward
    case narrowMatrix
  }
  /// Fields of `SoftwareStack`.
  public enum StackField: String, Sendable, Hashable, CaseIterable {
    case hostPerKernel, hostPerCollective, hostBackward, streaming, tensorPipelined
    case shardInterference, stepSeconds, handOver, clock, shardLinks, tensorOverlap
    case narrowClock, update, attentionClock, expertStreaming, hostPerExpert, convolution
    case transposes, scores, waiting, channelBlocks, waves, volumes
  }

  /// The number.
  public var target: Target
  /// Standard deviation of its logarithm around the start, by prior knowledge.
  public var prior: Double

  /// Names a number.
  public init(_ target: Target, prior: Double = 0.5) {
    self.target = target
    self.prior = prior
  }

  /// Words for the report.
  public var name: String {
    switch target {
    case .device(let id, let field): "device \(id) \(field.rawValue)"
    case .stack(let word, let field): "stack \(word) \(field.rawValue)"
    case .inside(let id): "link inside a node, \(id)"
    case .between(let id): "link between nodes, \(id)"
    }
  }

  func get(_ hypothesis: Hypothesis) -> Double {
    switch target {
    case .device(let id, let field):
      (hypothesis.devices[id] ?? .assumed)[keyPath: Self.path(field)]
    case .stack(let word, let field): hypothesis.stack(word)[keyPath: Self.path(field)]
    case .inside(let id): hypothesis.inside[id] ?? 0.7
    case .between(let id): hypothesis.between[id] ?? 0.7
    }
  }

  func set(_ hypothesis: inout Hypothesis, _ value: Double) {
    switch target {
    case .device(let id, let field):
      let most = [.innerHalf, .waveHalf, .misalignment].contains(field) ? Double.infinity : 0.95
      hypothesis.devices[id, default: .assumed][keyPath: Self.path(field)] = min(value, most)
    case .stack(let word, let field):
      var stack = hypothesis.stack(word)
      let shares: [StackField] = [
        .tensorPipelined, .tensorOverlap, .shardInterference, .shardLinks,
      ]
      stack[keyPath: Self.path(field)] = shares.contains(field) ? min(value, 0.95) : value
      hypothesis.stacks[word] = stack
    case .inside(let id): hypothesis.inside[id] = min(value, 0.95)
    case .between(let id): hypothesis.between[id] = min(value, 0.95)
    }
  }

  private static func path(
    _ field: DeviceField
  ) -> WritableKeyPath<DeviceEfficiency, Double> {
    switch field {
    case .matrix: \.matrix
    case .innerHalf: \.innerHalf
    case .waveHalf: \.waveHalf
    case .misalignment: \.misalignment
    case .bandwidth: \.bandwidth
    case .attention: \.attention
    case .attentionBackward: \.attentionBackward
    case .narrowMatrix: \.narrowMatrix
    }
  }

  private static func path(_ field: StackField) -> WritableKeyPath<SoftwareStack, Double> {
    switch field {
    case .hostPerKernel: \.hostPerKernel
    case .hostPerCollective: \.hostPerCollective
    case .hostBackward: \.hostBackward
    case .streaming: \.streaming
    case .tensorPipelined: \.tensorPipelined
    case .shardInterference: \.shardInterference
    case .stepSeconds: \.stepSeconds
    case .handOver: \.handOver
    case .clock: \.clock
    case .expertStreaming: \.expertStreaming
    case .hostPerExpert: \.hostPerExpert
    case .convolution: \.convolution
    case .transposes: \.transposes
    case .scores: \.scores
    case .waiting: \.waiting
    case .channelBlocks: \.channelBlocks
    case .waves: \.waves
    case .volumes: \.volumes
    case .attentionClock: \.attentionClock
    case .update: \.update
    case .narrowClock: \.narrowClock
    case .shardLinks: \.shardLinks
    case .tensorOverlap: \.tensorOverlap
    }
  }
}

extension FitParameter {
  /// The number before and after a fit.
  public func line(_ start: Hypothesis, _ end: Hypothesis) -> String {
    "\(name): \(Self.short(get(start))) -> \(Self.short(get(end)))"
  }

  private static func short(_ value: Double) -> String {
    value < 1e-3 ? Format.fixed(value * 1e6, 3) + "e-6" : Format.fixed(value, 4)
  }
}
