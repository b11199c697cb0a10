import DataFormats
import Glibc
import Quantities

/// `hfm submit --engine local`: hands jobs to the service of a ledger.
enum LocalSubmission {
  static func run(
    _ jobs: [JobSpecification], ledger: String, _ console: Console
  ) throws -> Int32 {
    let texts = jobs.map { job -> JSONValue in
      var job = job
      // The service may stand in another folder.
      if job.model.contains("/"), !job.model.hasPrefix("/"), let here = getcwd(nil, 0) {
        job.model = String(cString: here) + "/" + job.model
        free(here)
      }
      return .object([("id", .string(job.id)), ("specification", .string(job.text))])
    }
    let answer = try ServiceClient.ask(
      ledger: ledger, [("do", .string("submit")), ("jobs", .array(texts))])
    let states = (answer["jobs"]?.array ?? []).map {
      (
        id: $0["id"]?.string ?? "", state: $0["state"]?.string ?? "",
        reason: $0["reason"]?.string
      )
    }
    if console.json {
      console.print(
        json: .object([
          (
            "submitted",
            .array(
              states.map {
                .object([
                  ("id", .string($0.id)), ("engineId", .null), ("state", .string($0.state)),
                  ("reason", $0.reason.map { .string($0) } ?? .null),
                ])
              })
          )
        ]))
    } else {
      for (id, state, reason) in states {
        console.print("\(id): \(state)" + (reason.map { ": it \($0)" } ?? ""))
      }
    }
    let conflict = states.first { $0.state == "conflict" }
    if let conflict {
      throw UserError(
        .input, place: ledger, key: conflict.id, "the ledger holds another job of this name",
        remedy: "rename the job, or give another --ledger")
    }
    return states.contains { $0.state == "refused" } ? 3 : 0
  }
}
