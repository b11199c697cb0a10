import Executor
import Graph
import Quantities

// Who may touch which buffer, operator by operator.
extension ProgramRunner {
  private func protect(_ buffer: Int, _ access: NodeBuffer.Access) throws(UserError) {
    try memory.arena.protect(memory.plan.pages[aliases[buffer] ?? buffer], access)
  }

  /// Forbids every buffer before a run.
  func closeBuffers() throws(UserError) {
    for pages in memory.plan.pages { try memory.arena.protect(pages, .none) }
  }

  /// Allows every buffer again: reading and writing them is the caller's from here on.
  func openBuffers() {
    for pages in memory.plan.pages {
      do { try memory.arena.protect(pages, .readWrite) } catch { return }
    }
  }

  /// Allows a group's operators what they name, and takes away what scratch and outputs hold.
  func admit(_ group: StepGroup, _ guards: MemoryGuard) throws(UserError) {
    let steps = program.steps[group.steps]
    for index in group.steps { workspace.poison(prepared[index].need) }
    for step in steps {
      for buffer in step.inputs + step.beside {
        try protect(buffer, step.updatesInputs ? .readWrite : .read)
      }
    }
    let read = Set(steps.flatMap(\.inputs)).filter {
      program.buffers[$0].firstUse < group.steps.lowerBound
    }
    for buffer in Set(steps.flatMap(\.outputs)).sorted() {
      try protect(buffer, .readWrite)
      guard program.buffers[buffer].content == .transient, !read.contains(buffer) else { continue }
      let pages = memory.plan.pages[aliases[buffer] ?? buffer]
      (memory.arena.pointer + pages.lowerBound).initializeMemory(
        as: UInt8.self, repeating: MemoryGuard.poison, count: pages.count)
    }
    for step in steps {
      let shapes = (step.inputTensors + step.outputTensors).map { "\($0.shape)" }
      guards.willRun("\(step.op.name): \(step.op.kind) \(shapes.joined(separator: " "))")
    }
  }

  /// Forbids what a group's operators used.
  func dismiss(_ group: StepGroup) throws(UserError) {
    for step in program.steps[group.steps] {
      for buffer in step.inputs + step.outputs + step.beside {
        try protect(buffer, .none)
      }
    }
  }
}

extension Program.Step {
  /// Whether the operator writes into its inputs, as an update does.
  fileprivate var updatesInputs: Bool {
    if case .optimizer = op.kind { true } else { false }
  }
}
