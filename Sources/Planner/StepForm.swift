import CostModel
import HardwareModel
import Quantities

/// One configuration in plain numbers.
struct StepCut {
  var data, tensor, pipeline, virtualStages, context: Int
  var expert, expertTensor: Int
  var zero: Int
  var sequenceParallel: Bool
  var schedule: PipelineSchedule
  var nodeShards: Bool
  var microBatch: Int
  var accumulation: Int
  var recompute: RecomputeMode
  var offload: Offload
  var fusedAttention: Bool
  /// Modes that share a stage's layers: the stages' full recomputation means them; nil: one mode.
  var coverage: CutStage.Coverage?

  /// Devices that hold the same share of the parameters.
  var replicas: Int { data * context }
  /// Devices that hold the same experts' share.
  var expertReplicas: Int { max(1, data * context * tensor / (expert * expertTensor)) }
}

/// The closed form of a step's time.
struct StepForm {
  let setting: StepSetting

  /// Seconds by part.
  func breakdown(_ stages: [CutStage], _ cut: StepCut) -> StepBreakdown {
    var result = StepBreakdown()
    let mode = cut.recompute
    var heavy = 0
    var busiest = -1.0
    var all = 0.0
    var weights = 0.0
    for index in stages.indices {
      let busy = stages[index].busy(mode)
      all += busy * stages[index].multiplicity
      weights += stages[index].seconds.weightGradient * stages[index].multiplicity
      if busy > busiest { (busiest, heavy) = (busy, index) }
    }
    let stage = stages[heavy]
    let seconds = stage.seconds
    let passes = Double(cut.accumulation)
    result.forward = passes * seconds.forward
    result.backward = passes * seconds.backward
    result.recompute = passes * stage.recompute(mode)
    result.tensor = passes * (seconds.tensorForward + seconds.tensorBackward)
    result.context = passes * (seconds.contextForward + seconds.contextBackward)
    result.expert = passes * (seconds.expertForward + seconds.expertBackward)
    result.communication = result.tensor + result.context + result.expert
    if cut.pipeline > 1 {
      pipeline(cut, all - busiest, weights - seconds.weightGradient, &result)
    }
    guard setting.trains else { return finished(result, cut) }
    if setting.gathered > 0, cut.data > 1 { compare(cut, &result) }
    var largest = 0
    for index in stages.indices where stages[index].updated > stages[largest].updated {
      largest = index
    }
    update(stages[largest], cut, &result)
    result.packing = setting.packingSeconds / Double(cut.tensor * cut.pipeline)
    if cut.zero == 3 && cut.replicas > 1 {
      gather(stage, stages[largest], cut, &result)
    } else if cut.replicas > 1 {
      reduce(stages[largest], stage, cut, &result)
    }
    result.host = setting.stack.stepSeconds + setting.stack.waiting * result.total
    return finished(result, cut)
  }

  private func finished(_ breakdown: StepBreakdown, _ cut: StepCut) -> StepBreakdown {
    guard setting.loader.isBusy else { return breakdown }
    var result = breakdown
    result.dataLoading = loaded(cut, beside: breakdown.total) - breakdown.total
    return result
  }

  /// Seconds of a step with its loading: where that decides, the same for each of its plans.
  func loaded(_ cut: StepCut, beside step: Double) -> Double {
    let nodes =
      Double(cut.data * cut.tensor * cut.pipeline * cut.context) / Double(setting.devicesPerNode)
    let samples = Double(cut.data * cut.microBatch * cut.accumulation) / max(1, nodes)
    return setting.loader.seconds(samples: samples, beside: step)
  }

  /// A contrastive loss over all replicas: each gathers the others' embeddings, compares its own
  /// with them (the graph compares those of one replica), and sums their gradients (arXiv
  /// 2103.00020, section 2.5; OpenCLIP's `local_loss` with `gather_with_grad`).
  private func compare(_ cut: StepCut, _ result: inout StepBreakdown) {
    let (own, passes) = (Double(cut.microBatch), Double(cut.accumulation))
    let rows = own * Double(cut.data)
    let group = setting.links.group(size: cut.data, stride: cut.tensor * cut.context)
    let bytes = rows * setting.gathered * setting.computeBytes
    result.embeddings = 2 * passes * setting.links.half(bytes, group)
    result.communication += result.embeddings
    // Two products, of each kind with the other: half of the elements each.
    let seconds = passes * 2 * own * (rows - own) * setting.gathered / setting.comparing
    result.forward += seconds
    result.backward += 2 * seconds
  }

