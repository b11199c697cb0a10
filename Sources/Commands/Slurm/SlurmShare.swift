import Glibc
import HardwareModel
import Slurm

/// This process's share, when it runs inside of a Slurm job.
enum SlurmShare {
  /// What Slurm gave; nil outside of a job.
  static var allocation: SlurmAllocation? {
    SlurmAllocation { name in getenv(name).map { String(cString: $0) } }
  }

  /// The machine within what Slurm gave; as it is outside of a job.
  static func limited(_ machine: Machine) -> Machine {
    guard let allocation else { return machine }
    let all = machine.limits?.cpus.count ?? machine.processingUnits.count
    guard let cpus = allocation.cpus, cpus < all else { return allocation.limited(machine) }
    return allocation.limited(machine, granted: granted(allocation, machine))
  }

  /// The processors that slurmctld granted here, as this machine numbers them: Slurm counts them
  /// through in topological order.
  private static func granted(_ allocation: SlurmAllocation, _ machine: Machine) -> [Int] {
    let words = ["scontrol", "-d", "show", "job", String(allocation.job)]
    guard let answer = try? SlurmClient().call(words) else { return [] }
    let units = machine.processingUnits.map(\.id)
    for record in KeyValueText.records(answer.text, startingWith: "Nodes") {
      guard let nodes = HostList.expand(record["Nodes"] ?? ""), nodes.contains(allocation.node),
        let list = IndexList(parsing: record["CPU_IDs"] ?? "")
      else { continue }
      let inside = list.values.filter(units.indices.contains)
      return inside.count == list.values.count ? inside.map { units[$0] } : []
    }
    return []
  }

  /// This task's part of a queue, dealt out in turn, and its own ledger; all of both outside of a
  /// step with several tasks.
  static func part(
    of jobs: [JobSpecification], ledger: String, _ console: Console
  ) -> ([JobSpecification], String) {
    guard let allocation, allocation.tasks > 1 else { return (jobs, ledger) }
    let own = jobs.indices.filter { $0 % allocation.tasks == allocation.task }.map { jobs[$0] }
    console.note(
      "task \(allocation.task) of \(allocation.tasks) of Slurm job \(allocation.job) on "
        + "\(allocation.node): \(own.count) of \(jobs.count) jobs")
    return (own, "\(ledger).task\(allocation.task)")
  }
}
