import HardwareModel
import Testing

/// A compiled-in profile that is read alone is the one that the whole catalogue holds.
@Suite struct BuiltInTests {
  @Test func everyClusterIsFoundByItself() throws {
    let catalogue = try HardwareCatalogue.builtIn()
    for cluster in catalogue.clusters { #expect(try Cluster.builtIn(cluster.id) == cluster) }
  }

  @Test func everyDeviceIsFoundByItselfAndStandsForAClusterOfOne() throws {
    let catalogue = try HardwareCatalogue.builtIn()
    for device in catalogue.devices {
      #expect(try Device.builtIn(device.id) == device)
      #expect(try Cluster.builtIn(device.id) == catalogue.cluster(device.id))
    }
  }

  @Test(arguments: ["", "dgx", "dgx-h100-superpo", "dgx-h100.json", "../models/uni", "uni"])
  func otherWordsNameNothing(word: String) throws {
    #expect(try Cluster.builtIn(word) == nil)
    #expect(try Device.builtIn(word) == nil)
  }
}
