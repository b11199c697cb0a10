import Glibc
import Quantities
import Slurm

/// Links between nodes by MPI: compiles the measuring program with the site's mpicc, runs it as one
/// Slurm job with a process on each node, and reads what it left.
struct MPIMeasurement {
  let session: ProfileSession
  /// Nodes that are there.
  let nodes: [String]

  /// Whether this machine has what is needed to build and start it.
  static var isPossible: Bool {
    ["mpicc", "mpirun"].allSatisfy { name in
      (try? ProcessRunner.run([name, "--version"], within: 20))?.status == 0
    }
  }

  private var output: String { session.folder + "/mpi.txt" }
  private var program: String { session.folder + "/hfm-mpi" }

  /// What was measured, now or before; nil when the program cannot be built.
  func run() throws -> MPIRecord? {
    if let known = record(), known.isWhole, Set(known.nodes) == Set(nodes) { return known }
    guard nodes.count > 1, try compile() else { return nil }
    unlink(output)
    let groups = MPIRecord.groups(nodes, switches: session.switches)
    let repeats = session.isQuick ? "4" : "40"
    var batch = session.batch(nodes, ProfileSession.token(), [program, output, repeats] + groups)
    batch.startsByMPI = true
    let pairs = nodes.count * (nodes.count - 1) / 2
    let levels = groups[0].count { $0 == "," } + 1
    let why = try session.carryOut(batch, total: pairs + 4 * levels) {
      let record = record()
      let (links, operations) = (record?.pairs.count ?? 0, record?.collectives.count ?? 0)
      return (links + operations, "\(links) of \(pairs) links, \(operations) operations by MPI")
    }
    if !why.isEmpty { session.console.warn("MPI: \(why)") }
    return record()
  }

  private func record() -> MPIRecord? {
    (try? Files.read(output, limit: 1 << 28)).map { MPIRecord(parsing: $0) }
  }

  private func compile() throws -> Bool {
    let source = session.folder + "/hfm-mpi.c"
    try Files.writeAtomically(MPIProgram.source + "\n", to: source)
    let answer = try ProcessRunner.run(["mpicc", "-O2", "-o", program, source], within: 120)
    guard answer.status == 0 else {
      session.console.warn("mpicc does not build the measuring program: \(answer.complaint)")
      return false
    }
    return true
  }
}
