import Glibc
import Quantities
import Slurm
import TestSupport
import Testing

/// Against a real Slurm of four nodes; see scripts/slurm-test-cluster.sh.
@Suite(.serialized, .enabled(if: RealSlurm.isPresent, "\(RealSlurm.absence)"))
struct SlurmClusterTests {
  let client = SlurmClient()

  @Test func theSiteIsReadWhole() throws {
    let site = try client.site()
    #expect(site.nodes.map(\.name) == ["n1", "n2", "n3", "n4"])
    #expect(site.notes.isEmpty, "\(site.notes)")
    for node in site.nodes {
      #expect(node.sockets == 2 && node.coresPerSocket == 16 && node.threadsPerCore == 1)
      #expect(node.memoryBytes == 64_000 << 20)
      #expect(node.gpus == [GRES(name: "gpu", type: "a100", count: 8, sockets: [0, 1])])
      #expect(node.features == ["a100-40gb-sxm", "ib"])
    }
    #expect(site.node("n3")?.switches == ["leaf1", "spine"])
    let short = try #require(site.partitions.first { $0.name == "short" })
    #expect(short.maxSeconds == 1800 && short.maxNodes == 1 && short.nodes == ["n1", "n2"])
    #expect(site.partitions.first { $0.isDefault }?.name == "all")
  }

  @Test func drainedNodesAreKnownAsSuch() throws {
    _ = try client.call([
      "scontrol", "update", "nodename=n4", "state=drain", "reason=bad = disk, b",
    ])
    defer { _ = try? client.call(["scontrol", "update", "nodename=n4", "state=resume"]) }
    let node = try #require(try client.site().node("n4"))
    #expect(node.availability == .drained)
    #expect(node.reason == "bad = disk, b")
  }

  @Test func reservedNodesAreKnownAsSuch() throws {
    _ = try client.call([
      "scontrol", "create", "reservation", "reservationname=hfm", "starttime=now", "duration=30",
      "users=root", "nodes=n2", "flags=maint,ignore_jobs",
    ])
    defer { _ = try? client.call(["scontrol", "delete", "reservationname=hfm"]) }
    // slurmctld marks the node a moment later.
    try RealSlurm.wait { try client.site().node("n2")?.availability == .reserved }
    let groups = try client.site().groups()
    #expect(groups.first?.usable == ["n1", "n3", "n4"] && groups.first?.unusable == ["n2"])
  }

  /// For each request, exactly the planned nodes, cores and GPUs are granted: `job_resources` of
  /// `squeue --json` and its GPU indices.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func whatWasPlannedIsGranted(seed: UInt64) throws {
    let folder = try TemporaryFolder()
    var random = SplitMix64(seed: seed)
    let site = try client.site()
    let widths = Dictionary(uniqueKeysWithValues: site.nodes.map { ($0.name, $0.coresPerSocket) })
    try RealSlurm.clear(client)
    var held: [Int: [SlurmGrant]] = [:]
    var checked = 0
    while checked < 70 {
      // What is held is known from what was granted and checked.
      var planner = SitePlanner(site, jobs: [])
      for grant in held.values.joined() { planner.take(grant) }
      var planned: [Int: [SlurmGrant]] = [:]
      for _ in 0..<12 {
        let shape = Self.request(&random)
        guard let grants = planner.plan(shape) else { continue }
        for grant in grants { planner.take(grant) }
        let id = try client.submit(try Self.job(shape, grants, folder.path))
        planned[id] = grants
      }
      try RealSlurm.wait {
        let states = try client.states()
        return planned.keys.allSatisfy { states[$0] == ["RUNNING"] }
      }
      let now = Dictionary(
        uniqueKeysWithValues: try client.jobs(coresPerSocket: widths).jobs.map { ($0.id, $0) })
      for (id, grants) in planned {
        let granted = SlurmGrant.text(try #require(now[id]).grants)
        #expect(granted == SlurmGrant.text(grants))
        checked += 1
      }
      held.merge(planned) { $1 }
      let leaving = held.keys.sorted().filter { _ in random.chance(0.5) }
      try client.cancel(leaving)
      for id in leaving { held[id] = nil }
      try RealSlurm.wait {
        let states = try client.states()
        return leaving.allSatisfy { states[$0].map { $0 == ["CANCELLED"] } ?? true }
      }
    }
    print("real Slurm: \(checked) requests of seed \(seed) were granted as planned")
    try RealSlurm.clear(client)
  }

  static func request(_ random: inout SplitMix64) -> TaskShape {
    let gpus = [0, 0, 0, 1, 1, 2, 2, 3, 4, 4, 5, 6, 8]
    return TaskShape(
      nodes: [1, 1, 1, 2, 2, 3, 4][random.int(0...6)],
      tasksPerNode: [1, 1, 2, 4][random.int(0...3)], coresPerTask: random.int(1...8),
      memoryBytes: random.int(1...4000) << 20, gpusPerNode: gpus[random.int(0...gpus.count - 1)],
      gpuType: random.chance(0.5) ? "a100" : "")
  }

  static func job(
    _ shape: TaskShape, _ grants: [SlurmGrant], _ folder: String
  ) throws -> BatchJob {
    let token = String(UInt64.random(in: .min ... .max), radix: 16)
    var job = BatchJob(
      id: "matrix", token: token, shape: shape, timeLimit: 600, command: ["/bin/sleep", "600"],
      folder: folder)
    job.nodes = grants.map(\.node)
    mkdir(job.home, 0o700)
    try TestFile.write(try SbatchScript.text(job), to: job.home + "/job.sh")
    return job
  }
}
