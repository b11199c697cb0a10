import Graph
import Quantities

extension OptimizerKind {
  /// Elements of a tensor below which 8-bit states stay in fp32, and elements with one scale: as
  /// bitsandbytes has them (arXiv 2110.02861).
  static let least8bit = 4096
  static let block8bit = 256

  /// Whether muon orthogonalises a parameter's momentum; AdamW updates the rest.
  static func isOrthogonalised(_ parameter: Tensor) -> Bool {
    switch parameter.role {
    case .parameter(.embedding), .parameter(.head): false
    default: parameter.shape.count >= 2
    }
  }

  /// State tensors of a parameter, in the order that its update takes them.
  func states(of parameter: Tensor) -> [Tensor] {
    func state(_ name: String, _ shape: [Int], _ type: DataType) -> Tensor {
      Tensor(parameter.name + "." + name, shape, type, .buffer)
    }
    func like(_ name: String, _ type: DataType? = nil) -> Tensor {
      state(name, parameter.shape, type ?? parameter.dataType)
    }
    switch self {
    case .sgd: return []
    case .momentum: return [like("momentum")]
    case .adamw, .lamb: return [like("first"), like("second")]
    case .adamw8bit:
      guard parameter.count >= Self.least8bit else {
        return [like("first", .fp32), like("second", .fp32)]
      }
      let blocks = (parameter.count + Self.block8bit - 1) / Self.block8bit
      return ["first", "second"].flatMap {
        [like($0, .int8), state($0 + ".scale", [blocks], .fp32)]
      }
    case .adafactor:
      guard parameter.shape.count >= 2 else { return [like("second", .fp32)] }
      return [
        state("rows", [parameter.rows], .fp32), state("columns", [parameter.columns], .fp32),
      ]
    case .muon:
      return Self.isOrthogonalised(parameter)
        ? [like("momentum")] : [like("first"), like("second")]
    }
  }

  /// Scratch of an update.
  func need(_ parameter: Tensor, lanes: Int) -> Workspace.Need {
    switch self {
    case .adafactor:
      return Workspace.Need(
        sharedBytes: 4 * ((lanes + 1) * parameter.columns + 2 * parameter.rows))
    case .muon where Self.isOrthogonalised(parameter):
      let shape = MuonShape(parameter)
      return Workspace.Need(
        sharedBytes: 4 * (2 * shape.count + 2 * shape.side * shape.side))
    default: return Workspace.Need()
    }
  }
}

/// A parameter as the matrix that muon orthogonalises: its first dimension against the rest.
struct MuonShape {
  var rows: Int, columns: Int
  init(_ parameter: Tensor) {
    rows = max(1, parameter.shape.first ?? 1)
    columns = parameter.count / rows
  }
  var count: Int { rows * columns }
  /// The smaller extent: that of the products that the iteration needs.
  var side: Int { min(rows, columns) }
}
