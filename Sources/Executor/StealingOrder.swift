extension PoolLayout {
  /// How far one worker is from another: 0 when they share their last-level cache, else the SLIT
  /// distance of their nodes (10 on one node, 20 when unknown).
  public func remoteness(_ first: Int, _ second: Int) -> Int {
    let (a, b) = (workers[first].cacheGroup, workers[second].cacheGroup)
    return a >= 0 && a == b ? 0 : distance(first, second)
  }

  /// Whose tasks a lane of a team takes when it has none: the other lanes, those that share its
  /// last-level cache first, then its node's, then outwards by distance. Among equals it starts
  /// after itself, so that idle lanes do not all knock at the same door.
  /// - Parameters:
  ///   - lane: a position in `team`.
  ///   - team: worker numbers, by lane.
  public func stealingOrder(of lane: Int, in team: [Int]) -> [Int] {
    let others = (1..<team.count).map { (lane + $0) % team.count }
    let far = others.map { remoteness(team[lane], team[$0]) }
    return others.indices.sorted { (far[$0], $0) < (far[$1], $1) }.map { others[$0] }
  }
}
