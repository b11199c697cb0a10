import CostModel
import DataFormats
import Executor
import HardwareModel
import Quantities
import TestSupport
import Testing

@testable import Calibration

@Suite struct LawFitTests {
  /// A point of a machine that follows the law, with relative noise.
  private func point(
    flops: Double, bytes: Double, law: RateLaw, noise: Double = 0,
    of operatorClass: OperatorClass = .matrix, vectorFlops: Double = 0, kernel: Kernel? = nil
  ) -> MeasuredPoint {
    let cost = OperatorCost(
      operatorClass: operatorClass, dataType: .fp32, modelFlops: Int(flops),
      hardwareFlops: Int(flops), vectorFlops: Int(vectorFlops), bytesRead: Int(bytes),
      bytesWritten: 0, kernel: kernel)
    return MeasuredPoint(
      cost: cost, seconds: law.seconds(cost) * (1 + noise), isHeldOut: false)
  }

  private func law(_ start: Double, _ flops: Double?, _ bytes: Double?) -> RateLaw {
    RateLaw(
      operatorClass: .matrix, dataType: .fp32, startSeconds: start, flopsPerSecond: flops,
      bytesPerSecond: bytes)
  }

  /// Random machines and shapes of random intensity: the law comes back, and predicts what it has
  /// not seen.
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func recoversTheLawOfAMachine(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    func between(_ low: Double, _ high: Double) -> Double {
      .random(in: low...high, using: &random)
    }
    let truth = law(between(1e-6, 2e-5), between(1e10, 1e12), between(5e9, 1e11))
    let points = (0..<40).map { _ in
      point(
        flops: 1e6 * between(1, 3000), bytes: 1e4 * between(1, 5000), law: truth,
        noise: between(-0.01, 0.01))
    }
    let found = try #require(LawFit().law(points))
    for _ in 0..<20 {
      let (flops, bytes) = (1e6 * between(1, 3000), 1e4 * between(1, 5000))
      let ratio =
        found.seconds(flops: flops, bytes: bytes) / truth.seconds(flops: flops, bytes: bytes)
      #expect(abs(ratio - 1) < 0.04, "\(found) for \(truth)")
    }
    // Work of mixed intensity lies on no curve of work alone: the law is chosen.
    #expect(LawFit().laws(points).count == 1)
  }

  /// One point of twelve, three times as long as its law says, changes what the others are
  /// predicted by little.
  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func aSlowMomentCountsForLittle(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let truth = law(5e-6, 1e11, 2e10)
    var points = (0..<12).map { _ in
      point(
        flops: 1e6 * .random(in: 1...1000, using: &random),
        bytes: 1e4 * .random(in: 1...1000, using: &random), law: truth)
    }
    points[Int.random(in: 0..<12, using: &random)].seconds *= 3
    let found = try #require(LawFit().law(points))
    let errors = points.map { abs(found.seconds($0.cost) / truth.seconds($0.cost) - 1) }.sorted()
    #expect(errors[errors.count / 2] < 0.1, "\(errors)")
  }

  /// Two kernels of one class, one of them ten times slower and bound by arithmetic outside of
  /// products: each gets a law of its own, and a third without points that of the class.
  @Test func kernelsOfOneClassHaveLawsOfTheirOwn() throws {
    let fast = law(2e-6, nil, 4e10)
    var slow = fast
    slow.vectorFlopsPerSecond = 2e9
    let points = (1...8).flatMap { step -> [MeasuredPoint] in
      let bytes = 1e5 * Double(step * step)
      return [
        point(flops: 0, bytes: bytes, law: fast, of: .elementwise, kernel: .add),
        point(
          flops: 0, bytes: bytes, law: slow, of: .elementwise, vectorFlops: 3e4 * Double(9 - step),
          kernel: .resample),
      ]
    }
    var device = Device(roughly: Machine(source: "t", name: "t"))
    device.laws = LawFit().laws(points)
    #expect(Set(device.laws.map(\.kernel)).isSuperset(of: ["add", "resample"]))
    let model = TimeModel(device: device)
    for point in points { #expect(abs(model.seconds(point.cost) / point.seconds - 1) < 1e-3) }
    var other = points[0].cost
    other.kernel = .roll
    #expect(model.seconds(other) > 0)
    #expect(try Device(parsing: device.json.text().utf8, file: "f").laws == device.laws)
  }

  @Test func aTermThatIsNotThereIsLeftOut() throws {
    let truth = law(0, 1e11, nil)
    let points = (1...12).map {
      point(flops: Double($0) * 1e8, bytes: Double(13 - $0) * 1e5, law: truth)
    }
    let found = try #require(LawFit().law(points))
    let rate = try #require(found.flopsPerSecond)
    #expect(abs(rate / 1e11 - 1) < 1e-6)
    #expect(found.startSeconds < 1e-9)
    #expect((found.bytesPerSecond ?? 1e30) > 1e13)
  }

  /// Operators whose times scatter by half: what a sum of them takes is predicted, and not what the
  /// fastest of them would make of it.
  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func aSumOfManyOperatorsIsNotTooShort(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let truth = law(2e-6, 1e11, 2e10)
    let points = (0..<300).map { _ in
      point(
        flops: 1e6 * .random(in: 1...100, using: &random),
        bytes: 1e4 * .random(in: 1...100, using: &random), law: truth,
        noise: .random(in: -0.6...0.6, using: &random))
    }
    let found = try #require(LawFit().law(points))
    let predicted = points.reduce(0) { $0 + found.seconds($1.cost) }
    let measured = points.reduce(0) { $0 + $1.seconds }
    #expect(abs(predicted / measured - 1) < 0.05, "seed \(seed)")
  }

  /// A machine whose caches hold 2 MB: operators of all sizes show what lies beyond; small ones do
  /// not, and the speed of large sums takes its place.
  @Test func bytesBeyondTheCachesTakeMemorysTime() throws {
    var truth = law(1e-6, nil, 1e11)
    (truth.farBytesPerSecond, truth.nearBytes, truth.rowsPerSecond) = (4e10, 2e6, nil)
    func points(_ largest: Int) -> [MeasuredPoint] {
      (10...largest).map {
        point(flops: 0, bytes: Double(1 << $0), law: truth, of: .elementwise)
      }
    }
    let fit = LawFit(nearBytes: 2e6, farBytesPerSecond: [.fp32: 1 / (1e-11 + 2.5e-11)])
    for largest in [26, 20] {
      let found = try #require(fit.law(points(largest)))
      let ratio = found.seconds(flops: 0, bytes: 1e8) / truth.seconds(flops: 0, bytes: 1e8)
      #expect(abs(ratio - 1) < 0.05, "points up to 2^\(largest) bytes")
    }
    // A slow operator has time enough to read ahead.
    let slow = law(1e-6, nil, 1e9)
    let found = try #require(
      fit.law((10...20).map { point(flops: 0, bytes: Double(1 << $0), law: slow) }))
    #expect(found.farBytesPerSecond == nil && found.nearBytes == 0)
  }

