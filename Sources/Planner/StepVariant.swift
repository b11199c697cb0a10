public import CostModel
public import Graph
public import HardwareModel
public import Quantities
public import Workloads

/// What a step computes with, beside how it is cut: formats, update rule and kernels.
public struct StepVariant: Sendable, Hashable {
  /// Formats of parameters and activations.
  public var precision: Precision
  /// The update rule.
  public var optimizer: OptimizerKind
  /// Bits of an element of the optimizer's states; nil for the parameters' format.
  public var stateBits: Int?
  /// Whether attention is one kernel; else its scores pass through memory.
  public var fusedAttention: Bool
  /// How updates are executed.
  public var optimizerKernel: OptimizerKernel
}

/// The choices of one dimension that a search is left.
public enum VariantChoice<Value: Sendable & Hashable>: Sendable, Hashable {
  /// What is usual on the device and in the framework.
  case usual
  /// All that the device computes in hardware, and that the task can take.
  case any
  /// These.
  case these([Value])

  func values(usual: Value, all: @autoclosure () -> [Value]) -> [Value] {
    switch self {
    case .usual: [usual]
    case .any: all()
    case .these(let values): values
    }
  }
}

/// Variants of a step that a search is left; each dimension is the usual one unless it says more.
///
/// Unlike a cut, a variant may change what training converges to, so none is tried unasked.
public struct VariantSpace: Sendable, Hashable {
  /// Formats of parameters and activations.
  public var precision = VariantChoice<Precision>.usual
  /// Update rules.
  public var optimizer = VariantChoice<OptimizerKind>.usual
  /// Bits of the optimizer's states; nil for the parameters' format.
  public var stateBits = VariantChoice<Int?>.usual
  /// Whether attention is one kernel.
  public var fusedAttention = VariantChoice<Bool>.usual
  /// How updates are executed.
  public var optimizerKernel = VariantChoice<OptimizerKernel>.usual

  /// The usual variant alone.
  public init() {}

  /// Every variant of a task on devices that share the work, the usual or first named ones first.
  public func variants(
    on devices: [Device], _ task: WorkloadTask, _ stack: SoftwareStack
  ) -> [StepVariant] {
    let usual = Device.usualPrecision(on: devices, trains: task.trains)
    let precisions = precision.values(
      usual: usual, all: Self.precisions(on: devices, task, usual: usual))
    var result = precisions.map {
      StepVariant(
        precision: $0, optimizer: .adamw, stateBits: nil, fusedAttention: stack.fusedAttention,
        optimizerKernel: .fused)
    }
    func spread<Value>(_ path: WritableKeyPath<StepVariant, Value>, _ values: [Value]) {
      result = result.flatMap { variant in
        values.map {
          var other = variant
          other[keyPath: path] = $0
          return other
        }
      }
    }
    let trains = task != .infer
    if trains {
      spread(\.optimizer, optimizer.values(usual: .adamw, all: OptimizerKind.allCases))
      spread(\.stateBits, stateBits.values(usual: nil, all: [nil, 32, 16, 8]))
    }
    spread(
      \.fusedAttention, fusedAttention.values(usual: stack.fusedAttention, all: [true, false]))
    if trains {
      spread(
        \.optimizerKernel, optimizerKernel.values(usual: .fused, all: OptimizerKernel.allCases))
    }
    return result
  }

  /// Why a device cannot train in a format: no unit of it multiplies that; nil where one does. A
  /// processor's kernels take any.
  public static func refusal(
    of precision: Precision, on device: Device, _ task: WorkloadTask
  ) -> UserError? {
    let format = precision.compute
    guard task.trains, device.kind == .gpu, format != .fp32, !device.multiplies(format)
    else { return nil }
    let known = precisions(
      on: [device], task, usual: Device.usualPrecision(on: [device], trains: true))
    return UserError(
      .impossible, place: device.id, key: "--dtype",
      "\(device.name) has no units for \(format.rawValue)",
      remedy: "give \(known.map(\.word).joined(separator: ", "))")
  }

  /// Formats that each device multiplies and the task can take, the usual first.
  private static func precisions(
    on devices: [Device], _ task: WorkloadTask, usual: Precision
  ) -> [Precision] {
    let known = Precision.words.compactMap(Precision.init(word:)).filter { precision in
      let formats = [precision.parameters, precision.compute]
      return devices.allSatisfy { $0.multiplies(precision.compute) }
        && (!task.trains || formats.allSatisfy(\.isFloatingPoint))
    }
    return [usual] + known.filter { $0 != usual }
  }
}
