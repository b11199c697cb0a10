import TestSupport
import Testing

@testable import Scheduler

@Suite struct AllocationTests {
  static func state(_ seed: UInt64) -> RoundState {
    var random = SplitMix64(seed: seed)
    let kinds = random.int(1...4)
    let jobs = (0..<random.int(1...25)).map { number in
      RoundJob(
        number: number, submit: Double(number), devices: [1, 2, 4][random.int(0...2)],
        stepsPerSecond: (0..<kinds).map { _ in 0.1 + 20 * random.double() },
        steps: 1 + 1e5 * random.double())
    }
    return RoundState(
      now: 100, devices: (0..<kinds).map { _ in random.int(4...12) }, jobs: jobs)
  }

  static let policies: [any AllocationPolicy] = [
    LeastAttainedService(), MaxMinFairness(), FinishTimeFairness(), MinTotalDuration(),
    ShortestRemainingOnBest(),
  ]

  @Test(arguments: policies.indices, 1...20 as ClosedRange<UInt64>)
  func nothingIsGivenOutTwice(index: Int, seed: UInt64) {
    let state = Self.state(seed)
    var policy = Self.policies[index]
    let fractions = policy.allocation(state)
    #expect(fractions.count == state.jobs.count)
    for row in fractions {
      #expect(row.reduce(0, +) <= 1 + 1e-6)
      #expect(row.allSatisfy { $0 >= 0 })
    }
    for kind in state.devices.indices {
      let used = zip(state.jobs, fractions).reduce(0) { $0 + Double($1.0.devices) * $1.1[kind] }
      #expect(used <= Double(state.devices[kind]) * (1 + 1e-6))
    }
  }

  /// No allocation reaches a higher level: by weak duality, any prices for devices and for jobs'
  /// time bound it. Good prices are found by trying many.
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func twoKindsAgainstASweep(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    // One job per device: the best split of one resource between two jobs is known.
    let (a, b) = (1 + 9 * random.double(), 1 + 9 * random.double())
    let program = AllocationProgram(
      worth: [[a], [b]], need: [1, 1], devices: [1, 1], capacity: [1])
    // a x = b (1 - x) = level.
    let expected = a * b / (a + b)
    let solution = program.solved()
    #expect(relativeError(solution.level, expected) < 1e-6)
    #expect(relativeError(solution.fractions[0][0], b / (a + b)) < 1e-5)
    // Two kinds, two jobs that each prefer another: each gets its own whole.
    let swap = AllocationProgram(
      worth: [[a + 1, 0.5], [0.5, b + 1]], need: [a + 1, b + 1], devices: [1, 1],
      capacity: [1, 1]
    ).solved()
    #expect(relativeError(swap.level, 1) < 1e-6)
  }

