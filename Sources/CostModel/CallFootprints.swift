import Graph

/// Footprints of a graph's calls under one set of conventions; of calls of one kind, which most
/// are, one is walked.
struct CallFootprints: Sendable {
  /// Of each call, where nothing is kept for backward.
  let forward: [ForwardFootprint]
  /// Of each backward call.
  let backward: [BlockFootprint]

  /// - Parameter formats: those of each call where the graph's are not its own.
  init(_ tables: GraphTables, _ conventions: Conventions, _ formats: AutocastFormats? = nil) {
    forward = Self.forward(tables, conventions, formats)
    backward = Self.backward(tables, conventions, formats)
  }

  /// What tells footprints of one set of conventions apart.
  private struct Kind: Hashable {
    var block: Int
    var tied: [TensorID] = []
    var formats: Int?
  }

  private static func forward(
    _ tables: GraphTables, _ conventions: Conventions, _ formats: AutocastFormats?
  ) -> [ForwardFootprint] {
    var known: [Kind: Int] = [:]
    var result: [ForwardFootprint] = []
    for (position, call) in tables.graph.calls.enumerated() {
      let kind = Kind(block: call.block, formats: formats?.variant[position])
      if let first = known[kind] {
        result.append(result[first])
        continue
      }
      known[kind] = position
      result.append(
        ForwardFootprint(
          tables.graph.blocks[call.block], tables.forward[call.block], conventions,
          formats.map { BlockFormats($0.wide(position), nil) } ?? .stated))
    }
    return result
  }

  /// Footprints of the backward calls alone.
  static func backward(
    _ tables: GraphTables, _ conventions: Conventions, _ formats: AutocastFormats? = nil
  ) -> [BlockFootprint] {
    guard let training = tables.training else { return [] }
    var known: [Kind: Int] = [:]
    var result: [BlockFootprint] = []
    for (position, backward) in training.backwardCalls.enumerated() {
      let call = tables.graph.calls[backward.call]
      let kind = Kind(
        block: backward.block, tied: call.tied.map(\.local),
        formats: formats?.variant[backward.call])
      if let first = known[kind] {
        result.append(result[first])
        continue
      }
      known[kind] = position
      let derived = training.backwardBlocks[backward.block]
      result.append(
        BlockFootprint(
          tables.graph.blocks[call.block], derived, tied: kind.tied,
          tables.backward[backward.block], conventions,
          formats.map { BlockFormats($0.wide(backward.call), derived) } ?? .stated))
    }
    return result
  }
}

/// Footprints of a step's calls as its memory and its layers are counted by.
struct StepFootprints: Sendable {
  /// What one process keeps, under autocast by the formats that it gives values.
  let own: CallFootprints
  /// Where a framework shards parameters that are wider than the format computed in; nil for others
  /// and without training.
  let sharded: CallFootprints?

  init(_ tables: GraphTables) {
    let conventions = tables.conventions
    own = CallFootprints(tables, conventions, tables.formats)
    let isSharded = tables.training != nil && conventions.narrow != nil
    sharded = isSharded ? CallFootprints(tables, conventions.sharded) : nil
  }

  /// What backward calls keep by the formats that the graph states.
  func stated(_ tables: GraphTables) -> [BlockFootprint] {
    tables.formats == nil ? own.backward : CallFootprints.backward(tables, tables.conventions)
  }
}
