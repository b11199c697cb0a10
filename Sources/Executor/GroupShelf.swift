/// The groups that a lane waits for, one inside the other, and those that it may use again: opening
/// one allocates nothing as a rule. Only its lane touches it.
struct GroupShelf: ~Copyable {
  private static let capacity = 64
  /// Owned groups; the first `depth` of them are waited for.
  private let places: UnsafeMutablePointer<Unmanaged<TeamTaskGroup>>
  private var made = 0
  private var depth = 0

  init() { places = .allocate(capacity: GroupShelf.capacity) }

  deinit {
    for index in 0..<made { places[index].release() }
    places.deallocate()
  }

  /// The next group; nil when too many are waited for.
  @inline(__always)
  mutating func open(_ make: () -> TeamTaskGroup) -> Unmanaged<TeamTaskGroup>? {
    if depth == made {
      guard made < GroupShelf.capacity else { return nil }
      places[made] = .passRetained(make())
      made += 1
    }
    depth += 1
    return places[depth - 1]
  }

  /// The group opened last has ended. One to which somebody still refers is not used again.
  @inline(__always)
  mutating func close() {
    depth -= 1
    let place = UnsafeMutableRawPointer(places + depth)
    let isFree = isKnownUniquelyReferenced(
      &place.assumingMemoryBound(to: TeamTaskGroup.self).pointee)
    if !isFree { drop() }
  }

  @inline(never)
  private mutating func drop() {
    let group = places[depth].takeRetainedValue()
    group.end()
    made -= 1
    // No group inside an ended one is in use: any may take its place.
    places[depth] = places[made]
  }
}
