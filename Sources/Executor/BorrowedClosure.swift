import CSystemShims

// Closures as words (see borrowed_closure.h). The closure outlives the words in every use: both
// live in one call of the function that was given the closure.

@_silgen_name("hfm_borrow_call")
private func borrow(_ body: () -> Void, _ words: UnsafeMutablePointer<hfm_closure>)

@_silgen_name("hfm_borrow_lane")
private func borrow(_ body: (Int) -> Void, _ words: UnsafeMutablePointer<hfm_closure>)

@_silgen_name("hfm_borrow_range")
private func borrow(_ body: (Range<Int>, Int) -> Void, _ words: UnsafeMutablePointer<hfm_closure>)

extension hfm_closure {
  /// For `hfm_call`.
  @inline(__always)
  init(borrowing body: () -> Void) {
    self.init()
    borrow(body, &self)
  }

  /// For `hfm_call_lane`.
  @inline(__always)
  init(borrowing body: (Int) -> Void) {
    self.init()
    borrow(body, &self)
  }

  /// For `hfm_call_range`.
  @inline(__always)
  init(borrowing body: (Range<Int>, Int) -> Void) {
    self.init()
    borrow(body, &self)
  }
}
