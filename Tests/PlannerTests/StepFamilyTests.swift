import CostModel
import Models
import Planner
import Quantities
import Testing
import Workloads

/// Profiles of a micro-batch that follow from those of two others are those that are built and
/// counted by themselves: for every model of the catalogue, in several tasks.
@Suite struct StepFamilyTests {
  static let models = ModelCatalogue.builtIn.models.filter { $0.status != .closed }
  static let tasks: [WorkloadTask] = [
    .finetune, .infer, .lora, .linearProbe, .adapter, .ia3, .promptTuning, .prefixTuning, .dpo,
    .ppo,
  ]

  /// A model and a task by its place in the catalogue; nil where it does not know the task.
  private static func request(_ place: Int, _ task: WorkloadTask) -> WorkloadRequest? {
    let precision = place % 3 == 0 ? Precision.bf16 : .bf16Mixed
    let request = WorkloadRequest(task: task, batch: 1, precision: precision)
    return (try? request.resolved(for: models[place])) == nil ? nil : request
  }

  private static func profile(
    _ place: Int, _ request: WorkloadRequest, _ batch: Int
  ) throws -> StepProfile {
    var request = request
    request.batch = batch
    return try StepProfile(Workload(models[place], request))
  }

  /// Whether two profiles are the same in all that a plan reads.
  private static func areSame(_ one: StepProfile, _ other: StepProfile) -> Bool {
    one.batch == other.batch && one.cost == other.cost && one.memory == other.memory
      && one.trains == other.trains && one.skippedSamples == other.skippedSamples
      && one.gatheredElements == other.gatheredElements
      && one.layered(fusing: true, eager: true) == other.layered(fusing: true, eager: true)
  }

  /// Every 16th model, so that the suite's cores share them: most in pre-training, a fourth in one
  /// of the other tasks.
  @Test(arguments: 0..<16)
  func followFromTwo(part: Int) throws {
    for place in stride(from: part, to: Self.models.count, by: 16) {
      let round = place / 16
      let task = round % 4 == 3 ? Self.tasks[place % Self.tasks.count] : .pretrain
      guard let request = Self.request(place, task),
        let one = try? Self.profile(place, request, 1)
      else { continue }
      let two = try Self.profile(place, request, 2)
      let family = try StepFamily(one, two) ?? StepFamily(two, Self.profile(place, request, 4))
      // A size that neither of the two divides, or a large one.
      let batch = round % 2 == 0 ? 3 : 16
      guard let found = try family?.profile(batch) else { continue }
      let counted = try Self.profile(place, request, batch)
      #expect(Self.areSame(found, counted), "\(Self.models[place].id) \(task) \(batch)")
    }
  }

  /// Without families the test above would compare nothing: most models have one from their first
  /// two sizes, all but a few from sizes above 1, where no broadcast looks like a batch of one.
  @Test func pretrainingHasThem() throws {
    var (all, early, lacking) = (0, 0, [String]())
    for place in stride(from: 0, to: Self.models.count, by: 16) {
      guard let request = Self.request(place, .pretrain),
        let one = try? Self.profile(place, request, 1)
      else { continue }
      all += 1
      let two = try Self.profile(place, request, 2)
      if StepFamily(one, two) != nil {
        early += 1
      } else if try StepFamily(two, Self.profile(place, request, 4)) == nil {
        lacking.append(Self.models[place].id)
      }
    }
    #expect(early > all / 2, "\(early) of \(all)")
    #expect(lacking.count <= all / 10, "\(lacking)")
  }
}
