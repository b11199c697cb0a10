import Executor
import Glibc
import Graph
import Quantities
import Testing

@testable import Kernels

/// What watches over the runners that tests make.
enum Watch {
  @TaskLocal static var guards: MemoryGuard?

  /// Runs `body` with memory watched to the byte on one side; the last line on standard error names
  /// the operator that ended the process.
  static func over(_ side: MemoryGuard.Side, _ body: () throws -> Void) rethrows {
    let guards = MemoryGuard(side) { name in
      let line = name + "\n"
      _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
    }
    try $guards.withValue(guards, operation: body)
  }
}

/// Kernels touch no memory but what is theirs: the tests of kernels and of small models, run again
/// with forbidden pages around every buffer, each in a process that a stray access ends.
@Suite(.serialized) struct MemoryGuardTests {
  /// Fails, and says at which operator, when a process was ended.
  static func check(_ result: ExitTest.Result?) {
    guard let result, result.exitStatus != .exitCode(EXIT_SUCCESS) else { return }
    Issue.record("ended at \(lastLine(result))")
  }

  private static func lastLine(_ result: ExitTest.Result) -> String {
    let lines = result.standardErrorContent.split(separator: UInt8(ascii: "\n"))
    return lines.last.map { String(decoding: $0, as: UTF8.self) } ?? "nothing"
  }

  /// Runs an operator and what its gradient needs on every instruction set, on one to four lanes.
  /// Whether results are right is for other tests; that none is made of what nobody wrote is seen.
  private static func exercise(_ item: Case, _ type: DataType) throws {
    var random = TestRandom(3)
    for (seed, table) in ForwardTests.tables.enumerated() {
      let x = item.operands(type, seed: seed + 1)
      let results = item.outputs(type)
      let forward = try run(
        item.kind, x, outputs: results, lanes: 1 + seed, kernels: table)
      let isWritten = forward.joined().allSatisfy { $0.isFinite }
      #expect(isWritten, "\(item) \(table.name)")
      let outputs = zip(results, forward).map {
        Operand(type: $0.type, values: Values($0.shape, $1))
      }
      let shape = results[0].shape
      let dy = Operand(
        type: type, values: shape.isEmpty ? Values([], [1]) : random.values(shape, type))
      for part in GradientTests.backward(item.kind, dy: dy, x: x, outputs: outputs) {
        let targets = part.gradients.map { (shape: x[$0].values.shape, type: type) }
        let got = try run(
          part.kind, part.inputs, outputs: targets, lanes: 1 + seed, kernels: table)
        let isWritten = got.joined().allSatisfy { $0.isFinite }
        #expect(isWritten, "\(part.kind) \(table.name)")
      }
    }
  }

  /// Attention over several blocks of queries and keys.
  private static let attentions: [Case] = AttentionTests.shapes.map { shape in
    let geometry = AttentionGeometry(
      queryHeads: shape.heads, keyValueHeads: shape.keyValueHeads, headSize: shape.size,
      causal: shape.causal)
    let wide = [shape.batch, shape.queries, shape.heads * shape.size]
    let narrow = Case.Input([shape.batch, shape.keys, shape.keyValueHeads * shape.size])
    return Case(
      kind: .attention(geometry), inputs: [.init(wide), narrow, narrow],
      outputs: [.init(wide), .init([shape.batch, shape.heads, shape.queries], statistic: true)])
  }

