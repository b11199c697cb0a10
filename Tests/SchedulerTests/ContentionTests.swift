import HardwareModel
import Quantities
import Scheduler
import TestSupport
import Testing

/// How jobs on one memory are predicted to slow each other.
@Suite struct ContentionTests {
  static func stream(_ rate: Double, bound: Double = 1) -> MemoryTraffic {
    MemoryTraffic(bytesPerSecond: rate, boundShare: bound, workingSetBytes: 0)
  }

  /// One core copies 22 GB/s and two together 27: each of two streams waits 44 / 27 times as long.
  @Test func twoStreamsShareWhatMemoryMoves() {
    let memory = SharedMemory(bytesPerSecond: 27)
    let both = MemoryTraffic.slowdowns([Self.stream(22), Self.stream(22)], on: memory)
    #expect(both.allSatisfy { abs($0 - 44.0 / 27) < 1e-9 })
    #expect(Self.stream(22).slowdown(beside: [Self.stream(5)], on: memory) == 1)
    #expect(Self.stream(22).slowdown(beside: [], on: memory) == 1)
    #expect(
      Self.stream(22).slowdown(beside: [Self.stream(22)], on: SharedMemory(bytesPerSecond: 0)) == 1)
  }

  /// By hand: both wait half of their time and ask for 20 of 20 then. With e = q, q = (1 + e) /
  /// (2 + e): q² + q − 1 = 0, q = (√5 − 1) / 2, and each takes 1 + q / 2.
  @Test func phasesMeetByChance() {
    let job = Self.stream(10, bound: 0.5)
    let slowdown = job.slowdown(beside: [job], on: SharedMemory(bytesPerSecond: 20))
    #expect(abs(slowdown - (1 + (5.0.squareRoot() - 1) / 4)) < 1e-6)
  }

  /// What two slow each other by beyond memory is as measured, weighted by the neighbour's time.
  @Test func cachesAndArithmeticAreSlowedAsMeasured() {
    let effect = NeighbourEffect(
      cores: 1, cacheBytes: 100, aloneBytesPerSecond: BytesPerSecond(10),
      slowdowns: [[1.2, 1.1, 1.05], [1.3, 1.4, 3], [1, 1, 2]])
    let memory = SharedMemory(
      bytesPerSecond: effect.jointBytesPerSecond.value, cacheBytes: 100, effect: effect)
    let arithmetic = Self.stream(0, bound: 0)
    func resident(_ bytes: Int) -> MemoryTraffic {
      MemoryTraffic(bytesPerSecond: 0, boundShare: 0, workingSetBytes: bytes, cachedShare: 1)
    }
    func pair(_ first: MemoryTraffic, _ second: MemoryTraffic) -> [Double] {
      MemoryTraffic.slowdowns([first, second], on: memory).map { ($0 * 1e6).rounded() / 1e6 }
    }
    #expect(pair(arithmetic, arithmetic) == [1.2, 1.2])
    #expect(pair(arithmetic, Self.stream(10)) == [1.05, 1])
    #expect(pair(resident(40), Self.stream(10)) == [3, 1])
    #expect(pair(Self.stream(10), Self.stream(10)) == [2, 2])
    #expect(pair(resident(40), resident(60)) == [1.4, 1.4])
    // Two that do not fit side by side read from memory.
    #expect(pair(resident(60), resident(60)) == [3, 3])
  }

  /// Nobody gains by a neighbour, equals are slowed alike, more traffic beside never helps, and all
  /// together get no more than memory moves.
  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func slowdownsAreSound(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    func part() -> Double { Double(random.int(0...1000)) / 1000 }
    let memory = SharedMemory(bytesPerSecond: 1 + 100 * part())
    var jobs = (0..<random.int(2...7)).map { _ in
      Self.stream(50 * part(), bound: random.chance(0.3) ? 1 : part())
    }
    jobs.append(jobs[0])
    let slowdowns = MemoryTraffic.slowdowns(jobs, on: memory)
    #expect(slowdowns.allSatisfy { $0 >= 1 && $0.isFinite })
    #expect(abs(slowdowns[0] - (slowdowns.last ?? 0)) < 1e-6)
    let granted = zip(jobs, slowdowns).reduce(0) {
      // Alone nobody moves more than memory does.
      $0 + min($1.0.bytesPerSecond, memory.bytesPerSecond) / $1.1
    }
    #expect(granted <= memory.bytesPerSecond * (1 + 1e-6))
    for index in jobs.indices.dropFirst() {
      var more = jobs
      more[index].bytesPerSecond *= 1 + part()
      #expect(MemoryTraffic.slowdowns(more, on: memory)[0] >= slowdowns[0] - 1e-6)
      more = jobs
      more.remove(at: index)
      #expect(MemoryTraffic.slowdowns(more, on: memory)[0] <= slowdowns[0] + 1e-6)
    }
  }
}
