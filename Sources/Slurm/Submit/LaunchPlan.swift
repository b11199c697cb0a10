import DataFormats
public import Quantities

/// What a job takes from a file of `hfm plan --json`: how many devices, for how long, and the plan
/// itself for the program to read.
public struct LaunchPlan: Sendable, Hashable {
  /// Devices, one rank on each.
  public var devices: Int
  /// Seconds of the whole job; nil for a plan of one update, which says nothing of the whole.
  public var totalSeconds: Double?
  /// The plan as it stands in the file.
  public var text: String

  /// Reads the first plan of a file.
  ///
  /// - Throws: `UserError` (.input) with file, line and key.
  public init(parsing bytes: [UInt8], file: String) throws(UserError) {
    do throws(JSONError) {
      let root = try JSONCursor(file: file, bytes: bytes)
      guard let plan = try root.field("plans").elements().first else {
        throw try root.field("plans").error("holds no plan")
      }
      devices = try plan.field("devices").int(in: 1...10_000_000)
      let steps = try plan.field("steps").int(in: 1...1 << 60)
      totalSeconds = steps > 1 ? try plan.field("totalSeconds").double(in: 0...1e12) : nil
      text = plan.value.text() + "\n"
    } catch {
      throw UserError(
        .input, place: error.place, key: error.key, error.message,
        remedy: "write it with hfm plan … --json")
    }
  }

  /// How the devices lie on nodes.
  ///
  /// - Parameter perNode: devices of one node.
  /// - Returns: nodes, and devices on each; nil when the devices are no whole number of nodes.
  public func layout(perNode: Int) -> (nodes: Int, perNode: Int)? {
    if devices <= perNode { return (1, devices) }
    return devices.isMultiple(of: perNode) ? (devices / perNode, perNode) : nil
  }
}
