extension TeamScope {
  /// Runs `body` once for each of `count` parts of the team at the same time, and returns when all
  /// are done: parallelism inside parallelism. A part is a team of its own: its loops and tasks
  /// spread over its lanes only. Lanes are cut in their order, which is that of NUMA nodes, as
  /// evenly as possible; the first lane of each part carries its body.
  ///
  /// `count` is at most the number of lanes (more are cut to it). Inside a loop or a task, and on a
  /// team of one lane, all parts run one after the other on the calling lane. The caller promises
  /// that parts write to disjoint places.
  /// - Parameters:
  ///   - count: number of parts, at least 1.
  ///   - body: gets the part's scope and its number.
  public func split(_ count: Int, _ body: (_ part: TeamScope, _ index: Int) -> Void) {
    guard !core.isInRegion, core.count > 1, count > 1 else {
      for index in 0..<max(1, count) { body(self, index) }
      return
    }
    let count = min(count, core.count)
    withoutActuallyEscaping(body) { body in
      let split = Split(parts: core.parts(count), body: body)
      withUnsafePointer(to: split) {
        core.fork(parts: count, Split.runPart, UnsafeRawPointer($0))
      }
    }
  }
}

/// A split as the parts' leaders see it: constant while it runs, on the leader's stack.
private struct Split: ~Copyable {
  let parts: [TeamCore]
  let body: (TeamScope, Int) -> Void

  static let runPart: @convention(c) (UnsafeRawPointer, Int) -> Void = { raw, part in
    raw.assumingMemoryBound(to: Split.self).pointee.run(part)
  }

  private func run(_ part: Int) { body(TeamScope(core: parts[part]), part) }
}
