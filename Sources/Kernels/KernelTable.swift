import CKernels
import COneDNN
import Quantities

/// The C kernels of one instruction set.
public struct KernelTable: @unchecked Sendable {
  // `@unchecked Sendable`: the table is a constant of the program.
  let functions: UnsafePointer<hfm_kernel_table>

  /// An instruction set that kernels exist for, from the plainest to the widest.
  public enum InstructionSet: Int32, Sendable, CaseIterable {
    case portable, avx2, avx512
    /// AVX-512 with products of pairs of bf16.
    case avx512BF16
  }

  /// The kernels of an instruction set; nil when this processor does not run it.
  public init?(_ set: InstructionSet) {
    guard let table = hfm_kernels_for(set.rawValue) else { return nil }
    functions = table
  }

  private init(_ table: UnsafePointer<hfm_kernel_table>) { functions = table }

  /// The widest that this processor runs.
  public static let best = KernelTable(hfm_kernels())

  /// `portable`, `avx2`, `avx512` or `avx512-bf16`.
  public var name: String { String(cString: functions.pointee.name) }
  /// oneDNN's version, such as `2.6.3`.
  public static var oneDNNVersion: String {
    guard let version = dnnl_version()?.pointee else { return "unknown" }
    return "\(version.major).\(version.minor).\(version.patch)"
  }
  /// Whether `panelProduct` multiplies operands of a format. Where the processor multiplies bf16 by
  /// instructions on whole matrix tiles (AMX), that is left to oneDNN.
  func multipliesPanels(of type: DataType) -> Bool {
    let formats = functions.pointee.panelFormats
    return switch type {
    case .fp32: formats & 1 << HFM_F32 != 0
    case .bf16: formats & 1 << HFM_BF16 != 0 && hfm_has_tile_bf16() == 0
    default: false
    }
  }
  /// Whether oneDNN multiplies bf16 natively here.
  public static var multipliesBFloat16: Bool { hfm_has_native_bf16() != 0 }
}
