public import Quantities

extension Machine {
  /// Checks that the parts fit each other, so that a placement never looks up what is not there.
  ///
  /// - Parameter place: the file or stream to blame.
  /// - Throws: `UserError` (input) for the first part that does not fit.
  public func validate(place: String) throws(UserError) {
    func fail(_ key: String, _ message: String, _ remedy: String) -> UserError {
      UserError(.input, place: place, key: key, message, remedy: remedy)
    }
    if processingUnits.isEmpty {
      throw fail("processingUnits", "the machine has none", "list at least one")
    }
    if let id = Self.repeated(processingUnits.map(\.id)) {
      throw fail("processingUnits", "id \(id) stands twice", "give each its own id")
    }
    if let id = Self.repeated(numaNodes.map(\.id)) {
      throw fail("numaNodes", "id \(id) stands twice", "give each its own id")
    }
    if let cpu = Self.repeated(numaNodes.flatMap(\.cpus)) {
      throw fail("numaNodes", "processing unit \(cpu) is owned twice", "name it in one node")
    }
    if let cpu = Self.repeated(cores.flatMap(\.cpus)) {
      throw fail("cores", "processing unit \(cpu) is in two cores", "name it in one core")
    }
    try validateReferences(fail)
    for (index, node) in numaNodes.enumerated() {
      guard !node.distances.isEmpty, node.distances.count != numaNodes.count else { continue }
      throw fail(
        "numaNodes[\(index)].distances",
        "\(node.distances.count) distances for \(numaNodes.count) nodes",
        "give one for each node, or none")
    }
  }

  private func validateReferences(
    _ fail: (_ key: String, _ message: String, _ remedy: String) -> UserError
  ) throws(UserError) {
    let known = Set(processingUnits.map(\.id))
    let lists =
      packages.enumerated().map { ("packages[\($0.offset)]", $0.element.cpus) }
      + numaNodes.enumerated().map { ("numaNodes[\($0.offset)]", $0.element.cpus) }
      + cores.enumerated().map { ("cores[\($0.offset)]", $0.element.cpus) }
      + caches.enumerated().map { ("caches[\($0.offset)]", $0.element.cpus) }
      + (limits.map { [("limits", $0.cpus)] } ?? [])
    for (key, cpus) in lists {
      guard let stray = cpus.first(where: { !known.contains($0) }) else { continue }
      throw fail(key + ".cpus", "\(stray) is no processing unit", "name those that are listed")
    }
    for (index, unit) in processingUnits.enumerated() {
      let isHome = cores.indices.contains(unit.core) && cores[unit.core].cpus.contains(unit.id)
      guard unit.core != -1, !isHome else { continue }
      throw fail(
        "processingUnits[\(index)].core", "core \(unit.core) does not hold it",
        "give the position of its core in cores, or -1")
    }
    let nodes = Set(numaNodes.map(\.id) + [-1])
    let homes =
      cores.enumerated().map { ("cores[\($0.offset)]", $0.element.numaNode) }
      + processingUnits.enumerated().map { ("processingUnits[\($0.offset)]", $0.element.numaNode) }
      + accelerators.enumerated().map { ("accelerators[\($0.offset)]", $0.element.numaNode) }
    for (key, node) in homes where !nodes.contains(node) {
      throw fail(key + ".numaNode", "\(node) is no NUMA node", "name one that is listed, or -1")
    }
  }

  private static func repeated(_ values: [Int]) -> Int? {
    var seen: Set<Int> = []
    return values.first { !seen.insert($0).inserted }
  }
}

// Sums that readers ask for.
extension Machine {
  /// Memory of all NUMA nodes, in bytes.
  public var memoryBytes: Int { numaNodes.reduce(0) { $0 + $1.memoryBytes } }

  /// Processing units that this process may use: all of a recorded machine.
  public var usableCPUs: [Int] { limits?.cpus ?? processingUnits.map(\.id).sorted() }

  /// The node of an operating-system number; nil for an unknown one.
  public func numaNode(_ id: Int) -> NUMANode? { numaNodes.first { $0.id == id } }
}
