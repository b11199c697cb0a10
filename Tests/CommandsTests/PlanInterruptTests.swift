import Commands
import DataFormats
import Executor
import Glibc
import TestSupport
import Testing

/// Ctrl-C during a long search of plans.
@Suite struct PlanInterruptTests {
  /// Every format, update rule and cut of a mixture of experts without bounds: minutes on any
  /// machine.
  private static let words = [
    "plan", "mixtral-8x22b", "--cluster", "dgx-h100-superpod", "--global-batch", "40320",
    "--dtype", "any", "--optimizer", "any", "--exhaustive", "--json", "--quiet",
  ]

  /// A search of a moment, and one of minutes to compare it with.
  private static let comparing = [
    "plan", "gpt2", "--cluster", "a100-80gb", "--what-if", "dgx-a100-superpod", "--global-batch",
    "40320", "--micro-batch", "1", "--exhaustive", "--optimizer", "any", "--attention", "any",
    "--offload", "any", "--json", "--quiet",
  ]

  /// An interrupt of the comparison leaves the plans that were found.
  @Test(.timeLimit(.minutes(45))) func anInterruptedComparisonLeavesThePlans() async throws {
    let json = try await Self.interrupted(Self.comparing, SIGINT)
    #expect(json["comparison"] == nil)
    #expect(json["plans"]?.array?.isEmpty == false)
  }

  /// A process that gets SIGINT or SIGTERM while it searches leaves with 130 and prints the best
  /// plans so far.
  @Test(.timeLimit(.minutes(45)), arguments: [SIGINT, SIGTERM])
  func anInterruptedSearchGivesItsBestSoFar(signal: Int32) async throws {
    let json = try await Self.interrupted(Self.words, signal)
    let plans = try #require(json["plans"]?.array)
    #expect(!plans.isEmpty)
    #expect(plans.allSatisfy { $0["stepSeconds"]?.double ?? 0 > 0 })
    #expect(json["search"]?["configurations"]?.int ?? 0 > 0)
  }

  /// What a process prints that is interrupted while it searches: soon, so that no machine is so
  /// fast that the search is over, and later and later while a slow one has found nothing by then.
  private static func interrupted(_ words: [String], _ signal: Int32) async throws -> JSONValue {
    var json = try await interrupted(words, signal, after: 1)
    for delay in [4, 16, 64] as [UInt32] where json["plans"]?.array?.isEmpty != false {
      json = try await interrupted(words, signal, after: delay)
    }
    return json
  }

  private static func interrupted(
    _ words: [String], _ signal: Int32, after seconds: UInt32
  ) async throws -> JSONValue {
    let result = await #expect(
      processExitsWith: .exitCode(130), observing: [\.standardOutputContent]
    ) { [words = words as [String], signal, seconds] in
      interruptSelf(signal, after: seconds)
      exit(HFM.run(words, .standard()))
    }
    let output = try #require(result?.standardOutputContent)
    // Other output may stand in front of the document.
    let start = try #require(output.firstIndex(of: UInt8(ascii: "{")))
    let end = try #require(output.lastIndex(of: UInt8(ascii: "}")))
    let json = try JSONValue(parsing: String(decoding: output[start...end], as: UTF8.self))
    #expect(json["interrupted"]?.bool == true)
    return json
  }
}

/// Sends this process a signal some seconds after it has taken it on itself to answer one.
private func interruptSelf(_ signal: Int32, after seconds: UInt32) {
  _ = DriverThread.start {
    var action = sigaction()
    repeat {
      usleep(20_000)
      sigaction(signal, nil, &action)
    } while action.__sigaction_handler.sa_handler == nil
    sleep(seconds)
    kill(getpid(), signal)
  }
}
