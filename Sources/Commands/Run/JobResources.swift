import DataFormats
import Executor
import Kernels
import Quantities

/// What a job's run did to the machine: where its memory lay, and what each of its workers did.
struct JobResources: Sendable {
  /// One worker's share of the job.
  struct Worker: Sendable {
    var place: PoolLayout.Worker
    var statistics: WorkerPool.Statistics
  }

  /// Nil when the kernel does not tell where pages are.
  var memory: RunMemory?
  var workers: [Worker]
  /// What the user should know: refused policies, processing units that went away.
  var notes: [String]

  /// The figures that the ledger keeps: name, unit and value.
  var details: [(name: String, unit: String, value: Double)] {
    let busy = workers.reduce(0) { $0 + $1.statistics.busySeconds }
    let remote = workers.reduce(0) { $0 + $1.statistics.remoteBytes }
    return [(name: "busy", unit: "s", value: busy)]
      + [(name: "remoteTraffic", unit: "bytes", value: Double(remote))]
      + (memory.map { [(name: "shareOffNode", unit: "", value: $0.shareOffNode)] } ?? [])
  }

  var memoryJSON: JSONValue {
    guard let memory else { return .null }
    return .object([
      ("pages", .number(memory.pages)),
      ("pagesOffNode", .number(memory.pagesOffNode)),
      ("shareOffNode", .number(memory.shareOffNode)),
      (
        "pagesByNode",
        .array(
          memory.pagesByNode.map {
            .object([("node", .number($0.node)), ("pages", .number($0.pages))])
          })
      ),
      ("hugePageBytes", memory.hugePageBytes.map { .number($0) } ?? .null),
      ("weights", .string(memory.weights.rawValue)),
    ])
  }

  var workersJSON: JSONValue {
    .array(
      workers.map { worker in
        .object([
          ("cpu", .number(worker.place.cpu)),
          ("numaNode", .number(worker.place.numaNode)),
          ("busySeconds", .number(worker.statistics.busySeconds)),
          ("regions", .number(worker.statistics.regions)),
          ("tasks", .number(worker.statistics.tasks)),
          ("stolenTasks", .number(worker.statistics.stolenTasks)),
          ("localBytes", .number(worker.statistics.localBytes)),
          ("remoteBytes", .number(worker.statistics.remoteBytes)),
        ])
      })
  }
}

extension WorkerPool.Statistics {
  /// What was done since `earlier`.
  func since(_ earlier: WorkerPool.Statistics) -> WorkerPool.Statistics {
    var rest = self
    rest.busySeconds -= earlier.busySeconds
    rest.regions -= earlier.regions
    rest.tasks -= earlier.tasks
    rest.stolenTasks -= earlier.stolenTasks
    rest.localBytes -= earlier.localBytes
    rest.remoteBytes -= earlier.remoteBytes
    return rest
  }
}
