/// The innermost configurations under one cut, pipeline and number of replicas, and what those
/// whose mode covers all layers take of memory: several ways of recomputing ask for it.
struct InnerVisit {
  let all: [SearchDimensions.Inner]
  private var peaks: [SearchNest.Peak?]

  /// None.
  init() { self.init([]) }

  init(_ all: [SearchDimensions.Inner]) {
    self.all = all
    peaks = [SearchNest.Peak?](repeating: nil, count: RecomputeMode.allCases.count * all.count)
  }

  /// The memory under a mode at a place of `all`; nil: not computed yet.
  subscript(mode: RecomputeMode, place: Int) -> SearchNest.Peak? {
    get { peaks[index(mode) + place] }
    set { peaks[index(mode) + place] = newValue }
  }

  private func index(_ mode: RecomputeMode) -> Int {
    switch mode {
    case .none: 0
    case .selective: all.count
    case .full: 2 * all.count
    }
  }
}
