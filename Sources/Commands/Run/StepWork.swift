import Executor
import Glibc
import Kernels
import Quantities
import Workloads

/// A workload as a sequence of steps on a team, whose state can be kept in a file between runs.
final class StepWork {
  private let inference: InferenceRunner?
  private let training: TrainingRunner?
  /// The last step's loss, for training.
  private(set) var loss: Double?

  init(_ workload: Workload, _ team: WorkerTeam, memoryBudget: Int) throws {
    if let graph = workload.training {
      let trainer = try TrainingRunner(graph, team: team, memoryBudget: memoryBudget)
      (training, inference, runner) = (trainer, nil, trainer.runner)
    } else {
      let pass = try InferenceRunner(workload.forward, team: team, memoryBudget: memoryBudget)
      (training, inference, runner) = (nil, pass, pass.runner)
    }
  }

  var isTraining: Bool { training != nil }

  /// What runs the steps.
  let runner: ProgramRunner

  /// Replaces random parameters by a file's; returns how many.
  func load(_ file: WeightFile) throws -> Int {
    try runner.load { try file.elements(of: $0, count: $1) }.loaded
  }

  /// A pass that counts for nothing.
  func warmUp() throws { try step(1) }

  /// The step of a number, from 1.
  func step(_ number: Int) throws {
    try inference?.run()
    guard let training else { return }
    try training.runner.run(optimizer: training.settings, step: number)
    guard let result = training.runner.program.results.first else { return }
    loss = try training.runner.read(result).first.map(Double.init)
  }

  private var lasting: [Int] { training?.runner.program.lasting ?? [] }

  /// "HFMCKPT1" as a number, little-endian.
  private static let mark: UInt64 = 0x3154_504B_434D_4648

  /// Writes the state after a number of steps, whole or not at all, and returns its bytes;
  /// inference has none.
  func save(_ path: String?, steps: Int) throws -> Int {
    guard let training, let path else { return 0 }
    let temporary = path + ".tmp"
    guard let file = fopen(temporary, "wb") else { throw Self.failure(temporary) }
    var isWhole = true
    var bytes = 0
    func put<Value: BitwiseCopyable>(_ values: [Value]) {
      bytes += MemoryLayout<Value>.stride * values.count
      isWhole =
        isWhole && fwrite(values, MemoryLayout<Value>.stride, values.count, file) == values.count
    }
    put([Self.mark, UInt64(steps), UInt64(lasting.count)])
    for buffer in lasting {
      let values = try training.runner.read(buffer)
      put([UInt64(values.count)])
      put(values)
    }
    isWhole = isWhole && fflush(file) == 0 && fsync(fileno(file)) == 0
    isWhole = fclose(file) == 0 && isWhole
    guard isWhole, rename(temporary, path) == 0 else {
      let error = Self.failure(path)
      unlink(temporary)
      throw error
    }
    return bytes
  }

  /// Reads the state back; returns after how many steps it was written: 0, and nothing changed,
  /// when there is none or it is not that of this job after so many steps.
  func restore(_ path: String?, steps: Int) throws -> Int {
    guard let training else { return steps }
    guard steps > 0, let path, let file = fopen(path, "rb") else { return 0 }
    defer { fclose(file) }
    func take<Value: BitwiseCopyable>(_ zero: Value, _ count: Int) -> [Value]? {
      var values = [Value](repeating: zero, count: count)
      return fread(&values, MemoryLayout<Value>.stride, count, file) == count ? values : nil
    }
    let buffers = lasting
    guard take(UInt64(0), 3) == [Self.mark, UInt64(steps), UInt64(buffers.count)] else { return 0 }
    var states: [[Float]] = []
    for buffer in buffers {
      let expected = try training.runner.read(buffer).count
      guard let count = take(UInt64(0), 1), count[0] == UInt64(expected),
        let values = take(Float(0), expected)
      else { return 0 }
      states.append(values)
    }
    for (buffer, values) in zip(buffers, states) { try training.runner.write(values, to: buffer) }
    return steps
  }

  /// Forgets a state that is needed no more.
  static func remove(_ path: String) { unlink(path) }

  private static func failure(_ path: String) -> UserError {
    UserError(
      .run, place: path, "the checkpoint cannot be written: \(String(cString: strerror(errno)))")
  }
}
