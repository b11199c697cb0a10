import Executor
import Graph
import Kernels
import Models
import Quantities
import Testing
import Workloads

/// Whole small models through the runners.
@Suite(.serialized) struct ModelRunTests {
  static func withTeam<R>(_ lanes: Int, _ body: (WorkerTeam) throws -> R) throws -> R {
    let pool = try WorkerPool(
      layout: PoolLayout(workers: (0..<lanes).map { .init(cpu: $0 % 2, numaNode: -1) }))
    defer { pool.shutdown() }
    let team = try pool.lease(Array(0..<lanes))
    defer { team.release() }
    return try body(team)
  }

  /// Tokens → embedding → `layers` residual blocks of norm, linear, gelu, linear → cross-entropy.
  static func smallModel(layers: Int, type: DataType = .fp32, hidden h: Int = 10)
    -> OperatorGraph
  {
    let (rows, vocabulary) = (12, 17)
    let ids = Tensor("ids", [1, rows], .int32, .input)
    let labels = Tensor("labels", [1, rows], .int32, .input)
    let x = Tensor("x", [1, rows, h], type, .activation)
    let loss = Tensor("loss", [], .fp32, .activation)
    func parameter(_ name: String, _ shape: [Int]) -> Tensor {
      Tensor(name, shape, type, .parameter(.mlp))
    }
    let table = parameter("table", [vocabulary, h])
    let embed = Block(
      name: "embed", tensors: [ids, table, x], inputs: [TensorID(0)], outputs: [TensorID(2)],
      operators: [Operator("look", .embedding, [TensorID(0), TensorID(1)], [TensorID(2)])])
    var input = x
    input.role = .input
    let statistic = Tensor("s", [1, rows], .fp32, .activation)
    let layer = Block(
      name: "layer",
      tensors: [
        input, parameter("gamma", [h]), parameter("beta", [h]), x, statistic, statistic,
        parameter("up", [h, h]), parameter("up.bias", [h]), x, x, parameter("down", [h, h]), x, x,
      ], inputs: [TensorID(0)], outputs: [TensorID(12)],
      operators: [
        Operator(
          "norm", .layerNorm(epsilon: 1e-5), [0, 1, 2].map { TensorID($0) },
          [3, 4, 5].map { TensorID($0) }),
        Operator("up", .linear(bias: true), [3, 6, 7].map { TensorID($0) }, [TensorID(8)]),
        Operator("gelu", .activation(.gelu), [TensorID(8)], [TensorID(9)]),
        Operator("down", .linear(bias: false), [TensorID(9), TensorID(10)], [TensorID(11)]),
        Operator("add", .add, [TensorID(0), TensorID(11)], [TensorID(12)]),
      ])
    let logits = Tensor("logits", [1, rows, vocabulary], type, .activation)
    let head = Block(
      name: "head",
      tensors: [
        input, labels, table, logits, loss, Tensor("lse", [1, rows], .fp32, .activation),
      ], inputs: [TensorID(0), TensorID(1)], outputs: [TensorID(4)],
      operators: [
        Operator("logits", .linear(bias: false), [TensorID(0), TensorID(2)], [TensorID(3)]),
        Operator(
          "loss", .crossEntropy, [TensorID(3), TensorID(1)], [TensorID(4), TensorID(5)]),
      ])
    return OperatorGraph(
      name: "small", values: [ids, labels, x, x, loss], inputs: [ValueID(0), ValueID(1)],
      outputs: [ValueID(4)], blocks: [embed, layer, head],
      calls: [
        BlockCall(
          block: 0, inputs: [ValueID(0)], outputs: [ValueID(2)],
          tied: [TiedParameter(local: TensorID(1), shared: 0)]),
        BlockCall(block: 1, count: layers, inputs: [ValueID(2)], outputs: [ValueID(3)]),
        BlockCall(
          block: 2, inputs: [ValueID(3), ValueID(1)], outputs: [ValueID(4)],
          tied: [TiedParameter(local: TensorID(2), shared: 0)]),
      ], sharedParameters: [table])
  }