  @Test(arguments: MemoryGuard.Side.allCases, [DataType.fp32, .bf16, .fp16])
  func operators(_ side: MemoryGuard.Side, _ type: DataType) async {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) { [side = side as MemoryGuard.Side, type = type as DataType] in
      try Watch.over(side) {
        for item in Case.all + MemoryGuardTests.attentions {
          try MemoryGuardTests.exercise(item, type)
        }
      }
    }
    Self.check(result)
  }

  @Test(arguments: MemoryGuard.Side.allCases, [DataType.fp32, .bf16])
  func mapsWhoseChannelsLieLast(_ side: MemoryGuard.Side, _ type: DataType) async {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) { [side = side as MemoryGuard.Side, type = type as DataType] in
      try Watch.over(side) {
        for chain in ChannelsLastTests.chains {
          try ChannelsLastTests().agreesWithPlainOrder(chain, type)
        }
      }
    }
    Self.check(result)
  }

  @Test(arguments: MemoryGuard.Side.allCases)
  func productsAndUpdates(_ side: MemoryGuard.Side) async {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) { [side = side as MemoryGuard.Side] in
      try Watch.over(side) {
        for rule in OptimizerTests.rules {
          for shape in OptimizerTests.shapes {
            try OptimizerTests().followsItsDefinition(rule, shape)
          }
        }
        for type in [DataType.fp32, .bf16] {
          try GradientTests().optimizersFollowTheirRules(type)
          for size in ByteWeightTests.sizes {
            try ByteWeightTests().agreesWithTheExpandedWeight(size, type)
          }
        }
        for tail in StepGroupTests.Tail.allCases {
          for shape in StepGroupTests.shapes.prefix(3) {
            try StepGroupTests().groupsGiveWhatStepsGive(tail, shape)
          }
        }
        try ForwardTests().longRowsCrossChunks()
        try ForwardTests().largeProducts(64, 300, 2100)
      }
    }
    Self.check(result)
  }

  @Test(arguments: MemoryGuard.Side.allCases)
  func smallModels(_ side: MemoryGuard.Side) async {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) { [side = side as MemoryGuard.Side] in
      try Watch.over(side) {
        for model in SmallModel.all {
          try SmallModelTests().agreesWithPyTorch(model, 2)
          try SmallModelTests().staysNearInHalfThePrecision(model)
        }
        for rule in OptimizerKind.allCases {
          for type in [DataType.fp32, .bf16] { try MemoryGuardTests.train(rule, type) }
        }
        for model in StoredWeightsTests.models {
          for precision in [Precision.fp32, .bf16] {
            try StoredWeightsTests().logitsAreThoseOfPyTorch(model, precision)
          }
          if model.name == "resnet-eval" { continue }
          try StoredWeightsTests().weightsOfOneByteStayNear(model, .bf16)
        }
      }
    }
    Self.check(result)
  }

  /// Two steps of a small model under an update rule.
  private static func train(_ rule: OptimizerKind, _ type: DataType) throws {
    // Wide enough for whole bytes of 8-bit states.
    let graph = ModelRunTests.smallModel(layers: 1, type: type, hidden: 70)
    let training = try TrainingGraph.derive(from: graph, optimizer: rule)
    try ModelRunTests.withTeam(3) { team in
      let trainer = try TrainingRunner(training, team: team, guards: Watch.guards)
      for _ in 0..<2 {
        let loss = try trainer.step()
        #expect(loss.isFinite)
      }
    }
  }

  /// What a kernel could do wrong while `y[3,5] = x[3,7] · wᵀ` runs beside another buffer.
  enum Fault: String, Codable, CaseIterable {
    case readsPastInput, readsBeforeInput, writesPastOutput, writesBeforeOutput, writesInput
    case readsAnother, writesPastScratch, writesBeforeScratch

    var side: MemoryGuard.Side {
      switch self {
      case .readsBeforeInput, .writesBeforeOutput, .writesBeforeScratch: .before
      default: .after
      }
    }
  }

  /// `@unchecked Sendable`: set before the run that reads it.
  private final class Places: @unchecked Sendable {
    var at: [UnsafeMutableRawPointer] = []
  }

  /// Runs a product and strays where a kernel would.
  private static func stray(_ fault: Fault?, side: MemoryGuard.Side) throws {
    let tensors = [
      Tensor("x", [3, 7], .bf16, .input), Tensor("w", [5, 7], .bf16, .input),
      Tensor("y", [3, 5], .bf16, .activation), Tensor("z", [64], .bf16, .input),
    ]
    var program = Program()
    let buffers = tensors.map { program.add($0, $0.name == "y" ? .transient : .zero) }
    let op = Operator("stray", .linear(bias: false), [0, 1].map { TensorID($0) }, [TensorID(2)])
    program.add(op, tensors: tensors) { buffers[$0.index] }
    program.keep(buffers[2])
    try ModelRunTests.withTeam(2) { team in
      let place = Places()
      let guards = MemoryGuard(side) { name in
        _ = (name + "\n").withCString { write(STDERR_FILENO, $0, strlen($0)) }
        if let fault { commit(fault, place.at) }
      }
      let runner = try ProgramRunner(program, team: team, guards: guards)
      let item = runner.prepared[0]
      let scratch = UnsafeMutableRawPointer(runner.workspace.view(item.need).scratch(0))
      place.at = [
        item.inputs[0].address, item.outputs[0].address,
        runner.memory.arena.pointer + runner.memory.plan.offsets[buffers[3]], scratch,
        scratch + 4 * item.need.laneFloats,
      ]
      try runner.run()
      #expect(try runner.read(buffers[2]).allSatisfy { $0 == 0 })
    }
  }

  private static func commit(_ fault: Fault, _ at: [UnsafeMutableRawPointer]) {
    func read(_ place: UnsafeMutableRawPointer) {
      if place.load(as: UInt8.self) == 1 { print("read") }
    }
    func write(_ place: UnsafeMutableRawPointer) { place.storeBytes(of: 0, as: UInt8.self) }
    switch fault {
    case .readsPastInput: read(at[0] + 3 * 7 * 2)
    case .readsBeforeInput: read(at[0] - 1)
    case .writesPastOutput: write(at[1] + 3 * 5 * 2)
    case .writesBeforeOutput: write(at[1] - 1)
    case .writesInput: write(at[0])
    case .readsAnother: read(at[2])
    case .writesPastScratch: write(at[4])
    case .writesBeforeScratch: write(at[3] - 1)
    }
  }

  @Test(arguments: Fault.allCases)
  func aStrayAccessIsStopped(_ fault: Fault) async {
    let result = await #expect(
      processExitsWith: .signal(SIGSEGV), observing: [\.standardErrorContent]
    ) { [fault = fault as Fault] in try MemoryGuardTests.stray(fault, side: fault.side) }
    if let result { #expect(Self.lastLine(result).contains("stray: linear"), "\(fault)") }
  }

  @Test(arguments: MemoryGuard.Side.allCases)
  func whatIsAllowedPasses(_ side: MemoryGuard.Side) throws { try Self.stray(nil, side: side) }
}
