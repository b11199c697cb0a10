import CostModel
import DataFormats
import HardwareModel
import Planner
import Quantities

/// A plan as JSON, as `plans` of `hfm plan --json` lists it.
struct PlanJSON {
  let request: PlanRequest

  func json(_ plan: PlanEstimate, explain: Bool) -> JSONValue {
    let cut = plan.configuration
    var members: [(String, JSONValue)] = [
      ("parallelism", json(cut.parallelism)), ("stages", .array(plan.stages.map(json))),
      ("devices", .number(plan.devices)),
      ("globalBatch", .number(cut.globalBatch)), ("microBatch", .number(cut.microBatch)),
      ("accumulation", .number(cut.accumulation)),
      ("recompute", .string(cut.recompute.rawValue)),
      ("recomputeLayers", cut.span.layers.map { .number($0) } ?? .null),
      ("recomputeRest", .string(cut.span.rest.rawValue)),
      ("recomputeChunk", .number(cut.span.chunk)), ("dtype", .string(plan.precision.word)),
      ("offload", .array(cut.offload.words.map { .string($0) })),
      ("stepSeconds", .number(plan.stepSeconds)),
      ("stepLowSeconds", .number(plan.stepSeconds / (1 + plan.basis.spread))),
      ("stepHighSeconds", .number(plan.stepSeconds * (1 + plan.basis.spread))),
      ("basis", .string(plan.basis.label.rawValue)),
      ("breakdown", json(plan.breakdown)),
      ("checkpointIntervalSeconds", plan.checkpointInterval.map { .number($0) } ?? .null),
      ("samplesPerSecond", .number(plan.samplesPerSecond)), ("mfu", .number(plan.mfu)),
      ("hfu", .number(plan.hfu)),
      ("modelFlopsPerSecondPerDevice", .number(plan.modelFlopsPerSecondPerDevice)),
      ("memory", memory(plan)), ("steps", .number(plan.steps)),
      ("totalSeconds", .number(plan.totalSeconds)), ("deviceHours", .number(plan.deviceHours)),
      ("energyJoules", plan.energy.map { .number($0.value) } ?? .null),
      ("co2Grams", plan.co2Grams.map { .number($0) } ?? .null),
      ("embodiedCo2Grams", plan.embodiedGrams.map { .number($0) } ?? .null),
      ("cost", plan.cost.map { .number($0) } ?? .null),
    ]
    if explain {
      let terms = plan.explanation(request)
      members.append(("explain", .array(terms.map(ExplainText.json))))
    }
    return .object(members)
  }

  private func json(_ cut: Parallelism) -> JSONValue {
    .object([
      ("data", .number(cut.data)), ("tensor", .number(cut.tensor)),
      ("pipeline", .number(cut.pipeline)), ("virtualStages", .number(cut.virtualStages)),
      ("context", .number(cut.context)), ("expert", .number(cut.expert)),
      ("expertTensor", .number(cut.expertTensor)),
      ("zeroStage", .number(cut.zeroStage)), ("sequenceParallel", .bool(cut.sequenceParallel)),
      ("schedule", .string(cut.schedule.rawValue)),
      ("contextKind", .string(cut.contextKind.rawValue)),
      ("shardGroup", .string(cut.shardGroup.rawValue)),
    ])
  }

  private func json(_ stage: PlanStage) -> JSONValue {
    .object([
      ("first", .number(stage.first)), ("count", .number(stage.count)),
      (
        "layers",
        .array(
          stage.layers.map {
            .object([("name", .string($0.name)), ("count", .number($0.count))])
          })
      ),
    ])
  }

  private func json(_ parts: StepBreakdown) -> JSONValue {
    var members = parts.parts.map { ($0.name + "Seconds", JSONValue.number($0.seconds)) }
    members.append(("exposedCommunicationSeconds", .number(parts.exposedCommunication)))
    members.append(("communicationSeconds", .number(parts.communication)))
    return .object(members)
  }

  private func memory(_ plan: PlanEstimate) -> JSONValue {
    let own = [
      ("kvCacheBytes", JSONValue.number(plan.kvCacheBytes)),
      ("peakBytes", .number(plan.peakBytes)),
      ("usableBytes", .number(MemoryReserve.usable(request.cluster.device))),
      ("peakStage", .number(plan.peakStage)), ("hostBytes", .number(plan.hostBytes)),
      ("outOfMemoryProbability", .number(plan.outOfMemoryProbability(request.cluster.device))),
    ]
    // The plan's peak holds the cache as well, so it stands in for the estimate's.
    return .object(plan.memory.json.filter { $0.0 != "peakBytes" } + own)
  }
}
