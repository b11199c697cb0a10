import Slurm
import TestSupport
import Testing

@Suite struct ReadingTests {
  @Test(
    arguments: [
      ("n1", ["n1"]), ("n[1-3]", ["n1", "n2", "n3"]), ("n[1,3-4],g07", ["n1", "n3", "n4", "g07"]),
      ("n[08-11]", ["n08", "n09", "n10", "n11"]),
      ("r[1-2]n[1-2]", ["r1n1", "r1n2", "r2n1", "r2n2"]), ("", []),
    ])
  func hostListsExpand(text: String, names: [String]) {
    #expect(HostList.expand(text) == names)
  }

  @Test(arguments: ["n[1-", "n]1[", "n[[1]]", "n[a-b]", "n[3-1]", "n[1-99999999999]", "n[1]]"])
  func malformedHostListsAreRefused(text: String) {
    #expect(HostList.expand(text) == nil)
  }

  @Test(
    arguments: [
      ("UNLIMITED", nil), ("INFINITE", nil), ("30", 1800), ("00:30:00", 1800),
      ("2-00:00:00", 172_800), ("1-12", 129_600), ("5:30", 330), ("x", nil), ("1-", nil),
    ] as [(String, Int?)])
  func timesAreRead(text: String, seconds: Int?) { #expect(KeyValueText.seconds(text) == seconds) }

  @Test func recordsHoldBlanksAndEquals() {
    let text = """
      NodeName=n1 Arch=x86_64 CoresPerSocket=16
         OS=Linux 6.1 #1 SMP A=B
         State=IDLE+DRAIN Comment=x
         Reason=disk = bad [root@2026-11-25T13:11:15]

      NodeName=n2 Gres=(null)
      """
    let records = KeyValueText.records(text, startingWith: "NodeName")
    #expect(records.count == 2)
    #expect(records[0]["OS"] == "Linux 6.1 #1 SMP A=B")
    #expect(records[0]["State"] == "IDLE+DRAIN")
    #expect(records[0]["Reason"] == "disk = bad [root@2026-11-25T13:11:15]")
    #expect(records[1]["Gres"] == nil)
  }

  @Test(arguments: 1...200 as ClosedRange<UInt64>)
  func noTextCrashesTheReaders(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let marks = Array("n1[]-,=:()gpuIDX S\n\"{}#*+ä\u{0}")
    let text = String((0..<random.int(0...60)).map { _ in marks[random.int(0...marks.count - 1)] })
    _ = HostList.expand(text)
    _ = GRES.list(text)
    _ = KeyValueText.records("A=" + text, startingWith: "A")
    _ = KeyValueText.seconds(text)
  }
}
