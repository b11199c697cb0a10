import Executor
import Quantities

/// oneDNN's answers, kept by each lane and looked at when all are done.
extension KernelCall {
  func clearStatus() {
    for lane in 0..<scope.count { workspace.value(lane).pointee = 0 }
  }

  /// Keeps a failure of oneDNN on a lane.
  func note(_ status: Int32, _ lane: Int) {
    if status != 0 { workspace.value(lane).pointee = Double(status) }
  }

  /// Throws when a lane noted a failure.
  /// - Parameter what: made only then, as a run allocates nothing.
  func checkStatus(_ what: @autoclosure () -> String) throws(UserError) {
    for lane in 0..<scope.count where workspace.value(lane).pointee != 0 {
      throw fault(
        "oneDNN refused \(what()) (status \(Int(workspace.value(lane).pointee)))",
        remedy: "report the operator's shape; every size should be possible")
    }
  }
}
