public import Quantities

extension Device {
  /// Whether the device's datasheet has a rate for products in a format.
  ///
  /// Software may still take others, at the rate of fp32: a V100 stores bf16 and multiplies fp32.
  public func multiplies(_ format: DataType) -> Bool { peak(format) != nil }

  /// The usual formats on devices that share the work: half precision that each of them multiplies,
  /// bf16 before fp16 (Kalamkar et al., arXiv 1905.12322: bf16 needs no loss scaling), around fp32
  /// parameters in training; fp32 where a GPU has neither. A processor's kernels take bf16 always.
  public static func usualPrecision(on devices: [Device], trains: Bool) -> Precision {
    let half = [DataType.bf16, .fp16].first { format in
      devices.allSatisfy { $0.multiplies(format) || ($0.kind == .cpu && format == .bf16) }
    }
    guard let half else { return .fp32 }
    return Precision(parameters: trains ? .fp32 : half, compute: half)
  }
}
