public import DataFormats
public import Scheduler

/// What a line of a trace and a job of `hfm run` say of a job in the same words.
public struct JobFields: Sendable, Hashable {
  /// The keys; docs/Scheduling.md describes them.
  public static let keys: Set<String> = [
    "estimateSeconds", "user", "deadlineSeconds", "limitSeconds", "dependsOn", "array",
    "arrayLimit", "requires", "checkpointSeconds", "restoreSeconds", "scaling",
  ]

  /// What the scheduler shall believe of the run time, in seconds.
  public var estimateSeconds: Double?
  /// Whose job it is.
  public var user: String?
  /// When it must have ended, in seconds on the file's clock.
  public var deadlineSeconds: Double?
  /// The longest that it may run, in seconds.
  public var limitSeconds: Double?
  /// Names of the jobs that must have ended well before it may start.
  public var dependsOn: [String] = []
  /// The array that it is a task of.
  public var array: String?
  /// How many tasks of the array may run at once.
  public var arrayLimit: Int?
  /// Labels that every node it runs on must have.
  public var requires: [String] = []
  /// Time to write its state, in seconds.
  public var checkpointSeconds: Double?
  /// Time to read its state again, in seconds.
  public var restoreSeconds: Double?
  /// Speeds by number of cores, in any unit.
  public var scaling: ElasticRange?

  /// Nothing said.
  public init() {}

  /// Reads the keys of an object.
  ///
  /// - Parameter cores: The job's own number, which must lie within its scaling curve.
  /// - Throws: `JSONError` with the place of a wrong value.
  public init(_ line: JSONCursor, cores: Int) throws(JSONError) {
    estimateSeconds = try line.optional("estimateSeconds")?.double(in: 0.001...1e12)
    user = try line.optional("user").map(Self.name)
    deadlineSeconds = try line.optional("deadlineSeconds")?.double(in: 0...1e12)
    limitSeconds = try line.optional("limitSeconds")?.double(in: 0.001...1e12)
    for other in try line.optional("dependsOn")?.elements() ?? [] {
      dependsOn.append(try Self.name(other))
    }
    array = try line.optional("array").map(Self.name)
    arrayLimit = try line.optional("arrayLimit")?.int(in: 1...1_000_000_000)
    if array == nil, let stray = try line.optional("arrayLimit") {
      throw stray.error("stands without an array")
    }
    for label in try line.optional("requires")?.elements() ?? [] {
      requires.append(try label.string())
    }
    checkpointSeconds = try line.optional("checkpointSeconds")?.double(in: 0...1e9)
    restoreSeconds = try line.optional("restoreSeconds")?.double(in: 0...1e9)
    scaling = try line.optional("scaling").map { cursor throws(JSONError) in
      try Self.scaling(cursor, cores: cores)
    }
  }

  /// A name: a string, or a whole number as one.
  ///
  /// - Throws: `JSONError` for anything else.
  public static func name(_ cursor: JSONCursor) throws(JSONError) -> String {
    if let whole = cursor.value.int { return String(whole) }
    return try cursor.string()
  }

  /// What has been said, as members of an object; reading them gives equal fields.
  public var members: [(String, JSONValue)] {
    var members: [(String, JSONValue)] = []
    func add(_ key: String, _ value: JSONValue?) {
      if let value { members.append((key, value)) }
    }
    func texts(_ list: [String]) -> JSONValue? {
      list.isEmpty ? nil : .array(list.map { .string($0) })
    }
    // The order in which ledgers have known them since their first version.
    add("limitSeconds", limitSeconds.map { .number($0) })
    add("dependsOn", texts(dependsOn))
    add("estimateSeconds", estimateSeconds.map { .number($0) })
    add("user", user.map { .string($0) })
    add("deadlineSeconds", deadlineSeconds.map { .number($0) })
    add("array", array.map { .string($0) })
    add("arrayLimit", arrayLimit.map { .number($0) })
    add("requires", texts(requires))
    add("checkpointSeconds", checkpointSeconds.map { .number($0) })
    add("restoreSeconds", restoreSeconds.map { .number($0) })
    add(
      "scaling",
      scaling.map { range in
        .object(range.points.map { (String($0.devices), .number($0.speedup)) })
      })
    return members
  }

  /// The traits that do not need other jobs' numbers.
  public var traits: JobTraits {
    var traits = JobTraits()
    traits.deadline = deadlineSeconds
    traits.limitSeconds = limitSeconds
    traits.requiredLabels = requires
    traits.elastic = scaling
    if checkpointSeconds != nil || restoreSeconds != nil {
      traits.preemption = Preemption(
        checkpointSeconds: checkpointSeconds ?? 0, restoreSeconds: restoreSeconds ?? 0)
    }
    return traits
  }

  /// Its array, numbered among others; nil for none.
  public func jobArray(_ arrays: inout NameNumbers) -> JobArray? {
    array.map { JobArray(id: arrays.number(of: $0), limit: arrayLimit ?? 1_000_000_000) }
  }

  /// Speeds by number of cores, in any unit; the job's own number must be within their range.
  private static func scaling(
    _ cursor: JSONCursor, cores: Int
  ) throws(JSONError) -> ElasticRange {
    var points: [ElasticRange.Point] = []
    for (name, speed) in try cursor.members() {
      guard let devices = Int(name), (1...10_000_000).contains(devices) else {
        throw speed.error("expected a number of cores as the key, found \"\(name)\"")
      }
      points.append(.init(devices: devices, speedup: try speed.double(in: 1e-9...1e12)))
    }
    let range = ElasticRange(points: points)
    guard let first = range.points.first, let last = range.points.last,
      (first.devices...last.devices).contains(cores)
    else { throw cursor.error("expected speeds around the job's \(cores) cores") }
    return range
  }
}

/// Numbers names from 1 in the order of their first appearance; 0 stays for none.
public struct NameNumbers: Sendable, Hashable {
  private var known: [String: Int] = [:]

  /// Knows no name.
  public init() {}

  /// The number of a name, the next one for a new name.
  public mutating func number(of name: String) -> Int {
    if let number = known[name] { return number }
    known[name] = known.count + 1
    return known.count
  }

  /// The number of a name that was seen before; nil otherwise.
  public subscript(name: String) -> Int? { known[name] }

  /// The names by their numbers.
  public var names: [Int: String] {
    Dictionary(uniqueKeysWithValues: known.map { ($0.value, $0.key) })
  }
}
