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
  /// Seconds of each step over all profiled runs, from the end of the step before: together they
  /// are the runs' time. Steps that run tile by tile share out what their group took, handing it to
  /// the lanes and waiting for the last of them included, as they do on the first lane.
  public private(set) var stepSeconds: [Double]
  /// Runs since the last `resetProfile`.
  public private(set) var profiledRuns = 0

  let memory: ProgramMemory
  let workspace: Workspace
  let table: KernelTable
  let groups: [StepGroup]
  let aliases: [Int: Int]
  /// What watches over the kernels; nil in production.
  let guards: MemoryGuard?
  var prepared: [PreparedStep] = []
  /// How each group's outputs are cut; nil where its steps run one by one.
  var splits: [TileSplit?] = []
  /// Whether packed weights differ from those that they were made of.
  var mustPack = true
  /// Packed convolutions whose weights the optimizer changes: each run packs them.
  var changingConvolutions: [PackedConvolution] = []
  /// A group's calls and times; kept, so that a run takes nothing from the heap.
  private var calls: [KernelCall] = []
  private var times: [UInt64] = []
  /// When the last step of a profiled run ended; nil where no times are taken.
  private var lastEnd: UInt64?

  /// Memory that a program needs on a number of lanes, in bytes, without the packed copies of
  /// weights, which a runner makes where its budget allows; nothing is allocated.
  /// - Throws: `UserError` when the sum exceeds the address space.
  public static func requiredBytes(_ program: Program, lanes: Int) throws(UserError) -> Int {
    var program = program.laidOut
    program = program.widened(over: program.groups)
    let plans = try plans(program, lanes: lanes)
    return try MemoryPlan(program).bytes + need(program, plans, lanes).bytes(lanes: lanes)
  }

  private static func plans(_ program: Program, lanes: Int) throws(UserError) -> [StepPlan] {
    var planner = StepPlanner(lanes: lanes)
    var plans: [StepPlan] = []
    for step in program.steps {
      try step.check()
      plans.append(try planner.plan(step))
    }
    return plans
  }

  private static func need(
    _ program: Program, _ plans: [StepPlan], _ lanes: Int
  ) -> Workspace.Need {
    zip(program.steps, plans).reduce(Workspace.Need()) {
      $0.merged($1.0.need($1.1, lanes: lanes))
    }
  }

  /// Allocates and fills a program's memory.
  /// - Parameters:
  ///   - seed: of parameters and inputs.
  ///   - memoryBudget: most bytes that may be used; nil for no limit.
  ///   - weights: where parameters lie on a team of several NUMA nodes; nil for what suits the
  ///     program (see `WeightPlacement`).
  ///   - kernels: of which instruction set.
  ///   - guards: for tests: ends the process when a kernel touches memory that is not its own.
  ///     The pages around buffers count towards no budget.
  ///   - reserve: where its memory comes from and goes to, for one who runs many programs.
  /// - Throws: `UserError` when a format has no kernel, the memory exceeds the budget or is
  ///   refused; what `WorkerTeam.run` throws.
  public init(
    _ program: Program, team: WorkerTeam, seed: UInt64 = 1, memoryBudget: Int? = nil,
    weights: WeightPlacement? = nil, kernels: KernelTable = .best, guards: MemoryGuard? = nil,
    reserve: MappingReserve? = nil
  ) throws {
    var program = program.laidOut
    groups = program.groups
    aliases = program.aliases(groups)
    program = program.widened(over: groups)
    let plans = try ProgramRunner.plans(program, lanes: team.count)
    let plan = try MemoryPlan(program)
    let need = ProgramRunner.need(program, plans, team.count)
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
    self.guards = guards
    table = kernels
    requiredBytes = required
    memory = try ProgramMemory(
      program, plan: guards.map { try MemoryPlan(program, guarded: $0.side) } ?? plan, team: team,
      placement: weights
        ?? .suited(
          weightBytes: program.parameterBytes, requiredBytes: required, budget: memoryBudget,
          nodes: team.numaNodes.count, changesWeights: program.changesParameters),
      reserve: reserve)
    workspace = try Workspace(need, lanes: team.count, guarded: guards?.side, reserve: reserve)
    for (lane, shift) in memory.shifts.enumerated() {
      workspace.view(need).weightShift(lane).pointee = shift
    }
    stepSeconds = Array(repeating: 0, count: program.steps.count)
    try prepare(plans)
    try team.run { [self] scope in
      try planProducts(scope, packing: (memoryBudget ?? .max) - required)
      fill(scope, seed: seed)
    }
  }

  private func storage(_ buffer: Int, as tensor: Tensor) -> TensorStorage {
    TensorStorage(
      tensor: tensor,
      address: memory.arena.pointer + memory.plan.offsets[aliases[buffer] ?? buffer],
      isReplicated: memory.placement == .replicate && program.buffers[buffer].content == .parameter,
      layout: program.buffers[buffer].layout)
  }

  private func prepare(_ plans: [StepPlan]) throws(UserError) {
    for (step, plan) in zip(program.steps, plans) {
      if case .convolution(let convolution) = plan {
        try convolution.prepare(name: step.op.name)
      }
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
          rotaryTable: step.rotaryTable, plan: plan,
          scales: step.scales.map { storage($0, as: program.buffers[$0].tensor) },
          statistics: step.statistics.map { storage($0, as: program.buffers[$0].tensor) },
          need: step.need(plan, lanes: team.count)))
    }
  }

  private func fill(_ scope: TeamScope, seed: UInt64) {
    let choices = InitialValues.choose(program)
    for (index, buffer) in program.buffers.enumerated() where buffer.content != .transient {
      let mixed = seed &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(index) &* 0xd1b5_4a32_d192_ed03
      choices[index].fill(storage(index, as: buffer.tensor), seed: mixed, scope: scope)
    }
    memory.copyParameters(scope)
    memory.prefault(program, scope)
  }

  /// Runs every step once, or `times` times, one pass after the other in one visit to the team.
  /// - Parameters:
  ///   - step: the optimizer's, of the first pass.
  ///   - profile: adds each step's time to `stepSeconds`.
  /// - Throws: `CancellationError` between operators when the team is cancelled; `UserError` when
  ///   an operator fails.
  public func run(
    optimizer: OptimizerSettings = OptimizerSettings(), step: Int = 1, times: Int = 1,
    profile: Bool = false
  ) throws {
    try team.run { [self] scope in
      for pass in 0..<times {
        try run(scope, optimizer: optimizer, step: step + pass, profile: profile)
      }
    }
  }

  private func run(
    _ scope: TeamScope, optimizer: OptimizerSettings, step: Int, profile: Bool
  ) throws {
    try mustPack ? pack(scope) : packAgain(scope)
    if guards != nil { try closeBuffers() }
    defer {
      calls.removeAll(keepingCapacity: true)
      if guards != nil { openBuffers() }
    }
    lastEnd = profile ? ProgramRunner.nanoseconds() : nil
    for (group, split) in zip(groups, splits) {
      try scope.checkCancellation()
      if let guards { try admit(group, guards) }
      calls.removeAll(keepingCapacity: true)
      for index in group.steps {
        calls.append(call(index, scope, optimizer: optimizer, step: step))
      }
      if let split {
        try run(group) { times throws(UserError) in
          try GroupCall(calls: calls, split: split).execute(times: times)
        }
      } else if group.steps.count > 1 {
        try run(group) { times throws(UserError) in
          calls[0].executeBlocks(calls.dropFirst(), times: times)
        }
      } else {
        try runOneByOne(group)
      }
      if guards != nil { try dismiss(group) }
    }
    try scope.checkCancellation()
    if profile { profiledRuns += 1 }
  }

  private func run(
    _ group: StepGroup,
    _ execute: (_ times: UnsafeMutablePointer<UInt64>?) throws(UserError) -> Void
  ) throws(UserError) {
    guard lastEnd != nil else { return try execute(nil) }
    times.removeAll(keepingCapacity: true)
    for _ in group.steps { times.append(0) }
    try times.withUnsafeMutableBufferPointer { times throws(UserError) in
      try execute(times.baseAddress)
    }
    let seconds = lap()
    let onFirstLane = Double(max(1, times.reduce(0, +)))
    for (index, time) in zip(group.steps, times) {
      stepSeconds[index] += seconds * Double(time) / onFirstLane
    }
  }

  private func runOneByOne(_ group: StepGroup) throws(UserError) {
    for (index, call) in zip(group.steps, calls) {
      try call.execute()
      if lastEnd != nil { stepSeconds[index] += lap() }
    }
  }

  /// Seconds since the last step's end, which is set to now.
  private func lap() -> Double {
    let now = ProgramRunner.nanoseconds()
    defer { lastEnd = now }
    return Double(now - (lastEnd ?? now)) * 1e-9
  }

  private func call(
    _ index: Int, _ scope: TeamScope, optimizer: OptimizerSettings, step: Int
  ) -> KernelCall {
    let (op, item) = (program.steps[index].op, prepared[index])
    return KernelCall(
      name: op.name, kind: op.kind, inputs: item.inputs, outputs: item.outputs,
      rotaryTable: item.rotaryTable, plan: item.plan, scales: item.scales,
      statistics: item.statistics, scope: scope, workspace: workspace.view(item.need), table: table,
      optimizer: optimizer, step: step,
      product: item.product, productPlan: item.productPlan,
      packedConvolution: item.packedConvolution)
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
    let values = try team.run { _ in
      if let integers = storage.integerValues { return integers }
      var values = [Float](repeating: 0, count: storage.count)
      table.functions.pointee.toFloat(storage.array, 0, Int64(storage.count), &values)
      return values
    }
    return storage.layout.reordered(values, storage.tensor.shape, writing: false)
  }

  /// Sets a buffer's elements, rounded to its format.
  public func write(_ values: [Float], to buffer: Int) throws {
    let storage = storage(buffer, as: program.buffers[buffer].tensor)
    let (table, memory) = (table, memory)
    mustPack = true
    guard values.count == storage.count else {
      throw UserError(
        .input, key: storage.tensor.name, "\(values.count) values for \(storage.count) elements")
    }
    let values = storage.layout.reordered(values, storage.tensor.shape, writing: true)
    try team.run { scope in
      if !storage.storeIntegers(values) {
        table.functions.pointee.fromFloat(values, storage.array, 0, Int64(storage.count))
      }
      if storage.isReplicated { memory.copyParameters(scope) }
    }
  }
}
