import Graph
import CostModel
import Executor
import Kernels
import Models
import Quantities
import Workloads

/// One computation that we and PyTorch carry out, and how it is rated.
struct PeerCase {
  /// What is computed.
  var name: String
  /// What the Python side is asked for (`scripts/peers/torch_peer.py`).
  var request: String
  /// Work of one call, and the unit of its rate: GFLOP or GB.
  var work: Double
  var unit: String
  /// Prepares our side and returns one call.
  var prepare: (WorkerTeam) throws -> () throws -> Void
}

extension PeerCase {
  /// A catalogue model's forward pass or training step, rated in model FLOPs.
  static func model(
    _ task: WorkloadTask, _ id: String, batch: Int, sequence: Int?, side: Int? = nil,
    _ type: DataType
  ) throws -> PeerCase {
    var request = WorkloadRequest(
      task: task, batch: batch, sequence: sequence,
      precision: type == .fp32 ? .fp32 : .bf16)
    if task == .infer, id == "bert-base" { request.objective = .embedding }
    request.volume = side.map { [$0, $0, $0] }
    let workload = try Workload(try ModelCatalogue.builtIn.model(id), request)
    let word = task == .infer ? "forward" : "train"
    let cost =
      try workload.training.map { try GraphCost(training: $0) }
      ?? GraphCost(inference: workload.forward)
    return PeerCase(
      name: "\(id) \(word) batch \(batch) \(type.rawValue)",
      request: "\(word) \(id) \(batch) \(side ?? sequence ?? 0) \(type.rawValue)",
      work: 1e-9 * Double(cost.flops.step),
      unit: "GFLOP/s"
    ) { team in
      if let training = workload.training {
        let runner = try TrainingRunner(training, team: team)
        return { _ = try runner.step() }
      }
      let runner = try InferenceRunner(workload.forward, team: team)
      return { try runner.run() }
    }
  }

  /// nnU-Net's 3-D network (3×3×3 convolutions of 32 to 320 channels, instance norms) on patches of
  /// 64³ voxels: those of 128³ that it is meant for take eight times as long.
  static func volumes(_ task: WorkloadTask, batch: Int, _ type: DataType) throws -> PeerCase {
    try model(task, "nnunet-3d-fullres", batch: batch, sequence: nil, side: 64, type)
  }

  /// Attention alone, `[batch, length, heads·size]`.
  static func attention(
    batch: Int, length: Int, causal: Bool, _ type: DataType
  ) -> PeerCase {
    let (heads, size) = (12, 64)
    // PyTorch's count, the full square, for either.
    let flops = 4.0 * Double(batch * heads * length * length * size)
    return PeerCase(
      name: "attention \(batch)x\(length)\(causal ? " causal" : "") \(type.rawValue)",
      request: "attention \(batch) \(heads) \(length) \(size) \(causal ? 1 : 0) \(type.rawValue)",
      work: 1e-9 * flops, unit: "GFLOP/s"
    ) { team in
      var sketch = ProgramSketch(type)
      let shape = [batch, length, heads * size]
      let inputs = (0..<3).map { _ in sketch.buffer(shape, .input) }
      let geometry = AttentionGeometry(
        queryHeads: heads, keyValueHeads: heads, headSize: size, causal: causal)
      _ = sketch.apply(
        .attention(geometry), inputs, to: [shape], statistics: [[batch, heads, length]])
      let runner = try ProgramRunner(sketch.program, team: team)
      return { try runner.run() }
    }
  }

  /// AdamW's update of `tensors` tensors, rated by the seven times that it touches an element.
  static func adamw(tensors: Int, count: Int, _ type: DataType) -> PeerCase {
    PeerCase(
      name: "AdamW \(tensors * count >> 20) Mi \(type.rawValue)",
      request: "adamw \(count) \(tensors) \(type.rawValue)",
      work: 1e-9 * Double(7 * tensors * type.bytes(count)), unit: "GB/s"
    ) { team in
      var sketch = ProgramSketch(type)
      for _ in 0..<tensors {
        let buffers = [
          sketch.buffer([count]), sketch.buffer([count], .input), sketch.buffer([count], .zero),
          sketch.buffer([count], .zero),
        ]
        _ = sketch.apply(.optimizer(.adamw), buffers, to: [])
      }
      let runner = try ProgramRunner(sketch.program, team: team)
      return { try runner.run() }
    }
  }
}
