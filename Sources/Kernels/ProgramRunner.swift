import CKernels
public import Executor
import Glibc
import Graph
public import Quantities

/// Runs a program on a team of workers; owns its memory.
///
/// `@unchecked Sendable`: memory and timings are touched only inside `WorkerTeam.run`, which runs
/// one body at a time, and by `read`/`write`, which go through it too.
public final class ProgramRunner: @unchecked Sendable {
  /// What is run.
  public let program: Program
  /// The workers.
  public let team: WorkerTeam
  /// Bytes of all tensors and of the kernels' scratch.
  public internal(set) var requiredBytes: Int
  /// Seconds of each step over all profiled runs, and how many there were.
  public private(set) var stepSeconds: [Double]
  /// Runs since the last `resetProfile`.
  public private(set) var profiledRuns = 0

  private let memory: NodeBuffer
  let workspace: Workspace
  private let plan: MemoryPlan
  private let table: KernelTable
  let groups: [StepGroup]
  private let aliases: [Int: Int]
  var prepared: [PreparedStep] = []
  /// How each group's outputs are cut; nil where its steps run one by one.
  var splits: [TileSplit?] = []
  var packedMemory: NodeBuffer?
  /// Whether packed weights differ from those that they were made of.
  var mustPack = true

  /// Memory that a program needs on a number of lanes, in bytes, without the packed copies of
  /// weights, which a runner makes where its budget allows; nothing is allocated.
  /// - Throws: `UserError` when the sum exceeds the address space.
  public static func requiredBytes(_ program: Program, lanes: Int) throws(UserError) -> Int {
    let program = program.widened(over: program.groups)
    return try MemoryPlan(program).bytes + need(program, lanes).bytes(lanes: lanes)
  }

  private static func need(_ program: Program, _ lanes: Int) -> Workspace.Need {
    program.steps.reduce(Workspace.Need()) { $0.merged($1.need(lanes: lanes)) }
  }

  /// Allocates and fills a program's memory.
  /// - Parameters:
  ///   - seed: of parameters and inputs.
  ///   - memoryBudget: most bytes that may be used; nil for no limit.
  /// - Throws: `UserError` when a format has no kernel, the memory exceeds the budget or is
  ///   refused; what `WorkerTeam.run` throws.
  public init(
    _ program: Program, team: WorkerTeam, seed: UInt64 = 1, memoryBudget: Int? = nil,
    kernels: KernelTable = .best
  ) throws {
    for step in program.steps { try step.checkFormats() }
    groups = program.groups
    aliases = program.aliases(groups)
    let program = program.widened(over: groups)
    let plan = try MemoryPlan(program)
    let need = ProgramRunner.need(program, team.count)
    let required = plan.bytes + need.bytes(lanes: team.count)
    if let memoryBudget, required > memoryBudget {
      throw UserError(
        .impossible, key: "memory",
        "the run needs \(required) bytes, \(required - memoryBudget) more than the budget of "
          + "\(memoryBudget)",
        remedy: "use a smaller batch, sequence or model, or a larger budget")
    }
    self.program = program
    self.team = team
    self.plan = plan
    table = kernels
    requiredBytes = required
    let nodes = team.numaNodes
    memory = try NodeBuffer(
      byteCount: max(1, plan.bytes), node: nodes.count == 1 ? nodes.first : nil, hugePages: true)
    workspace = try Workspace(need, lanes: team.count)
    stepSeconds = Array(repeating: 0, count: program.steps.count)
    try prepare()
    try team.run { [self] scope in
      try planProducts(scope, packing: (memoryBudget ?? .max) - required)
      fill(scope, seed: seed)
    }
  }

  private func storage(_ buffer: Int, as tensor: Tensor) -> TensorStorage {
    TensorStorage(
      tensor: tensor, address: memory.pointer + plan.offsets[aliases[buffer] ?? buffer])
  }

  private func prepare() throws(UserError) {
    for step in program.steps {
      let pairs =
        zip(step.inputs, step.inputTensors).map { ($0, $1) }
        + zip(step.outputs, step.outputTensors).map { ($0, $1) }
      for (buffer, tensor) in pairs
      where tensor.bytes > program.buffers[buffer].tensor.bytes {
        throw UserError(
          .input, key: step.op.name, "tensor \(tensor.name) is larger than what is bound to it",
          remedy: "give the block and its call the same shapes")
      }
      prepared.append(
        PreparedStep(
          inputs: zip(step.inputs, step.inputTensors).map { storage($0, as: $1) },
          outputs: zip(step.outputs, step.outputTensors).map { storage($0, as: $1) },
          rotaryTable: step.rotaryTable))
    }
  }

