import Executor
import Kernels
import Workloads

/// A workload ready to run on a team: a forward pass, or a whole training step.
struct WorkloadPass: Sendable {
  let runner: ProgramRunner
  private let pass: @Sendable (_ profile: Bool) throws -> Void

  /// - Throws: `UserError` (.impossible) when a kernel is missing or memory does not suffice.
  init(_ workload: Workload, team: WorkerTeam) throws {
    if let training = workload.training {
      let trainer = try TrainingRunner(training, team: team)
      runner = trainer.runner
      pass = { _ = try trainer.step(profile: $0) }
    } else {
      let inference = try InferenceRunner(workload.forward, team: team)
      runner = inference.runner
      pass = { try inference.run(profile: $0) }
    }
  }

  /// Runs it once; `profile` takes the time of every step.
  func run(profile: Bool = false) throws { try pass(profile) }
}
