import Synchronization

extension WorkerTeam {
  /// Runs a body for each index below `count`, each on the next worker that is free, and returns
  /// the results in the order of the indices.
  ///
  /// - Throws: as `run`.
  public func map<Value: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) -> Value
  ) throws -> [Value] {
    let found = Mutex([Value?](repeating: nil, count: count))
    try run { scope in
      scope.taskGroup { group in
        for index in 0..<count {
          group.add {
            let value = body(index)
            found.withLock { $0[index] = value }
          }
        }
      }
    }
    // Every task of a group that returned has run, unless the team was cancelled.
    return found.withLock { $0.enumerated().map { $0.element ?? body($0.offset) } }
  }
}