  private func fill(_ scope: TeamScope, seed: UInt64) {
    let choices = InitialValues.choose(program)
    for (index, buffer) in program.buffers.enumerated() where buffer.content != .transient {
      let mixed = seed &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(index) &* 0xd1b5_4a32_d192_ed03
      choices[index].fill(storage(index, as: buffer.tensor), seed: mixed, scope: scope)
    }
    memory.prefault(scope)
  }

  /// Runs every step once.
  /// - Parameter profile: adds each step's time to `stepSeconds`.
  /// - Throws: `CancellationError` between operators when the team is cancelled; `UserError` when
  ///   an operator fails.
  public func run(
    optimizer: OptimizerSettings = OptimizerSettings(), step: Int = 1, profile: Bool = false
  ) throws {
    try team.run { [self] scope in
      try run(scope, optimizer: optimizer, step: step, profile: profile)
    }
  }

  private func run(
    _ scope: TeamScope, optimizer: OptimizerSettings, step: Int, profile: Bool
  ) throws {
    if mustPack { try pack(scope) }
    for (group, split) in zip(groups, splits) {
      try scope.checkCancellation()
      let calls = group.steps.map { call($0, scope, optimizer: optimizer, step: step) }
      let before = profile ? ProgramRunner.nanoseconds() : 0
      if let split {
        var times = [UInt64](repeating: 0, count: calls.count)
        try times.withUnsafeMutableBufferPointer { times in
          try GroupCall(calls: calls, split: split).execute(
            times: profile ? times.baseAddress : nil)
        }
        for (index, time) in zip(group.steps, times) { stepSeconds[index] += Double(time) * 1e-9 }
      } else {
        var start = before
        for (index, call) in zip(group.steps, calls) {
          try call.execute()
          guard profile else { continue }
          let now = ProgramRunner.nanoseconds()
          stepSeconds[index] += Double(now - start) * 1e-9
          start = now
        }
      }
    }
    try scope.checkCancellation()
    if profile { profiledRuns += 1 }
  }

  private func call(
    _ index: Int, _ scope: TeamScope, optimizer: OptimizerSettings, step: Int
  ) -> KernelCall {
    let (op, item) = (program.steps[index].op, prepared[index])
    return KernelCall(
      name: op.name, kind: op.kind, inputs: item.inputs, outputs: item.outputs,
      rotaryTable: item.rotaryTable, scope: scope, workspace: workspace.view, table: table,
      optimizer: optimizer, step: step, product: item.product, plan: item.plan)
  }

  static func nanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Forgets the times of profiled runs.
  public func resetProfile() {
    stepSeconds = Array(repeating: 0, count: program.steps.count)
    profiledRuns = 0
  }

  /// A buffer's elements as numbers. A transient buffer holds what its last writer left.
  public func read(_ buffer: Int) throws -> [Float] {
    let storage = storage(buffer, as: program.buffers[buffer].tensor)
    let table = table
    return try team.run { _ in
      if storage.tensor.dataType == .int32 {
        return (0..<storage.count).map { Float(storage.integers[$0]) }
      }
      var values = [Float](repeating: 0, count: storage.count)
      table.functions.pointee.toFloat(storage.array, 0, Int64(storage.count), &values)
      return values
    }
  }

  /// Sets a buffer's elements, rounded to its format.
  public func write(_ values: [Float], to buffer: Int) throws {
    let storage = storage(buffer, as: program.buffers[buffer].tensor)
    let table = table
    guard values.count == storage.count else {
      throw UserError(
        .input, key: storage.tensor.name, "\(values.count) values for \(storage.count) elements")
    }
    mustPack = true
    try team.run { _ in
      if storage.tensor.dataType == .int32 {
        for (index, value) in values.enumerated() { storage.integers[index] = Int32(value) }
      } else {
        table.functions.pointee.fromFloat(values, storage.array, 0, Int64(storage.count))
      }
    }
  }
}
