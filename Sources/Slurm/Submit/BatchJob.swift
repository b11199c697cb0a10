import Quantities

/// A job to hand to Slurm, all of it checked.
public struct BatchJob: Sendable, Hashable {
  /// The user's name for it.
  public var id: String
  /// Unique for ever; stands in the job's comment and names its folder. Hexadecimal digits.
  public var token: String
  /// What it asks for.
  public var shape: TaskShape
  /// Seconds after which Slurm ends it; nil for the partition's default.
  public var timeLimit: Int?
  /// The program and its arguments.
  public var command: [String]
  /// Variables for the program.
  public var environment: [Variable] = []
  /// Folder that all its nodes see; the job's own folder lies in it.
  public var folder: String
  /// Words for sbatch, already checked: partition, account and the like.
  public var words: [Word] = []
  /// Words for srun, already checked: how tasks are bound.
  public var taskWords: [Word] = []
  /// Exactly these nodes; empty leaves the choice to Slurm.
  public var nodes: [String] = []
  /// Slurm's numbers of jobs that must have ended well before.
  public var after: [Int] = []
  /// How many copies with numbers from 0; nil for a single job.
  public var array: Int?
  /// At most so many copies at a time; nil for no limit.
  public var arrayLimit: Int?
  /// Whether Slurm may start it again after a node failed.
  public var isRequeued = false
  /// The program's exit code that says "saved, start me again"; nil for none.
  public var requeueCode: Int?
  /// Whether it has its nodes for itself, with all their memory.
  public var isExclusive = false
  /// Whether it goes on without a node that fails.
  public var survivesNodes = false
  /// Whether mpirun starts the program on the nodes in place of srun.
  public var startsByMPI = false
  /// Name of a plan in its folder, whose ranks its tasks are; nil for a program that needs none.
  public var planFile: String?
  /// Whether its program is copied to a local folder of each node first.
  public var copiesProgram = false

  /// A variable of the environment.
  public struct Variable: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Its value.
    public var value: String
    /// Pairs a name with a value.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// An option with its value.
  public struct Word: Sendable, Hashable {
    /// The option without dashes.
    public var option: String
    /// Its value.
    public var value: String
    /// Pairs an option with its value.
    public init(_ option: String, _ value: String) {
      self.option = option
      self.value = value
    }
  }

  /// Creates a job for one node's default.
  public init(
    id: String, token: String, shape: TaskShape, timeLimit: Int?, command: [String], folder: String
  ) {
    self.id = id
    self.token = token
    self.shape = shape
    self.timeLimit = timeLimit
    self.command = command
    self.folder = folder
  }

  /// The comment by which the job is found again.
  public var comment: String { Self.comment(token) }
  /// The comment of a token.
  public static func comment(_ token: String) -> String { "hfm:" + token }
  /// The job's own folder.
  public var home: String { folder + "/" + token }

  /// Options of sbatch, in a fixed order.
  var options: [Word] {
    var all = [
      Word("job-name", "hfm-" + ShellWord.label(id)), Word("comment", comment),
      Word("nodes", "\(shape.nodes)"), Word("ntasks-per-node", "\(shape.tasksPerNode)"),
      Word("cpus-per-task", "\(shape.coresPerTask)"),
      Word("mem", isExclusive ? "0" : "\(shape.mebibytes)M"),
      // The script itself writes into the job's folder.
      Word("output", "/dev/null"), Word("error", "/dev/null"),
    ]
    if let timeLimit { all.append(Word("time", Self.minutes(timeLimit))) }
    if shape.gpusPerNode > 0 {
      let type = shape.gpuType.isEmpty ? "" : shape.gpuType + ":"
      all.append(Word("gpus-per-node", "\(type)\(shape.gpusPerNode)"))
    }
    if !words.contains(where: { $0.option == "distribution" }) {
      all.append(Word("distribution", "block:block"))
    }
    if !nodes.isEmpty { all.append(Word("nodelist", nodes.joined(separator: ","))) }
    if !after.isEmpty {
      all.append(Word("dependency", "afterok:" + after.map(String.init).joined(separator: ":")))
    }
    if let array {
      all.append(Word("array", "0-\(array - 1)" + (arrayLimit.map { "%\($0)" } ?? "")))
    }
    return all + words
  }

  /// Slurm's time limits are whole minutes, rounded up.
  static func minutes(_ seconds: Int) -> String { "\(max(1, (seconds - 1) / 60 + 1))" }
}
