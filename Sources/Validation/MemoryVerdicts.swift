public import HardwareModel
import Planner
import Quantities

/// How often "fits" and "does not fit" are wrong, where a measurement proves which is right.
///
/// A measured peak of allocated memory speaks about every card: on one whose whole memory is less,
/// the step cannot run; on one with the peak and the planner's reserve (`MemoryReserve`) to spare,
/// it can. Between the two nothing is proven.
public struct MemoryVerdicts: Sendable, Hashable {
  /// Wrong verdicts of all that are proven.
  public struct Count: Sendable, Hashable {
    /// Wrong ones.
    public var wrong = 0
    /// All.
    public var all = 0
    /// The share of wrong ones; 0 without any.
    public var share: Double { all > 0 ? Double(wrong) / Double(all) : 0 }

    mutating func add(isWrong: Bool) {
      all += 1
      if isWrong { wrong += 1 }
    }
  }

  /// What cannot run; wrong where it is said to fit.
  public var falseFits = Count()
  /// What runs; wrong where it is said not to fit.
  public var falseRefusals = Count()
  /// Pairs of a step and a card of which nothing is proven.
  public var undecided = 0

  /// Judges measured steps on cards.
  ///
  /// - Parameters:
  ///   - lines: predictions; those without a measured peak of allocated memory do not count.
  ///   - cards: of each size of memory one.
  ///   - ratio: only cards with at most so many times the peak, and at least its like part, count:
  ///     far from it every planner is right. Infinite: all.
  public init(_ lines: [ValidationReport.Line], on cards: [Device], within ratio: Double) {
    for line in lines where !line.run.isReserved {
      guard let peak = line.run.peakBytes else { continue }
      for card in cards {
        let memory = Double(card.memoryBytes)
        guard memory <= peak * ratio, memory * ratio >= peak else { continue }
        let usable = MemoryReserve.usable(card)
        let fits = line.estimate.peakBytes <= usable
        if peak > memory {
          falseFits.add(isWrong: fits)
        } else if line.run.peakIsOfLastStage {
          undecided += 1
        } else if peak <= Double(usable) {
          falseRefusals.add(isWrong: !fits)
        } else {
          undecided += 1
        }
      }
    }
  }

  /// One card of each size of memory, rising.
  public static func cards(_ hardware: HardwareCatalogue) -> [Device] {
    var sizes: Set<Int> = []
    return hardware.devices.filter { $0.kind == .gpu && sizes.insert($0.memoryBytes).inserted }
      .sorted { $0.memoryBytes < $1.memoryBytes }
  }

  /// Both rates in words.
  public var words: String {
    func words(_ count: Count) -> String {
      "\(count.wrong) of \(count.all) (\(Format.fixed(count.share * 100, 2)) %)"
    }
    return "cannot run but said to fit \(words(falseFits)), runs but said not to fit "
      + "\(words(falseRefusals)), \(undecided) undecided"
  }
}

extension ValidationReport {
  /// How right "fits" and "does not fit" are, line by line.
  ///
  /// - Parameter hardware: whose cards are judged.
  public func fitLines(_ hardware: HardwareCatalogue) -> [String] {
    let ran = lines.filter {
      ($0.run.seconds != nil || $0.run.ranUntimed) && $0.run.statesMemory
    }
    let failed = lines.filter(\.run.isOutOfMemory)
    let refused = ran.count { !$0.fits }
    let passed = failed.count { $0.fits }
    let cards = MemoryVerdicts.cards(hardware)
    var result = [
      "runs that ran and are said not to fit: \(refused) of \(ran.count)"
        + " (\(share(refused, ran)) %)",
      "runs that ran out of memory and are said to fit: \(passed) of \(failed.count)"
        + " (\(share(passed, failed)) %)",
    ]
    for (name, ratio) in [("all", Double.infinity), ("up to twice or half the peak", 2)] {
      let verdicts = MemoryVerdicts(lines, on: cards, within: ratio)
      result.append(
        "measured peaks on cards of \(cards.count) sizes, \(name): \(verdicts.words)")
    }
    let doubled = lines.compactMap(\.doubleFits)
    let fits = doubled.count { $0 }
    result.append(
      "twice llm-foundry's micro-batch is said to fit: \(fits) of \(doubled.count)"
        + " (\(share(fits, doubled)) %; its tables do not say that no larger one does)")
    return result
  }

  private func share<Item>(_ part: Int, _ all: [Item]) -> String {
    Format.fixed(100 * Double(part) / Double(max(1, all.count)), 1)
  }

  /// How peaks of the tables that PyTorch itself counted, or that were measured here, are
  /// predicted, a line each.
  public var countedPeaks: [String] {
    Self.summarised.compactMap { table in
      let errors = lines(of: table).compactMap { line in
        line.run.peakBytes.map { abs(line.peakBytes / $0 - 1) }
      }.sorted()
      guard let worst = errors.last else { return nil }
      let median = Format.fixed(errors[errors.count / 2] * 100, 2)
      return "peaks of \(errors.count) steps (\(table)): median error \(median) %, worst "
        + "\(Format.fixed(worst * 100, 1)) %"
    }
  }
}
