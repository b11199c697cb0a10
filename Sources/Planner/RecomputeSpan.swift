/// Which layers of a pipeline stage recompute, where not all of them do so alike: Megatron-LM's
/// `--recompute-method` and `--recompute-num-layers` (`_checkpointed_forward` in
/// megatron/core/transformer/transformer_block.py).
public struct RecomputeSpan: Sendable, Hashable {
  /// Layers that the mode covers, first ones first, of each stage and of each virtual one (method
  /// `block`); nil: all.
  public var layers: Int?
  /// What the other layers do.
  public var rest = RecomputeMode.none
  /// Neighbouring layers that are repeated together from one kept input, under full recomputation
  /// (method `uniform`; segments of Chen et al., arXiv 1604.06174, section 4.1). Equal layers only
  /// share one.
  public var chunk = 1

  /// Creates a span.
  public init(layers: Int? = nil, rest: RecomputeMode = .none, chunk: Int = 1) {
    self.layers = layers
    self.rest = rest
    self.chunk = chunk
  }

  /// Every layer by itself.
  public static let all = RecomputeSpan()

  /// A mode and this span in few words: `full`, `full 5`, `full 5, selective`, `full by 4`.
  public func words(_ mode: RecomputeMode) -> String {
    var text = mode.rawValue
    if let layers { text += " \(layers)" }
    if chunk > 1 { text += " by \(chunk)" }
    if layers != nil, rest != .none { text += ", \(rest.rawValue)" }
    return text
  }
}

/// One way of recomputing that a search visits.
struct RecomputeChoice {
  var mode: RecomputeMode
  var span = RecomputeSpan.all
  /// Whether the search chooses how many layers are covered: the fewest that fit, since each more
  /// adds work. `span.rest` is what the others do.
  var isFewest = false
  /// Whether the search may repeat layers together where one by one they do not fit: that takes no
  /// time.
  var mayChunk = false
  /// Whether activations stay on the device: where they leave it, more recomputing may also save
  /// time, and no count of layers is the best for sure.
  var staysResident = false

  /// The whole of a mode, and where two modes share a stage, the fewest layers of the dearer one.
  static let open: [RecomputeChoice] =
    RecomputeMode.allCases.map { RecomputeChoice(mode: $0, mayChunk: $0 == .full) }
    + [(.selective, .none), (.full, .none), (.full, .selective)].map { mode, rest in
      RecomputeChoice(
        mode: mode, span: RecomputeSpan(rest: rest), isFewest: true, staysResident: true)
    }

  /// What a request leaves to visit.
  static func all(_ space: SearchSpace) -> [RecomputeChoice] {
    let modes = space.recompute ?? RecomputeMode.allCases
    func staysResident(_ mode: RecomputeMode) -> Bool {
      // Calculon's space has no such choice.
      space.executions != nil && mode == .full
    }
    if let span = space.recomputeSpan, span != .all {
      return modes.filter { $0.saves(moreThan: span.rest) && (span.chunk == 1 || $0 == .full) }
        .map { RecomputeChoice(mode: $0, span: span, staysResident: staysResident($0)) }
    }
    // Calculon's space has whole modes only.
    guard space.recompute == nil, space.executions == nil else {
      return modes.map { RecomputeChoice(mode: $0, staysResident: staysResident($0)) }
    }
    return open
  }
}

extension RecomputeMode {
  /// Whether this mode keeps less than another.
  func saves(moreThan other: RecomputeMode) -> Bool {
    switch (self, other) {
    case (.selective, .none), (.full, .none), (.full, .selective): true
    default: false
    }
  }
}
