import CostModel
import Graph
import HardwareModel
import Models
import Quantities
import Testing
import Workloads

/// What a processor does with weights because training changes them.
@Suite struct TrainedWeightTests {
  private func training(
    _ id: String, _ task: WorkloadTask, sequence: Int? = nil, precision: Precision = .fp32
  ) throws -> TrainingGraph {
    let request = WorkloadRequest(task: task, batch: 1, sequence: sequence, precision: precision)
    return try #require(try Workload(try ModelCatalogue.builtIn.model(id), request).training)
  }

  /// torchvision's resnet18 has 11,689,512 parameters (its documentation): without the classifier's
  /// 513,000 and the norms' 9,600, those of its convolutions. Each is packed for the convolution
  /// and for the gradient of its input, which the first one (3 · 64 · 7 · 7) has not.
  @Test(arguments: [(Precision.fp32, 4), (.bf16, 2)])
  func everyConvolutionIsPackedForBothPasses(precision: Precision, size: Int) throws {
    let packing = WorkTally(packing: try training("resnet18", .finetune, precision: precision))
    let weights = 11_689_512 - 513_000 - 9_600
    #expect(packing.sum(\.movedBytes) == 2 * size * (2 * weights - 3 * 64 * 7 * 7))
    #expect(packing.operatorCount == 20 + 19)
    // No framework counts any of it.
    #expect(packing.sum(\.bytes) == 0 && packing.sum(\.hardwareFlops) == 0)
    #expect(packing.entries.allSatisfy { $0.cost.kernel == .weightPacking })
  }

  @Test func aTransformerPacksNothing() throws {
    #expect(WorkTally(packing: try training("bert-base", .finetune, sequence: 16)).entries.isEmpty)
  }

  /// Full fine-tuning changes every linear map; LoRA changes none of those that it adapts.
  @Test func linearMapsOfTrainedWeightsAreToldApart() throws {
    func count(_ kernel: Kernel, _ tally: WorkTally) -> Int {
      tally.entries.filter { $0.cost.kernel == kernel }.reduce(0) { $0 + $1.count }
    }
    let full = try training("bert-base", .finetune, sequence: 16)
    let step = WorkTally(forwardOf: full)
    #expect(count(.trainedLinear, step) >= 12 * 6 && count(.linear, step) == 0)
    let forward = WorkTally(forward: full.forward)
    #expect(count(.linear, forward) == count(.trainedLinear, step))
    #expect(count(.trainedLinear, forward) == 0)
    let lora = WorkTally(forwardOf: try training("bert-base", .lora, sequence: 16))
    #expect(count(.linear, lora) >= 12 * 6 && count(.trainedLinear, lora) > 0)
  }

  /// Gradients pack what changes: the weight for the inputs', both operands for the weight's. Up to
  /// four rows are multiplied with the weight as it lies.
  @Test func whatIsPackedIsMovedTwiceMore() {
    func moved(_ kind: OperatorKind, _ shapes: [[Int]], inputs: Int, trains: Bool = false) -> Int {
      let op = Operator(
        "l", kind, (0..<inputs).map { TensorID($0) },
        (inputs..<shapes.count).map { TensorID($0) })
      let tensors = shapes.map { Tensor("t", $0, .bf16, .activation) }
      let cost =
        trains ? OperatorCost(training: op, tensors: tensors) : OperatorCost(op, tensors: tensors)
      return cost.movedBytes - cost.bytes
    }
    let (x, w, y) = ([32, 64], [16, 64], [32, 16])
    #expect(moved(.linear(bias: false), [x, w, y], inputs: 2) == 0)
    #expect(moved(.linear(bias: false), [x, w, y], inputs: 2, trains: true) == 2 * 2 * 16 * 64)
    let few = [[4, 64], w, [4, 16]]
    #expect(moved(.linear(bias: false), few, inputs: 2, trains: true) == 0)
    #expect(moved(.linearGradInput, [y, w, x], inputs: 2) == 2 * 2 * 16 * 64)
    #expect(
      moved(.linearGradWeight(bias: false), [y, x, w], inputs: 2) == 2 * 2 * (32 * 16 + 32 * 64))
  }

  /// A profile without a law for it takes that of the plain kernel; one with a law for packing
  /// takes its time in each training step.
  @Test func profilesKnowThem() throws {
    let op = Operator("l", .linear(bias: false), [TensorID(0), TensorID(1)], [TensorID(2)])
    let tensors = [[32, 64], [16, 64], [32, 16]].map { Tensor("t", $0, .fp32, .activation) }
    let linear = OperatorCost(op, tensors: tensors)
    let trained = OperatorCost(training: op, tensors: tensors)
    #expect(trained.kernel == .trainedLinear && trained.bytes == linear.bytes)
    // The weight's panels are written and read once more.
    let growth = Double(linear.movedBytes + 2 * 4 * 16 * 64) / Double(linear.movedBytes)
    var device = Device(roughly: Machine(source: "t", name: "t"))
    func law(_ operatorClass: OperatorClass, _ kernel: Kernel, bytes: Double) -> RateLaw {
      RateLaw(
        operatorClass: operatorClass, dataType: .fp32, kernel: kernel.rawValue, startSeconds: 0,
        flopsPerSecond: nil, bytesPerSecond: bytes)
    }
    device.laws = [law(.matrix, .linear, bytes: 1e9)]
    let seconds = TimeModel(device: device).seconds(linear)
    #expect(seconds > 0)
    #expect(abs(TimeModel(device: device).seconds(trained) / seconds - growth) < 1e-12)
    device.laws.append(law(.matrix, .trainedLinear, bytes: 5e8))
    #expect(abs(TimeModel(device: device).seconds(trained) / seconds - 2 * growth) < 1e-12)

    let graph = try training("resnet18", .finetune)
    let without = TimeModel(device: device).seconds(trainingStep: graph)
    device.laws.append(law(.elementwise, .weightPacking, bytes: 1e9))
    let with = TimeModel(device: device).seconds(trainingStep: graph)
    let packed = Double(WorkTally(packing: graph).sum(\.movedBytes)) / 1e9
    #expect(abs(with - without - packed) < 1e-9)
  }
}
