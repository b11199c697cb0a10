import DataFormats
import Slurm
import TestSupport
import Testing

/// What is read from the driver's library, through the program: the library is found at run time.
@Suite struct FakeDriverTests {
  @Test(.enabled(if: ClockTests.isPossible, "needs .build/debug/hfm and a C compiler"))
  func gpusTheirSlotsAndTheirLinksAreRead() throws {
    let folder = try TemporaryFolder()
    let path = try FakeDriver.libraryPath(in: folder)
    let answer = try ProcessRunner.run([
      "env", "LD_LIBRARY_PATH=\(path)", "FAKE_NARROW=3", ClockTests.program, "topology", "--json",
    ])
    #expect(answer.status == 0, "\(answer.complaint)")
    let all = try JSONValue(parsing: answer.output)["accelerators"]?.array ?? []
    let gpus = all.filter { $0["model"]?.string == "Fake A100" }
    #expect(gpus.map { $0["name"]?.string } == (0..<8).map { "nvml\($0)" })
    for (place, gpu) in gpus.enumerated() {
      #expect(gpu["memoryBytes"]?.int == 40 << 30 && gpu["maxClockHertz"]?.double == 1.41e9)
      #expect(gpu["slot"]?["lanes"]?.int == (place == 3 ? 8 : 16))
      #expect(gpu["slot"]?["mostLanes"]?.int == 16 && gpu["slot"]?["generation"]?.int == 4)
      let paths = gpu["paths"]?.array ?? []
      let others = (0..<8).filter { $0 != place }
      #expect(paths.map { $0["peer"]?.string } == others.map { "nvml\($0)" })
      for path in paths {
        let peer = try #require(path["peer"]?.string?.dropFirst(4)).description
        let isNear = (Int(peer) ?? -1) / 4 == place / 4
        #expect(path["links"]?.int == (isNear ? 2 : 0))
        #expect(path["across"]?.string == (isNear ? "switch" : "system"))
      }
    }
  }
}
