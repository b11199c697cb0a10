import DataFormats
import JobStore
import Quantities

/// `hfm jobs --why`: why a job waits, was refused or failed, and when it should start.
enum JobReason {
  static func show(
    _ id: String, _ jobs: [LedgerJob], _ ledger: Ledger, _ console: Console
  ) throws -> Int32 {
    guard let job = jobs.first(where: { $0.id == id }) else {
      throw UserError(
        .input, place: ledger.path, key: id, "the ledger holds no such job",
        remedy: NearestNames.question(id, in: jobs.map(\.id), otherwise: "see hfm jobs"))
    }
    let isOpen = job.state == .queued || job.reason.hasPrefix("paused")
    guard isOpen, ServiceClient.isServed(ledger: ledger.path) else {
      let reason = job.state == .queued ? "waits for the process that holds it" : job.reason
      show(
        [("id", .string(id)), ("state", .string(job.state.rawValue)), ("reason", .string(reason))],
        "\(id): \(job.state.rawValue)" + (reason.isEmpty ? "" : ": \(reason)"), console)
      return 0
    }
    let answer = try ServiceClient.ask(
      ledger: ledger.path, [("do", .string("why")), ("id", .string(id))])
    if console.json {
      console.print(json: answer)
    } else {
      console.print("\(id): " + text(answer))
    }
    return 0
  }

  private static func show(
    _ members: [(String, JSONValue)], _ text: String, _ console: Console
  ) {
    if console.json { console.print(json: .object(members)) } else { console.print(text) }
  }

  /// The service's answer in words.
  static func text(_ answer: JSONValue) -> String {
    func int(_ key: String) -> Int { answer[key]?.int ?? 0 }
    let start = answer["forecastStartSeconds"]?.double
    let forecast =
      start.map { "; it should start in \(Format.fixed($0, 1)) s if all take as long as estimated" }
      ?? ""
    switch answer["reason"]?.string ?? "" {
    case "cores":
      return "waits for cores: it asks for \(int("cores")), \(int("freeCores")) are free, "
        + "\(int("ahead")) jobs stand before it" + forecast
    case "memory":
      return "waits for memory: it asks for \(Format.bytes(int("memoryBytes"))), "
        + "\(Format.bytes(int("freeMemoryBytes"))) are free" + forecast
    case "accelerators": return "waits for accelerators" + forecast
    case "reservation":
      return "would fit, but would delay a job that stands before it" + forecast
    case "dependency":
      let others = (answer["waitsFor"]?.array ?? []).compactMap(\.string)
      return "waits for " + others.joined(separator: ", ") + " to end well" + forecast
    case "array": return "as many tasks of its array as may run at once run already" + forecast
    case "policy": return "is held back by the policy" + forecast
    case "submission":
      let due = answer["submitInSeconds"]?.double ?? 0
      return "is submitted in \(Format.fixed(due, 1)) s, as its submitSeconds has it"
    case "paused": return "is paused; hfm resume lets it go on"
    case let other: return other
    }
  }
}
