import Glibc
import JobStore
import Quantities
import TestSupport
import Testing

/// What a service rests on: one server, progress, damage and full disks.
@Suite struct ServiceLedgerTests {
  let folder: TemporaryFolder
  var path: String { folder.file("ledger.db") }
  static let place = RunPlacement(numaNodes: [0], cpus: [0], memoryBytes: 1)

  init() throws { folder = try TemporaryFolder() }

  @Test func onlyOneMayServe() throws {
    var first: LedgerLock? = try LedgerLock(ledger: path)
    let text = errorText { _ = try LedgerLock(ledger: path) }
    #expect(text?.contains("is served by process \(getpid()) already") == true)
    withExtendedLifetime(first) {}
    first = nil
    _ = try LedgerLock(ledger: path)
  }

  @Test func progressOutlastsTheProcess() throws {
    do {
      let ledger = try Ledger(path: path)
      _ = try ledger.submit(id: "a", specification: "", at: 0)
      let run = try ledger.begin("a", on: Self.place, at: 1)
      try ledger.yield("a", run: run, stepsDone: 7, isPaused: false, measuredSeconds: 2, at: 3)
      #expect(try ledger.jobs().map(\.state) == [.queued])
      try ledger.setPaused("a", true)
    }
    let ledger = try Ledger(path: path)
    #expect(try ledger.progress(of: "a") == JobProgress(stepsDone: 7, isPaused: true))
    #expect(try ledger.jobs().first?.reason == "paused by the user")
    try ledger.setPaused("a", false)
    #expect(try ledger.progress(of: "a") == JobProgress(stepsDone: 7, isPaused: false))
    #expect(try ledger.progress(of: "none").stepsDone == 0)
  }

  @Test func aSecondCompletionCannotBeWritten() throws {
    let ledger = try Ledger(path: path)
    _ = try ledger.submit(id: "a", specification: "", at: 0)
    for isFirst in [true, false] {
      let run = try ledger.begin("a", on: Self.place, at: 1)
      let error = errorText {
        try ledger.finish(run: run, state: .done, measuredSeconds: 1, at: 2)
      }
      #expect((error == nil) == isFirst)
    }
    #expect(try ledger.completions() == ["a": 1])
  }

  /// Bytes in the middle, the head, or all of it: always set aside, never lost, and said.
  @Test(arguments: ["middle", "head", "all", "short"])
  func aDamagedLedgerIsSetAside(what: String) throws {
    do {
      let lock = try LedgerLock(ledger: path)
      let ledger = try Ledger(path: path)
      for number in 0..<200 {
        _ = try ledger.submit(id: "job\(number)", specification: "x\(number)", at: 0)
      }
      withExtendedLifetime(lock) {}
    }
    var bytes = try TestFile.read(path)
    #expect(bytes.count > 12_000)
    switch what {
    case "middle": for index in 4096..<12_000 { bytes[index] = 0xA5 }
    case "head": for index in 0..<64 { bytes[index] = 0x5A }
    case "all": bytes = Array(repeating: 0x41, count: bytes.count)
    default: bytes = Array(bytes[..<6000])
    }
    try TestFile.write(bytes, to: path)
    let (ledger, aside) = try Ledger.openOrSetAside(path: path, at: 1234)
    #expect(aside == path + ".damaged-1234")
    #expect(try TestFile.read(path + ".damaged-1234") == bytes)
    #expect(try ledger.jobs().isEmpty)
    _ = try ledger.submit(id: "new", specification: "", at: 0)
    #expect(try Ledger.openOrSetAside(path: path, at: 1235).setAside == nil)
  }

  @Test func aForeignFileIsNotTouched() throws {
    try TestFile.write("a letter to my aunt, long enough to be taken for something", to: path)
    let before = try TestFile.read(path)
    #expect(errorText { _ = try Ledger.openOrSetAside(path: path, at: 1) } != nil)
    #expect(try TestFile.read(path) == before)
  }

  @Test func aFullDiskRefusesAndLosesNothing() throws {
    let ledger = try Ledger(path: path)
    _ = try ledger.submit(id: "a", specification: "", at: 0)
    let run = try ledger.begin("a", on: Self.place, at: 1)
    try ledger.limitPages(try ledger.pageCount())
    var accepted = 0
    var refused: String?
    while refused == nil, accepted < 1000 {
      let text = String(repeating: "x", count: 3000)
      refused = errorText {
        _ = try ledger.submit(id: "j\(accepted)", specification: text, at: 0)
      }
      if refused == nil { accepted += 1 }
    }
    #expect(refused?.contains("full") == true)
    #expect(try ledger.jobs().count == accepted + 1)
    #expect(try ledger.faults().isEmpty)
    try ledger.limitPages(100_000)
    try ledger.finish(run: run, state: .done, measuredSeconds: 1, at: 2)
    #expect(try Ledger(path: path).completions() == ["a": 1])
  }
}