  @Test(arguments: [1, 3], [1, 2])
  func gradientsOfAWholeModel(_ layers: Int, _ lanes: Int) throws {
    let graph = ModelRunTests.smallModel(layers: layers)
    let training = try TrainingGraph.derive(from: graph, optimizer: .sgd)
    try ModelRunTests.withTeam(lanes) { team in
      // SGD with step 1 makes parameter(before) − parameter(after) the gradient.
      let runner = try TrainingRunner(
        training, team: team, settings: OptimizerSettings(learningRate: 1))
      let inference = try InferenceRunner(graph, team: team)
      let program = runner.runner.program
      let parameters = program.buffers.indices.filter { program.buffers[$0].content == .parameter }
      let other = inference.runner.program.buffers.indices.filter {
        inference.runner.program.buffers[$0].content == .parameter
      }
      let inputs = program.buffers.indices.filter { program.buffers[$0].content == .input }
      for (a, b) in zip(parameters + inputs, other + inputs) {
        try inference.runner.write(try runner.runner.read(a), to: b)
      }
      let before = try parameters.map { try runner.runner.read($0) }
      _ = try runner.step()
      for (index, parameter) in parameters.enumerated() {
        let after = try runner.runner.read(parameter)
        let gradient = zip(before[index], after).map { Double($0) - Double($1) }
        // Along the gradient itself the loss changes by its squared length.
        let length = gradient.map { $0 * $0 }.reduce(0, +).squareRoot()
        let step = 2e-2 / max(length, 1e-9)
        func loss(_ sign: Double) throws -> Double {
          let moved = zip(before[index], gradient).map { Float(Double($0) + sign * step * $1) }
          try inference.runner.write(moved, to: other[index])
          try inference.run()
          return Double(try inference.outputs()[0][0])
        }
        let slope = (try loss(1) - loss(-1)) / (2 * step)
        try inference.runner.write(before[index], to: other[index])
        // fp32 losses near 2.8 resolve 2e-7; a gradient too small for that is only bounded.
        #expect(
          abs(slope - length * length) <= 0.03 * length * length + 3e-5 * length,
          "\(program.buffers[parameter].tensor.name): \(slope) and \(length * length)")
      }
    }
  }

  @Test(arguments: OptimizerKind.allCases, [DataType.fp32, .bf16])
  func lossFallsOnAFixedBatch(_ optimizer: OptimizerKind, _ type: DataType) throws {
    let graph = ModelRunTests.smallModel(layers: 2, type: type)
    let training = try TrainingGraph.derive(from: graph, optimizer: optimizer)
    try ModelRunTests.withTeam(2) { team in
      let runner = try TrainingRunner(
        training, team: team,
        settings: OptimizerSettings(learningRate: ModelRunTests.rate(optimizer)),
        guards: Watch.guards)
      let losses = try (0..<40).map { _ in try runner.step() }
      // Rules that take the gradient's length leave the flat region around the initialisation
      // slowly; so do those whose step follows that of parameters that are still small.
      let isSlow = ![OptimizerKind.adamw, .adamw8bit].contains(optimizer)
      #expect(losses[39] < (isSlow ? 0.98 : 0.7) * losses[0])
    }
  }

  private static func rate(_ optimizer: OptimizerKind) -> Double {
    switch optimizer {
    case .sgd: 0.5
    case .momentum, .adafactor, .lamb: 0.1
    case .adamw, .adamw8bit, .muon: 0.01
    }
  }

  @Test func sameSeedSameBits() throws {
    let training = try TrainingGraph.derive(
      from: ModelRunTests.smallModel(layers: 2), optimizer: .adamw)
    let losses = try (0..<2).map { _ in
      try ModelRunTests.withTeam(2) { team in
        let runner = try TrainingRunner(training, team: team, seed: 9)
        return try (0..<5).map { _ in try runner.step().bitPattern }
      }
    }
    #expect(losses[0] == losses[1])
  }

  @Test func memoryIsKnownBeforehandAndRefused() throws {
    let graph = ModelRunTests.smallModel(layers: 3)
    let bytes = try InferenceRunner.requiredBytes(graph, lanes: 2)
    try ModelRunTests.withTeam(2) { team in
      let fits = try InferenceRunner(graph, team: team, memoryBudget: bytes)
      #expect(fits.requiredBytes == bytes)
      #expect {
        try InferenceRunner(graph, team: team, memoryBudget: bytes - 1)
      } throws: { ($0 as? UserError)?.kind == .impossible }
    }
  }

  @Test func buffersOfOneMomentDoNotOverlap() throws {
    // Inference of many layers needs hardly more memory for activations than that of few.
    let few = try InferenceRunner.requiredBytes(ModelRunTests.smallModel(layers: 2), lanes: 1)
    let many = try InferenceRunner.requiredBytes(ModelRunTests.smallModel(layers: 50), lanes: 1)
    // Parameters of a layer: 10 + 10 + 100 + 10 + 100 floats, each tensor padded to 128 bytes.
    #expect(many - few <= 48 * (3 * 128 + 2 * 512))
  }

  @Test(arguments: ["bert-base", "esm-2-8m", "vit-s-16"])
  func catalogueModelsRun(_ id: String) throws {
    guard let model = try? ModelCatalogue.builtIn.model(id) else { return }
    let workload = try Workload(model, WorkloadRequest(task: .infer, batch: 1))
    try ModelRunTests.withTeam(2) { team in
      let runner = try InferenceRunner(workload.forward, team: team)
      try runner.run()
      let outputs = try runner.outputs()
      #expect(outputs.allSatisfy { $0.allSatisfy(\.isFinite) })
    }
  }

  @Test func cancellationEndsARun() throws {
    try ModelRunTests.withTeam(2) { team in
      let runner = try InferenceRunner(ModelRunTests.smallModel(layers: 2), team: team)
      team.cancel()
      #expect(throws: CancellationError.self) { try runner.run() }
    }
  }
}
