import Executor
import Graph
import Kernels
import Quantities

/// What the machine itself gives, beside its operators.
enum MachineSpeed {
  /// Bytes per second of a sum of two arrays into a third, far larger than the caches: two reads
  /// and a write per element, as STREAM counts them (McCalpin 1995).
  static func bandwidth(
    team: WorkerTeam, type: DataType = .fp32, cacheBytes: Int, repeats: Int
  ) throws -> Double {
    let size = type.bits / 8
    let count = max(16 << 20, 2 * cacheBytes) / size
    let x = ([count / 1024, 1024], type)
    let item = MeasuredCase(.add, [x, x], [x])
    var program = Program()
    let buffers = item.tensors.map { program.add($0, .zero) }
    program.add(item.op, tensors: item.tensors) { buffers[$0.index] }
    let runner = try ProgramRunner(program, team: team)
    try runner.run()
    var best = 0.0
    for _ in 0..<max(5, repeats) {
      runner.resetProfile()
      try runner.run(profile: true)
      if let seconds = runner.stepSeconds.first, seconds > 0 {
        best = max(best, Double(3 * size * count / 1024 * 1024) / seconds)
      }
    }
    return best
  }

  /// Seconds to start an operator on all lanes and wait for them: one too small to take time.
  static func launchOverhead(team: WorkerTeam) throws -> Double {
    let x = ([team.count * 512], DataType.fp32)
    let item = MeasuredCase(.scale(1), [x], [x])
    var program = Program()
    let buffers = item.tensors.map { program.add($0, .zero) }
    for _ in 0..<64 { program.add(item.op, tensors: item.tensors) { buffers[$0.index] } }
    let runner = try ProgramRunner(program, team: team)
    for _ in 0..<4 { try runner.run(profile: true) }
    return runner.stepSeconds.median / 4
  }
}
