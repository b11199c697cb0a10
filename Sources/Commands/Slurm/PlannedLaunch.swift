import HardwareModel
import Quantities
import Slurm

/// Gives a job that names a plan the nodes, tasks and GPUs of that plan.
struct PlannedLaunch {
  let site: SlurmSite
  /// The cluster profile that the plan was made for; nil for the site's own group of most GPUs.
  let cluster: Cluster?

  /// The job with what follows from its plan; as it is without one.
  ///
  /// - Throws: `UserError` when the file is no plan, or its devices are no whole nodes.
  func resolve(_ job: SubmitJob) throws(UserError) -> SubmitJob {
    guard let path = job.planPath else { return job }
    let plan = try LaunchPlan(parsing: try Files.read(path, limit: 1 << 26), file: path)
    let group = site.groups(partition: job.partition).first { !$0.usable.isEmpty }
    let known = cluster.map { $0.device.kind == .gpu ? $0.devicesPerNode : 0 }
    // Nodes without GPUs are one device each.
    let gpus = job.gpusPerNode > 0 ? job.gpusPerNode : known ?? group?.gpusPerNode ?? 0
    guard let (nodes, perNode) = plan.layout(perNode: max(1, gpus)) else {
      throw UserError(
        .input, place: path, key: "plans[0].devices",
        "job \"\(job.id)\" is planned onto \(plan.devices) devices, which are no whole nodes of "
          + "\(gpus)", remedy: "plan with --devices of a multiple, or give slurm.gpusPerNode")
    }
    var job = job
    job.plan = plan
    job.nodes = nodes
    job.tasksPerNode = perNode
    job.gpusPerNode = gpus > 0 ? perNode : 0
    if job.gpuType.isEmpty, gpus > 0 { job.gpuType = group?.gpuType ?? "" }
    job.predictedSeconds = job.predictedSeconds ?? plan.totalSeconds
    // Another plan under the same name is another job.
    job.text += " " + plan.text
    if let group { share(group, &job) }
    return job
  }

  /// Cores and memory beside the devices, where the job does not say: their part of the node.
  private func share(_ group: NodeGroup, _ job: inout SubmitJob) {
    let whole = max(1, group.gpusPerNode)
    let cores = group.sockets * group.coresPerSocket
    if job.coresPerTask == nil { job.coresPerTask = max(1, cores / max(whole, job.tasksPerNode)) }
    if job.memoryBytes == nil {
      job.memoryBytes = group.memoryBytes / whole * min(whole, job.tasksPerNode)
    }
  }
}