  @Test func rowsHaveATimeOfTheirOwn() throws {
    var truth = law(1e-6, nil, 5e10)
    truth.rowsPerSecond = 4e7
    let points = (1...12).map { step -> MeasuredPoint in
      var cost = point(flops: 0, bytes: 1e5 * Double(step), law: truth).cost
      cost.rows = 40 * (step * step % 7)
      return MeasuredPoint(cost: cost, seconds: truth.seconds(cost), isHeldOut: false)
    }
    let rate = try #require(LawFit().law(points)?.rowsPerSecond)
    #expect(abs(rate / 4e7 - 1) < 1e-6)
  }

  @Test func aClassThatFollowsNoLawKeepsItsCurve() {
    // A cliff at a cache's size: twenty times slower beyond.
    let points = (10..<24).map { power -> MeasuredPoint in
      let bytes = Double(1 << power)
      return point(
        flops: 0, bytes: bytes, law: law(0, nil, power < 18 ? 1e11 : 5e9), of: .elementwise)
    }
    #expect(LawFit().laws(points).isEmpty)
  }

  @Test func tooFewPointsMakeNoLaw() {
    #expect(LawFit().law([]) == nil)
    #expect(LawFit().laws([point(flops: 1e6, bytes: 1e6, law: law(1e-5, 1e10, 1e10))]).isEmpty)
  }

  /// Order statistics by hand: for n = 25 the ranks are ⌊7.6⌋ = 7 and ⌈18.4⌉ = 19.
  @Test func theIntervalOfAMedian() {
    let values = (1...25).map(Double.init)
    #expect(Certainty.halfWidth(ofMedian: values.reversed()) == (19.0 - 7.0) / 2 / 13)
    #expect(Certainty.halfWidth(ofMedian: [1, 1, 1, 1, 1]) == .infinity)
    #expect(Certainty.halfWidth(ofMedian: [2, 2, 2, 2, 2, 2]) == 0)
  }

  @Test func profilesKeepLawsAndWhatTheyWereMeasuredOn() throws {
    var device = Device(roughly: Machine(source: "t", name: "t"))
    device.laws = [law(1e-6, 2e11, 3e10), law(0, nil, 1)]
    device.laws[0].rowsPerSecond = 5
    (device.laws[0].farBytesPerSecond, device.laws[0].nearBytes) = (7, 2e6)
    device.partialSpeeds = [
      PartialSpeed(
        cores: 1, memoryBandwidth: BytesPerSecond(1e9), rates: [], laws: [law(1, 2, nil)])
    ]
    device.measuredOn = MeasuredOn(
      processor: "p", workers: 2, numaNodes: 1, workersPer: "core", kernels: "avx2",
      program: "1", system: "s", time: "t")
    #expect(try Device(parsing: device.json.text().utf8, file: "f") == device)
    var here = try #require(device.measuredOn)
    #expect(here.differences(from: here).isEmpty)
    (here.time, here.system) = ("later", "other")
    #expect(device.measuredOn?.differences(from: here).isEmpty ?? false)
    (here.processor, here.kernels) = ("q", "avx512")
    #expect(
      device.measuredOn?.differences(from: here) == [
        "processor: measured on p, here q", "kernels: measured on avx2, here avx512",
      ])
  }

  @Test(arguments: [nil, 0.7, 1.0, 1.02, 1.04, 1.5])
  func threadsAreTakenOnlyWhenFaster(speedup: Double?) throws {
    let cores = PoolLayout(workers: [.init(cpu: 0, numaNode: 0)])
    let threads = PoolLayout(workers: [0, 1].map { .init(cpu: $0, numaNode: 0) })
    let choice = LayoutChoice.decide(cores: cores, threads: threads, speedup: speedup)
    #expect(choice.workersPer == ((speedup ?? 0) >= 1.03 ? "thread" : "core"))
    #expect(choice.layout == (choice.workersPer == "thread" ? threads : cores))
  }
}