  // MARK: pipeline

  /// Filling and draining: every other stage's share of one micro-batch, and the hand-overs.
  private func pipeline(
    _ cut: StepCut, _ others: Double, _ otherWeights: Double, _ result: inout StepBreakdown
  ) {
    let virtual = Double(cut.virtualStages)
    let devices = cut.tensor * cut.context * cut.data
    let between =
      setting.execution.map { $0.pipeline == .between }
      ?? (devices * cut.pipeline > setting.devicesPerNode)
    let scatters = setting.stack.scattersHandOvers
    let shares = scatters ? Double(cut.tensor) : 1
    var hop = setting.links.send(
      setting.boundary / Double(cut.context) / shares, betweenNodes: between, stage: devices,
      devices: devices * cut.pipeline)
    // Each tensor parallel device sends its share; the receivers gather them (SC 2021, section
    // 4.1).
    if cut.tensor > 1 && scatters && !cut.sequenceParallel {
      let group = setting.links.group(size: cut.tensor, stride: 1, setting.execution?.tensor)
      hop += setting.links.half(setting.boundary / Double(cut.context), group)
    }
    hop = 2 * (hop + setting.stack.handOver)
    let passes = Double(cut.accumulation)
    let traffic = hop * virtual * passes
    result.communication += traffic
    // Beside other chunks' work where the framework does so; filling and draining is the bubble's.
    let hides = setting.stack.overlapsHandOvers && cut.virtualStages > 1
    result.pipeline = hides ? max(0, traffic - result.compute) : traffic
    var idle = others
    if cut.schedule == .zeroBubble { idle = max(0, idle - 2 * otherWeights) }
    result.bubble = idle / virtual + Double(cut.pipeline - 1) * hop
  }

  // MARK: gradients and parameters

  /// The update of one device's share.
  private func update(_ stage: CutStage, _ cut: StepCut, _ result: inout StepBreakdown) {
    let shards = cut.zero >= 1 ? shardGroup(cut).size : 1
    let expertShards = cut.zero >= 1 ? min(expertGroup(cut).size, shards) : 1
    let elements = stage.trained / shards + stage.expertTrained / expertShards
    if cut.offload.contains(.optimizer) {
      // Gradients go to the host, parameters come back; the host updates at its memory's pace.
      let near = setting.host.deviceLink.value
      var traffic = elements * setting.parameterBytes / near
      let gradients = elements * setting.gradientBytes / near
      if setting.offloadsGradients(cut) {
        // Those of each pass leave while backward goes on.
        let all = gradients * Double(cut.accumulation)
        traffic += max(all - result.backward, 0.1 * all)
      } else {
        traffic += gradients
      }
      let touched = elements * (2 * setting.stateBytes + setting.gradientBytes)
      let update =
        touched * Double(setting.devicesPerNode) / (0.7 * setting.host.memoryBandwidth.value)
      result.optimizer = update
      result.offload += traffic
    } else if let measured = setting.optimizerSeconds {
      result.optimizer = measured / shards
    } else {
      let bytes =
        elements * (2 * setting.stateBytes + setting.gradientBytes + 2 * setting.parameterBytes)
      result.optimizer = setting.stack.update * bytes / setting.bandwidth
    }
    let passes = Double(cut.accumulation)
    if cut.offload.contains(.activations) {
      let bytes = 2 * stage.kept(cut.recompute) * passes / setting.host.deviceLink.value
      let computing = result.forward + result.backward + result.recompute
      result.offload += max(bytes - computing, 0.1 * bytes)
    }
    if cut.offload.contains(.parameters) {
      let bytes =
        2 * (stage.moved(setting) / shards + stage.expertParameters / expertShards)
        * setting.computeBytes * passes
        / setting.host.deviceLink.value
      result.offload += max(bytes - result.forward - result.backward, 0.1 * bytes)
    }
  }

