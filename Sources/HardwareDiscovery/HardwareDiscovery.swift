import DataFormats
public import HardwareModel
public import Quantities
import Synchronization

/// Finds out what a machine is: the one place that asks hwloc, the NVIDIA library and the kernel.
public enum HardwareDiscovery {
  /// Describes the machine of a source.
  ///
  /// For `.live` the nodes' memory is corrected from the kernel's own counts, `limits` holds what
  /// this process may use, and NVIDIA devices carry what their driver says.
  ///
  /// - Throws: `UserError`: input when the source cannot be read, run when hwloc fails here.
  public static func discover(_ source: MachineSource) throws(UserError) -> Machine {
    if case .json(let path) = source { return try read(path) }
    let record = try oneAtATime.withLock { _ throws(UserError) in
      TopologyRecord(try Topology.loaded(source))
    }
    var builder = MachineBuilder(record)
    var machine = builder.machine(source: source.description)
    if case .live = source, record.isThisMachine {
      LiveMachine(read: SystemFiles.read).complete(&machine)
    } else if case .live = source {
      machine.notes.append(
        "hwloc's environment variables name another machine than this one: its memory and limits "
          + "are not those of this process")
    }
    noteDisplays(&machine)
    return machine
  }

  /// Says which accelerators only a graphics driver knows.
  private static func noteDisplays(_ machine: inout Machine) {
    for accelerator in machine.accelerators {
      let name = accelerator.name
      guard ["card", "renderD"].contains(where: name.hasPrefix) || name == accelerator.pciAddress
      else { continue }
      machine.notes.append(
        "\(name) shows no compute interface: its driver is not loaded, or it only drives a display")
    }
  }

  /// Recorded machines are tried in a forked child, which would wait for ever on a lock that
  /// another thread held inside hwloc.
  private static let oneAtATime = Mutex(())

  private static func read(_ path: String) throws(UserError) -> Machine {
    let bytes = try SystemFiles.contents(path)
    do {
      return try Machine(json: JSONCursor(file: path, bytes: bytes))
    } catch let error as JSONError {
      throw UserError(.input, place: error.place, key: error.key, error.message)
    } catch let error as UserError {
      throw error
    } catch {
      throw UserError(.input, place: path, "\(error)")
    }
  }
}
