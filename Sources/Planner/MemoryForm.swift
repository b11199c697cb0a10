import CostModel
import HardwareModel

/// Memory of one device by what it holds, at the worst stage and moment.
struct StageMemory {
  var parameters = 0.0
  var buffers = 0.0
  var gathered = 0.0
  var gradients = 0.0
  var states = 0.0
  var activations = 0.0
  var working = 0.0
  /// The stage, from 0.
  var stage = 0
  /// Whether the peak is the optimizer's update.
  var inUpdate = false
  /// Bytes in host memory for one device.
  var host = 0.0

  var peak: Double {
    parameters + buffers + gathered + gradients + states + activations + working
  }
}

/// The closed form of a step's memory.
struct MemoryForm {
  let setting: StepSetting

  /// The worst stage.
  func worst(_ stages: [CutStage], _ cut: StepCut) -> StageMemory {
    var result = StageMemory()
    for stage in stages {
      let memory = memory(stage, cut)
      if memory.peak > result.peak { result = memory }
    }
    return result
  }

  /// What a stage holds whichever of its layers recompute: bytes beside activations, and the
  /// micro-batches whose activations it keeps at once.
  struct Held {
    var bytes: Double
    var flight: Double
    /// Whether nothing is kept that only autocast needs.
    var isNarrow: Bool
  }

  /// What a stage holds where a mode covers some of its layers and activations stay on the device:
  /// `bytes + kept * flight + working` is then its `StageMemory.peak` to the last bit, `kept`
  /// without autocast's bytes where it is narrow.
  func held(_ stage: CutStage, _ cut: StepCut) -> Held {
    let memory = memory(stage, cut)
    return Held(
      bytes: memory.parameters + memory.buffers + memory.gathered + memory.gradients
        + memory.states,
      flight: Self.inFlight(stage.index, cut), isNarrow: !keepsAutocast(cut))
  }

  /// Micro-batches whose activations a stage keeps at once.
  ///
  /// 1F1B: as many as stages follow, itself included (Narayanan et al., SC 2021, section 2.2.1).
  /// Interleaved: 2·(p − i − 1) + (v − 1)·p + 1 pieces of 1/v of the stage (Megatron-Core's
  /// schedule). ZB-H1 keeps what 1F1B does (Qi et al., ICLR 2024, section 3.1).
  static func inFlight(_ index: Double, _ cut: StepCut) -> Double {
    let (stages, virtual) = (Double(cut.pipeline), Double(cut.virtualStages))
    let passes = Double(cut.accumulation)
    guard cut.virtualStages > 1 else { return min(passes, stages - index) }
    let pieces = 2 * (stages - index - 1) + (virtual - 1) * stages + 1
    return min(passes * virtual, pieces) / virtual
  }

  private func memory(_ stage: CutStage, _ cut: StepCut) -> StageMemory {
    var result = StageMemory()
    result.stage = Int(stage.index)
    result.buffers = stage.buffers
    let shards = Double(cut.nodeShards ? shardsInNode(cut) : cut.replicas)
    let expertShards = min(Double(cut.expertReplicas), shards)
    /// Bytes of dense elements and of experts' under ZeRO's stages from `level` on.
    func share(_ dense: Double, _ experts: Double, _ bytes: Double, from level: Int) -> Double {
      guard cut.zero >= level else { return bytes * (dense + experts) }
      return bytes * (dense / shards + experts / expertShards)
    }
    let held = stage.moved(setting) + stage.expertParameters
    let narrow = isNarrow(cut)
    let level = narrow ? 2 : 3
    result.parameters =
      share(
        stage.parameters - stage.packed, stage.expertParameters, setting.parameterBytes,
        from: level) + share(stage.packedBytes, 0, 1, from: level)
    let fetched = min(
      2 * stage.largestLayer / setting.parameterBytes * setting.computeBytes,
      held * setting.computeBytes)
    if cut.offload.contains(.parameters) {
      result.host += result.parameters
      result.parameters = 0
      result.gathered = fetched
    } else if cut.zero >= 3 && cut.replicas > 1 {
      result.gathered = fetched
    } else if narrow {
      result.gathered = held * setting.computeBytes
    }
    guard setting.trains else {
      // A cache's keys and values lie with their layers and heads.
      result.activations = setting.inputs / Double(cut.tensor * cut.pipeline)
      result.working = stage.working
      return result
    }
    result.gradients = share(
      stage.trained, stage.expertTrained, setting.gradientBytes, from: 2)
    result.states = share(stage.trained, stage.expertTrained, setting.stateBytes, from: 1)
    if cut.offload.contains(.optimizer) {
      result.host += result.states
      result.states = 0
      if setting.offloadsGradients(cut) {
        result.host += result.gradients
        // That of the layer in backward, and of the one on its way.
        let layers = 2 * stage.largestLayer / setting.parameterBytes * setting.gradientBytes
        result.gradients = min(result.gradients, layers)
      }
    }
    let kept =
      stage.kept(cut.recompute) - (keepsAutocast(cut) ? 0 : stage.autocast(cut.recompute))
    let flight = Self.inFlight(stage.index, cut)
    result.activations = kept * flight
    if cut.offload.contains(.activations) {
      // Two layers are on the device: the one in use and the one on its way.
      result.host += result.activations
      result.activations = min(result.activations, 2 * kept / max(1, stage.layers))
    }
    result.working = cut.recompute == .none ? stage.working : stage.workingFull
    if cut.recompute == .selective {
      result.working = stage.working + (stage.keptNone - stage.keptSelective) / max(1, stage.layers)
    }
    return result
  }

  /// Whether sharded parameters are gathered in the format computed in.
  private func isNarrow(_ cut: StepCut) -> Bool {
    setting.gathersNarrow && cut.zero >= 2 && cut.replicas > 1
  }

  /// Whether parameters are wide where they are used, as autocast's copies need.
  private func keepsAutocast(_ cut: StepCut) -> Bool {
    !isNarrow(cut) && !setting.stack.mainParameters
  }

  private func shardsInNode(_ cut: StepCut) -> Int {
    max(1, min(cut.replicas, setting.devicesPerNode / max(1, cut.tensor)))
  }
}
