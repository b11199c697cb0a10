public import DataFormats
public import Quantities

/// What the nodes of a measurement read first: who takes part, and what is to be measured.
public struct ProfilePlan: Sendable {
  /// A node that takes part.
  public struct Member: Sendable, Hashable {
    /// Slurm's name.
    public var name: String
    /// Address by which the others reach it.
    public var address: String
    /// Creates a member.
    public init(name: String, address: String) {
      self.name = name
      self.address = address
    }
  }

  /// Unique for each run, so that no file of an earlier one is taken for this one's.
  public var run: String
  /// The nodes, in the order of the schedule.
  public var members: [Member]
  /// Stages of each node: `topology`, `kernels`, `memory`.
  public var stages: [String]
  /// Whether pairs are measured.
  public var measuresPairs: Bool
  /// Fewer shapes and rounds.
  public var isQuick: Bool

  /// Creates a plan.
  public init(
    run: String, members: [Member], stages: [String], measuresPairs: Bool, isQuick: Bool
  ) {
    (self.run, self.members, self.stages) = (run, members, stages)
    (self.measuresPairs, self.isQuick) = (measuresPairs, isQuick)
  }

  /// Reads the plan's file.
  ///
  /// - Throws: `UserError` with file, line and key.
  public init(parsing bytes: [UInt8], file: String) throws(UserError) {
    do {
      let cursor = try JSONCursor(file: file, bytes: bytes)
      var members: [Member] = []
      for item in try cursor.field("members").elements() {
        members.append(
          Member(
            name: try item.field("name").string(), address: try item.field("address").string()))
      }
      var stages: [String] = []
      for item in try cursor.field("stages").elements() { stages.append(try item.string()) }
      self.init(
        run: try cursor.field("run").string(), members: members, stages: stages,
        measuresPairs: try cursor.field("measuresPairs").bool(),
        isQuick: try cursor.field("isQuick").bool())
    } catch {
      throw UserError(.input, place: error.place, key: error.key, error.message)
    }
  }

  /// The plan's file.
  public var json: JSONValue {
    .object([
      ("run", .string(run)),
      (
        "members",
        .array(
          members.map {
            .object([("name", .string($0.name)), ("address", .string($0.address))])
          })
      ), ("stages", .strings(stages)), ("measuresPairs", .bool(measuresPairs)),
      ("isQuick", .bool(isQuick)),
    ])
  }

  /// Pairs by round.
  public var rounds: [[(first: Member, second: Member)]] {
    guard measuresPairs else { return [] }
    return PairSchedule.rounds(members.count).map { round in
      round.map { (first: members[$0.first], second: members[$0.second]) }
    }
  }
}

/// Names of the files in a measurement's folder.
public enum ProfileFiles {
  /// A node's record.
  public static func node(_ name: String) -> String { "node.\(name).json" }
  /// A pair's record.
  public static func pair(_ first: String, _ second: String) -> String {
    "pair.\(first).\(second).json"
  }
  /// Where a node listens.
  public static func port(_ run: String, _ name: String) -> String { "port.\(run).\(name)" }
  /// A node's sign of life, which changes every second.
  public static func alive(_ run: String, _ name: String) -> String { "alive.\(run).\(name)" }
  /// The plan.
  public static let plan = "plan.json"
}
