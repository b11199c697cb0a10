import Executor
import Kernels
import Workloads

/// A workload with its memory, ready to run on a team.
struct RunnableWorkload {
  /// What runs it, with the times of its steps.
  let runner: ProgramRunner
  /// One pass: a forward pass, or a training step.
  let run: (_ profile: Bool) throws -> Void

  /// - Throws: `UserError` (.impossible) when a kernel or memory is missing.
  init(_ workload: Workload, _ team: WorkerTeam) throws {
    if let training = workload.training {
      let trainer = try TrainingRunner(training, team: team)
      runner = trainer.runner
      run = { _ = try trainer.step(profile: $0) }
    } else {
      let inference = try InferenceRunner(workload.forward, team: team)
      runner = inference.runner
      run = { try inference.run(profile: $0) }
    }
  }
}