  /// What the solver ECOS 2.0.14 under CVXPY 1.9.3 returns for the same limits, to its 1e-5.
  @Test(arguments: [
    (
      1500,
      [
        [0.54647, 0.17083, 0.15931], [0.14321, 0.18591, 0.39414], [0.26096, 0.24048, 0.26865],
        [0.11681, 0.16436, 0.42484], [0.0905, 0.17244, 0.3437],
      ]
    ),
    (
      900,
      [
        [1, 0, 0], [0.04659, 0.43859, 0.42553], [0.41017, 0.16162, 0.20849],
        [0.07644, 0.15018, 0.55227], [0.10626, 0.2182, 0.43835],
      ]
    ),
    (600, nil),
  ])
  func ofManyAllocationsThatOfGavelsSolverIsTaken(seconds: Double, expected: [[Double]]?) {
    let found = AllocationProgram(
      worth: [[10, 4, 1], [3, 3, 2], [8, 1, 0.5], [2, 0.7, 0.4], [20, 9, 5]],
      need: [9000, 2000, 3000, 400, 5000].map { $0 / seconds }, devices: [1, 2, 1, 4, 1],
      capacity: [2, 2, 4]
    ).reached()
    #expect((found == nil) == (expected == nil))
    for (row, expectedRow) in zip(found ?? [], expected ?? []) {
      for (value, wanted) in zip(row, expectedRow) { #expect(abs(value - wanted) < 2e-5) }
    }
  }

  /// What the program of the largest level says can be reached is, what it says cannot is not.
  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func whatCanBeReachedIs(seed: UInt64) {
    let state = Self.state(seed)
    let worth = state.jobs.map(\.stepsPerSecond)
    let steps = state.jobs.map(\.remainingSteps)
    let level = AllocationProgram(worth: worth, need: steps, state).solved().level
    func reached(_ part: Double) -> [[Double]]? {
      AllocationProgram(worth: worth, need: steps.map { $0 * level * part }, state).reached()
    }
    #expect(reached(1.001) == nil)
    for part in [0.999, 0.5, 1e-3] {
      let fractions = reached(part)
      #expect(fractions?.count == worth.count)
      for (job, row) in (fractions ?? []).enumerated() {
        #expect(Dense.dot(worth[job], row) > steps[job] * level * part * (1 - 1e-5))
      }
    }
  }

  @Test func theShortestRunsOnItsBestAndTheLongestIsNotForgotten() {
    var policy = ShortestRemainingOnBest()
    let jobs = [
      RoundJob(number: 0, submit: 0, devices: 1, stepsPerSecond: [10, 1], steps: 1e6),
      RoundJob(number: 1, submit: 0, devices: 1, stepsPerSecond: [10, 1], steps: 100),
      RoundJob(number: 2, submit: 0, devices: 1, stepsPerSecond: [5, 4], steps: 200),
    ]
    // One device of each kind: the longest is the whole makespan and must not wait.
    let fractions = policy.allocation(RoundState(now: 0, devices: [1, 1], jobs: jobs))
    #expect(fractions == [[1, 0], [0, 0], [0, 1]])
  }
}

@Suite struct PackerTests {
  static let half = SharedTask(cpuMilli: 1000, memoryMiB: 1, gpus: 1, gpuMilli: 500)
  static let whole = SharedTask(cpuMilli: 1000, memoryMiB: 1, gpus: 1, gpuMilli: 1000)
  static let pair = SharedTask(cpuMilli: 1000, memoryMiB: 1, gpus: 2, gpuMilli: 1000)

  static func node(_ gpus: Int, cpu: Int = 64_000, model: String = "A") -> SharedNode {
    SharedNode(
      cpuMilli: cpu, memoryMiB: 1000, gpuMilli: Array(repeating: 1000, count: gpus), model: model)
  }

  @Test func halvesShareAGPUSoThatWholeOnesFit() throws {
    var packer = FragmentationPacker(
      nodes: [Self.node(2), Self.node(2)],
      typical: [Self.half: 0.4, Self.whole: 0.3, Self.pair: 0.3])
    let places = [Self.half, Self.half, Self.pair, Self.pair].map { packer.place($0) }
    let first = try #require(places[0])
    #expect(places[1] == first)
    #expect(places[2]?.node == 1 - first.node)
    #expect(places[3] == nil)
    packer.remove(Self.half, at: first)
    #expect(packer.nodes[first.node].freeGPU == 1500)
  }

  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func nothingIsEverGivenOutTwice(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let nodes = (0..<12).map { _ in
      Self.node(
        random.int(0...4), cpu: 1000 * random.int(1...20), model: random.chance(0.5) ? "A" : "B")
    }
    let kinds = (0..<8).map { _ in
      let gpus = random.int(0...2)
      return SharedTask(
        cpuMilli: 500 * random.int(0...6), memoryMiB: random.int(0...200), gpus: gpus,
        gpuMilli: gpus == 1 ? 50 * random.int(1...20) : gpus * 500,
        models: random.chance(0.2) ? ["B"] : [])
    }
    var packer = FragmentationPacker(
      nodes: nodes, typical: FragmentationPacker.shares(of: kinds))
    var placed: [(SharedTask, FragmentationPacker.Place)] = []
    for _ in 0..<200 {
      let task = kinds[random.int(0...7)]
      let fits = packer.nodes.contains { $0.fits(task) }
      let place = packer.place(task)
      #expect((place != nil) == fits)
      if let place { placed.append((task, place)) }
      if random.chance(0.3), !placed.isEmpty {
        let gone = placed.remove(at: random.int(0...placed.count - 1))
        packer.remove(gone.0, at: gone.1)
      }
      #expect(
        packer.nodes.allSatisfy { node in
          node.cpuMilli >= 0 && node.memoryMiB >= 0
            && node.gpuMilli.allSatisfy { (0...1000).contains($0) }
        })
    }
    for (task, place) in placed { packer.remove(task, at: place) }
    #expect(packer.nodes == nodes)
  }
}
