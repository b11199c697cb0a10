import CSystemShims
import Synchronization

/// A counter that one thread publishes and one thread waits for: by spinning a bounded time, then
/// by sleeping in the kernel.
///
/// Values are even; bit 0 says that the waiter sleeps (or is about to). The publisher swaps the
/// new value in and learns from the old one, in the same instruction, whether it must wake: no
/// wake-up is lost and none is made in vain.
struct ParkingWord: ~Copyable {
  private let word = Atomic<UInt32>(0)

  /// The value after `value`.
  static func next(_ value: UInt32) -> UInt32 { value &+ 2 }

  /// Publishes `value`; what was written before is visible to the waiter.
  @inline(__always)
  func publish(_ value: UInt32) {
    let old = word.exchange(value, ordering: .acquiringAndReleasing)
    if old & 1 != 0 { wake() }
  }

  /// Whether `value` has been published.
  @inline(__always)
  func has(_ value: UInt32) -> Bool { word.load(ordering: .acquiring) == value }

  /// Waits until the published value is `value`.
  @inline(__always)
  func wait(for value: UInt32, spins: Int) {
    var left = spins
    while !has(value) {
      guard left > 0 else { return park { $0 == value } }
      left -= 1
      hfm_cpu_pause()
    }
  }

  /// Waits until the published value is no longer `value`, and returns the new one.
  @inline(__always)
  func waitForChange(from value: UInt32, spins: Int) -> UInt32 {
    var left = spins
    while true {
      let now = word.load(ordering: .acquiring)
      if now != value { return now }
      guard left > 0 else { break }
      left -= 1
      hfm_cpu_pause()
    }
    park { $0 != value }
    return word.load(ordering: .acquiring)
  }

  /// Sleeps until the published value satisfies `isReady`.
  @inline(never)
  private func park(until isReady: (UInt32) -> Bool) {
    while true {
      let now = word.load(ordering: .acquiring)
      if isReady(now & ~1) { return }
      let asleep = now | 1
      if now == asleep
        || word.compareExchange(
          expected: now, desired: asleep, ordering: .acquiringAndReleasing
        ).exchanged
      {
        withUnsafeAddress { hfm_futex_wait($0, asleep) }
      }
    }
  }

  @inline(never)
  private func wake() {
    withUnsafeAddress { hfm_futex_wake($0, 1) }
  }

  /// The word's address for the kernel. The word lies in a `PaddedArray` or a class and so never
  /// moves; an atomic may not be copied, hence its address is the address of its storage.
  @inline(__always)
  private func withUnsafeAddress(_ body: (UnsafeRawPointer) -> Void) {
    Swift.withUnsafePointer(to: self) { body(UnsafeRawPointer($0)) }
  }
}
