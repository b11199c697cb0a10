import Graph

extension Program {
  /// A parameter's buffer and where it stands in the graph.
  public struct Parameter: Sendable, Hashable {
    /// Position in `buffers`.
    public var buffer: Int
    /// Name of the block.
    public var block: String
    /// Which layer of that name it belongs to, from 0.
    public var iteration: Int
    /// Name in the block.
    public var tensor: String
  }
}

extension ProgramRunner {
  /// Replaces the random parameters by others, as many as there are, and the statistics of norms
  /// that use stored ones; a weight of one byte an element is rounded to it, row by row.
  ///
  /// - Parameter values: elements of a parameter, given its number of elements; nil to keep the
  ///   random ones.
  /// - Returns: how many parameters were replaced, and the names of what was not.
  /// - Throws: what `values` throws; `UserError` when it gives another number of elements.
  public func load(
    _ values: (Program.Parameter, Int) throws -> [Float]?
  ) throws -> (loaded: Int, kept: [String]) {
    let scales = Dictionary(
      program.steps.compactMap { step in step.scales.map { (step.inputs[1], $0) } },
      uniquingKeysWith: { first, _ in first })
    var loaded = 0
    var kept: [String] = []
    let used = Set(program.steps.flatMap(\.statistics))
    let statistics = program.statistics.filter { used.contains($0.buffer) }
    for parameter in program.parameters + statistics {
      let count = program.buffers[parameter.buffer].tensor.count
      if let elements = try values(parameter, count) {
        if let scales = scales[parameter.buffer] {
          try writeBytes(elements, to: parameter.buffer, scales: scales)
        } else {
          try write(elements, to: parameter.buffer)
        }
        if !used.contains(parameter.buffer) { loaded += 1 }
      } else {
        kept.append("\(parameter.block).\(parameter.iteration).\(parameter.tensor)")
      }
    }
    return (loaded, kept)
  }
}
