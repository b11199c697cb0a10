import CostModel
import Graph
import HardwareModel
import Kernels
import Quantities
import Scheduler
import Workloads

/// What the time model and the memory plan say of one pass or step of a workload on some of a
/// machine's cores.
struct CorePrediction {
  private let workload: Workload
  /// Time of a pass or step, in seconds.
  let passSeconds: Double
  /// What the run will allocate, in bytes.
  let memoryBytes: Int
  /// What it asks of memory and caches that others use too.
  let traffic: MemoryTraffic

  /// - Throws: `UserError` when the graph cannot run here.
  init(
    _ workload: Workload, _ device: Device, cores: Int, of total: Int
  ) throws(UserError) {
    self.workload = workload
    let lanes = min(cores, total)
    let time = TimeModel(device: device.share(cores: lanes, of: total))
    let tally: WorkTally
    if let training = workload.training {
      tally = WorkTally(trainingStep: training)
      memoryBytes = try TrainingRunner.requiredBytes(training, lanes: lanes)
      passSeconds = time.seconds(trainingStep: training, footprintBytes: memoryBytes)
    } else {
      tally = WorkTally(forward: workload.forward)
      memoryBytes = try InferenceRunner.requiredBytes(workload.forward, lanes: lanes)
      passSeconds = time.seconds(inference: workload.forward, footprintBytes: memoryBytes)
    }
    let pressure = time.pressure(tally, cores: lanes, footprintBytes: memoryBytes)
    traffic = MemoryTraffic(
      bytesPerSecond: pressure.bytesPerSecond, boundShare: pressure.boundShare,
      workingSetBytes: pressure.workingSetBytes, cachedShare: pressure.cachedShare)
  }

  /// Bytes that a checkpoint holds: nothing for inference.
  func stateBytes() throws(UserError) -> Int {
    guard let training = workload.training else { return 0 }
    let program = try Program(training: training)
    return program.lasting.reduce(0) { $0 + 4 * program.buffers[$1].tensor.count }
  }
}

extension Program {
  /// Buffers that outlive a step: parameters and the optimizer's states.
  var lasting: [Int] {
    buffers.indices.filter {
      buffers[$0].content == .parameter || buffers[$0].content == .zero
    }
  }
}