  private func replicaGroup(_ cut: StepCut) -> Collectives.Group {
    setting.links.group(size: cut.replicas, stride: cut.tensor, setting.execution?.data)
  }

  private func shardGroup(_ cut: StepCut) -> Collectives.Group {
    inNode(replicaGroup(cut), cut)
  }

  /// Devices that hold the same experts' share: those of one expert parallel group apart.
  private func expertGroup(_ cut: StepCut) -> Collectives.Group {
    setting.links.group(size: cut.expertReplicas, stride: cut.expert * cut.expertTensor)
  }

  private func inNode(_ group: Collectives.Group, _ cut: StepCut) -> Collectives.Group {
    cut.nodeShards ? Collectives.Group(inner: group.inner, nodes: 1) : group
  }

  /// ZeRO 0 to 2: gradients are summed, updated parameters gathered.
  private func reduce(
    _ largest: CutStage, _ heavy: CutStage, _ cut: StepCut, _ result: inout StepBreakdown
  ) {
    let pass =
      heavy.seconds.backward + heavy.recompute(cut.recompute) + heavy.seconds.tensorBackward
    let passes = Double(cut.accumulation)
    let cover = cut.zero == 2 ? pass * passes : pass
    var traffic = 0.0
    for (elements, group) in [
      (largest.trained, replicaGroup(cut)), (largest.expertTrained, expertGroup(cut)),
    ] where elements > 0 {
      let bytes = elements * setting.gradientBytes
      // DDP's buckets of 25 MiB (Li et al., VLDB 2020).
      let messages = (bytes / Double(25 << 20)).rounded(.up)
      guard cut.zero >= 1 else {
        traffic += setting.links.allReduce(bytes, group, messages: messages)
        continue
      }
      let shards = inNode(group, cut)
      let scatter = setting.links.half(bytes, shards, messages: messages)
      traffic += cut.zero == 1 ? scatter : scatter * passes
      if cut.nodeShards {
        // Nodes hold copies: each device sums its share with its like.
        let copies = Collectives.Group(inner: 1, nodes: group.nodes)
        traffic += setting.links.allReduce(bytes / group.inner, copies, messages: messages)
      }
      let gather = setting.links.half(
        elements * setting.parameterBytes, shards, messages: messages)
      result.communication += gather
      result.parameters += gather
    }
    let hidden = min(traffic * setting.stack.gradientOverlap, cover)
    result.communication += traffic
    result.gradients = traffic - hidden
  }

  /// ZeRO 3: parameters are gathered for each forward and backward, gradients scattered.
  private func gather(
    _ heavy: CutStage, _ largest: CutStage, _ cut: StepCut, _ result: inout StepBreakdown
  ) {
    let messages = max(1, largest.layers)
    var (once, scatter) = (0.0, 0.0)
    for (held, trained, group) in [
      (largest.moved(setting), largest.trained, shardGroup(cut)),
      (largest.expertParameters, largest.expertTrained, inNode(expertGroup(cut), cut)),
    ] where held > 0 {
      once += setting.links.half(held * setting.computeBytes, group, messages: messages)
      scatter += setting.links.half(trained * setting.computeBytes, group, messages: messages)
    }
    once /= setting.stack.shardLinks
    scatter /= setting.stack.shardLinks
    let forward = heavy.seconds.forward + heavy.seconds.tensorForward
    let backward =
      heavy.seconds.backward + heavy.seconds.tensorBackward + heavy.recompute(cut.recompute)
    func exposed(_ computing: Double, _ traffic: Double) -> Double {
      let longer = max(computing, traffic)
      return longer + setting.stack.shardInterference * min(computing, traffic) - computing
    }
    let passes = Double(cut.accumulation)
    result.communication += passes * (2 * once + scatter)
    result.parameters += passes * exposed(forward, once)
    result.gradients += passes * exposed(backward, once + scatter)
    guard cut.nodeShards else { return }
    let all = replicaGroup(cut)
    guard all.nodes > 1 else { return }
    let copies = Collectives.Group(inner: 1, nodes: all.nodes, spacing: all.spacing)
    let traffic = setting.links.allReduce(
      largest.updated * setting.gradientBytes / all.inner, copies)
    result.communication += traffic
    result.gradients += traffic * (1 - setting.stack.gradientOverlap)
  }
}
