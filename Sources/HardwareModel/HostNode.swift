public import DataFormats
public import Quantities

/// The machine that holds the devices of one node: what loads data, keeps offloaded states and
/// draws power beside the devices.
public struct HostNode: Sendable, Hashable {
  /// Cores that decode and augment data.
  public var cores: Int
  /// Main memory in bytes.
  public var memoryBytes: Int
  /// Bandwidth of main memory.
  public var memoryBandwidth: BytesPerSecond
  /// Link between one device and main memory, one direction.
  public var deviceLink: BytesPerSecond
  /// Reading from storage, one node.
  public var storage: BytesPerSecond
  /// Power of the node without its devices, under load.
  public var power: Watts
  /// Mean time between failures of one device with its share of the node, in hours.
  public var hoursBetweenFailures: Double

  /// Creates a host.
  public init(
    cores: Int, memoryBytes: Int, memoryBandwidth: BytesPerSecond, deviceLink: BytesPerSecond,
    storage: BytesPerSecond, power: Watts, hoursBetweenFailures: Double
  ) {
    self.cores = cores
    self.memoryBytes = memoryBytes
    self.memoryBandwidth = memoryBandwidth
    self.deviceLink = deviceLink
    self.storage = storage
    self.power = power
    self.hoursBetweenFailures = hoursBetweenFailures
  }

  /// For a node of which nothing is known: 8 cores and 64 GB for each device, PCIe 4.0, 2 GB/s of
  /// storage, 100 W of host power a device. A device fails every 50,000 hours: Meta's Llama 3
  /// run had
  /// 419 unexpected interruptions in 54 days of 16,384 GPUs (arXiv 2407.21783, table 5), one in
  /// 50,700 GPU hours.
  public static func assumed(devices: Int) -> HostNode {
    HostNode(
      cores: 8 * devices, memoryBytes: devices << 36, memoryBandwidth: BytesPerSecond(200e9),
      deviceLink: BytesPerSecond(25e9), storage: BytesPerSecond(2e9),
      power: Watts(100 * Double(devices)), hoursBetweenFailures: 50_000)
  }

  init(checking cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "cores", "memoryBytes", "memoryBandwidthBytesPerSecond", "deviceLinkBytesPerSecond",
      "storageBytesPerSecond", "powerWatts", "hoursBetweenFailures",
    ])
    func rate(_ key: String) throws(JSONError) -> BytesPerSecond {
      BytesPerSecond(try cursor.field(key).double(in: 1...1e15))
    }
    self.init(
      cores: try cursor.field("cores").int(in: 1...100_000),
      memoryBytes: try cursor.field("memoryBytes").int(in: 1...(1 << 60)),
      memoryBandwidth: try rate("memoryBandwidthBytesPerSecond"),
      deviceLink: try rate("deviceLinkBytesPerSecond"), storage: try rate("storageBytesPerSecond"),
      power: Watts(try cursor.field("powerWatts").double(in: 0...1e9)),
      hoursBetweenFailures: try cursor.optional("hoursBetweenFailures")?.double(in: 1...1e12)
        ?? 50_000)
  }

  /// The host as JSON.
  public var json: JSONValue {
    .object([
      ("cores", .number(cores)), ("memoryBytes", .number(memoryBytes)),
      ("memoryBandwidthBytesPerSecond", .number(memoryBandwidth.value)),
      ("deviceLinkBytesPerSecond", .number(deviceLink.value)),
      ("storageBytesPerSecond", .number(storage.value)), ("powerWatts", .number(power.value)),
      ("hoursBetweenFailures", .number(hoursBetweenFailures)),
    ])
  }
}
