import CSystemShims
@testable import Executor
import Glibc
import Quantities
import Synchronization
import Testing

/// The pool for callers of asynchronous functions.
@Suite struct AsyncTests {
  @Test(arguments: [1, 3])
  func asynchronousFunctionsStayOnTheTeamsWorkers(lanes: Int) async throws {
    let (pool, team) = try Placement.shared.team(lanes)
    let executor = try TeamExecutor(team)
    let sum = await withTaskExecutorPreference(executor) {
      await withTaskGroup(of: Int.self) { group in
        for index in 0..<200 {
          group.addTask {
            var strays = hfm_current_pool() == pool.core.identity ? 0 : 1000
            await Task.yield()
            strays += hfm_current_pool() == pool.core.identity ? 0 : 1000
            return index + strays
          }
        }
        return await group.reduce(0, +)
      }
    }
    #expect(sum == 199 * 200 / 2)
    executor.close()
    // The team is its owner's again.
    #expect(try team.run { $0.count } == lanes)
  }

  @Test func jobsAfterTheEndAreNotLost() async throws {
    let (pool, team) = try Placement.shared.team(2)
    let executor = try TeamExecutor(team)
    executor.close()
    let isElsewhere = await Task(executorPreference: executor) {
      hfm_current_pool() != pool.core.identity
    }.value
    #expect(isElsewhere)
  }

  @Test func jobsForATeamThatWasReleasedAreNotLost() async throws {
    let (_, team) = try Placement.shared.team(2)
    team.release()
    let executor = try TeamExecutor(team)
    let value = await Task(executorPreference: executor) { 7 }.value
    #expect(value == 7)
    executor.close()
  }

  @Test func urgentJobsGoFirst() async throws {
    let (_, team) = try Placement.shared.team(1)
    let executor = try TeamExecutor(team)
    let isOpen = Guarded(false)
    let order = Guarded<[String]>([])
    // Holds the one worker until all are queued.
    let gate = Task(executorPreference: executor) {
      isOpen.wait(until: { $0 }) { _ in }
    }
    while executor.hasQueuedJobs { usleep(1000) }
    let low = Task(executorPreference: executor, priority: .background) {
      order.withLock { $0.append("background") }
    }
    let high = Task(executorPreference: executor, priority: .high) {
      order.withLock { $0.append("high") }
    }
    isOpen.withLock { $0 = true }
    isOpen.signal()
    await gate.value
    // Awaiting would raise the priority of what is awaited, so look until both are done.
    while order.withLock({ $0.count }) < 2 { usleep(1000) }
    #expect(order.withLock { $0 } == ["high", "background"])
    await low.value
    await high.value
    executor.close()
  }

  @Test func aBodyIsAwaitedAndItsErrorComesBack() async throws {
    struct Mishap: Error {}
    let (_, team) = try Placement.shared.team(3)
    #expect(try await team.perform { $0.count } == 3)
    await #expect(throws: Mishap.self) { try await team.perform { _ in throw Mishap() } }
  }

  @Test func aCancelledTaskCancelsItsTeam() async throws {
    let (_, team) = try Placement.shared.team(2)
    let task = Task {
      try await team.perform { scope in
        while !scope.isCancelled { usleep(1000) }
        try scope.checkCancellation()
      }
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}
