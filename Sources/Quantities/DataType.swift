/// The number format of a tensor or of a matrix unit.
///
/// `tf32` is a compute format only: its storage is that of `fp32`.
public enum DataType: String, Sendable, Hashable, Codable, CaseIterable {
  case fp32, tf32, fp16, bf16, fp8, int8, int4, int32, int64, bool

  /// Storage of one element, in bits.
  public var bits: Int {
    switch self {
    case .int64: 64
    case .fp32, .tf32, .int32: 32
    case .fp16, .bf16: 16
    case .fp8, .int8, .bool: 8
    case .int4: 4
    }
  }

  /// Storage of `count` elements, in bytes, rounded up to a whole byte.
  ///
  /// Saturates: a size that no `Int` holds is `Int.max`, so that no later comparison with a limit
  /// can let it pass, and none traps.
  public func bytes(_ count: Int) -> Int {
    guard count > 0 else { return 0 }
    // count = 8·whole + rest, and `bits` bytes hold 8 elements.
    let (whole, rest) = count.quotientAndRemainder(dividingBy: 8)
    let (bytes, overflow) = whole.multipliedReportingOverflow(by: bits)
    let (sum, carry) = bytes.addingReportingOverflow((rest * bits + 7) / 8)
    return overflow || carry ? .max : sum
  }

  /// Whether gradients can flow through tensors of this type.
  public var isFloatingPoint: Bool {
    switch self {
    case .fp32, .tf32, .fp16, .bf16, .fp8: true
    case .int8, .int4, .int32, .int64, .bool: false
    }
  }
}

/// How a model computes: the formats of its parameters, activations and matrix products.
///
/// The command line's words are `fp32 tf32 fp16 bf16 fp8 int8 int4 fp16-mixed bf16-mixed`.
public struct Precision: Sendable, Hashable {
  /// Format in which parameters (and their gradients) are stored.
  public var parameters: DataType
  /// Format in which activations are stored and matrix products are computed.
  public var compute: DataType

  /// Creates a precision from a storage format and a compute format.
  public init(parameters: DataType, compute: DataType) {
    self.parameters = parameters
    self.compute = compute
  }

  /// Parses the command line's word, or returns nil for an unknown one.
  public init?(word: String) {
    switch word {
    case "bf16-mixed": self.init(parameters: .fp32, compute: .bf16)
    case "fp16-mixed": self.init(parameters: .fp32, compute: .fp16)
    default:
      guard let type = DataType(rawValue: word), ![.int32, .int64, .bool].contains(type) else {
        return nil
      }
      self.init(parameters: type == .tf32 ? .fp32 : type, compute: type)
    }
  }

  /// The command line's word for this precision.
  public var word: String {
    isMixed ? compute.rawValue + "-mixed" : compute.rawValue
  }

  /// Whether parameters are kept in a wider format than the one computed in (autocast).
  public var isMixed: Bool {
    parameters != compute && !(parameters == .fp32 && compute == .tf32)
  }

  /// Every word that `init(word:)` accepts.
  public static let words = [
    "fp32", "tf32", "fp16", "bf16", "fp8", "int8", "int4", "fp16-mixed", "bf16-mixed",
  ]

  /// Plain single precision.
  public static let fp32 = Precision(parameters: .fp32, compute: .fp32)
  /// bfloat16 around fp32 parameters.
  public static let bf16Mixed = Precision(parameters: .fp32, compute: .bf16)
  /// Pure bfloat16.
  public static let bf16 = Precision(parameters: .bf16, compute: .bf16)
}
