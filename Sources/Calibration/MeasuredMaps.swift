import Graph

extension OperatorKind {
  /// Which of an operator's operands, inputs first, are maps that lie with their channels last
  /// between the convolutions of a network: those of steps that are bound to such maps.
  func maps(of operands: [Int]) -> [Int] {
    let last = operands.count - 1
    return switch self {
    case .convolution(_, let bias): [operands[0], operands[bias ? 3 : 2]]
    case .convolutionGradInput: [operands[0], operands[last]]
    case .convolutionGradWeight: [operands[0], operands[1]]
    case .channelNorm: [operands[0], operands[3]]
    case .channelNormBackward: [operands[0], operands[1], operands[5]]
    case .poolWindows, .poolWindowsBackward, .multiply, .multiplyBackward: operands
    case .reduce: [operands[0]]
    case .expand: [operands[last]]
    case .resample: [operands[0], operands[1]]
    default: []
    }
  }
}
