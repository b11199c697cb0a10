import Models
import Quantities

/// Inference on an image, a volume or a whole slide that is larger than what the model reads: the
/// same pass over one window after the other.
///
/// Windows lie as in MONAI's `sliding_window_inference` and nnU-Net: the first at the edge, each
/// further one a step on, the last at the other edge.
public struct SlidingWindow: Sendable, Hashable {
  /// Extents of a window; nil for the model's own.
  public var patch: [Int]?
  /// Share of a window that the next one covers too, from 0 to below 1 (nnU-Net 0.5, MONAI 0.25,
  /// tiles of a slide 0).
  public var overlap: Double
  /// Windows in one pass.
  public var batch: Int
  /// Passes over each window as it is and mirrored (nnU-Net's test-time augmentation: 2 for each
  /// axis, 8 in a volume).
  public var mirrors: Int
  /// Share of the windows that is run, above 0: what of a slide is tissue.
  public var share: Double

  /// Creates a description; without arguments, windows of the model's size that overlap by half.
  public init(
    patch: [Int]? = nil, overlap: Double = 0.5, batch: Int = 1, mirrors: Int = 1,
    share: Double = 1
  ) {
    self.patch = patch
    self.overlap = overlap
    self.batch = batch
    self.mirrors = mirrors
    self.share = share
  }

  /// Windows along one axis.
  public func count(extent: Int, window: Int) -> Int {
    guard extent > window else { return 1 }
    let step = max(1, Int(Double(window) * (1 - overlap)))
    return (extent - window + step - 1) / step + 1
  }

  /// Passes over one sample of these extents, before they are gathered in batches; nil when they
  /// cannot be counted. An axis in front that windows lack is walked position by position.
  public func passes(extents: [Int], window: [Int]) -> Int? {
    let missing = extents.count - window.count
    guard missing >= 0 else { return nil }
    var total = 1
    for (axis, extent) in extents.enumerated() {
      let windows = axis < missing ? extent : count(extent: extent, window: window[axis - missing])
      let (product, overflow) = total.multipliedReportingOverflow(by: windows)
      guard !overflow, product < 1 << 48 else { return nil }
      total = product
    }
    let run = max(1, Int((Double(total) * share).rounded(.up)))
    let (all, overflow) = run.multipliedReportingOverflow(by: mirrors)
    return overflow ? nil : all
  }
}

extension WorkloadRequest {
  /// The request of one pass over windows, and how many passes there are; itself and 1 without
  /// windows.
  ///
  /// - Throws: `UserError` when the task is no inference, the extents of the whole are missing or
  ///   have another number of dimensions than the model reads.
  func windowed(_ model: ModelProfile) throws(UserError) -> (request: WorkloadRequest, passes: Int)
  {
    guard let window else { return (self, 1) }
    func fault(_ option: String, _ message: String, _ remedy: String) -> UserError {
      UserError(.input, place: model.id, key: option, message, remedy: remedy)
    }
    guard task == .infer else {
      throw fault(
        "--window", "windows are walked in inference only",
        "use --task infer; training reads patches, given by --image or --volume")
    }
    guard let own = model.sample.spatial else {
      throw fault("--window", "this model reads no images or volumes", "leave it out")
    }
    guard let whole = volume ?? image.map({ [$0.height, $0.width] }) else {
      throw fault(
        "--window", "the extents of the whole are missing", "give --volume, --image or --slide")
    }
    let patch = window.patch ?? own
    guard patch.count == own.count, whole.count >= own.count else {
      throw fault(
        "--window", "windows of \(patch.count) extents over a whole of \(whole.count)",
        own.count == 3 ? "give --volume DxHxW and --window DxHxW" : "give --window HxW")
    }
    guard (0..<1).contains(window.overlap), window.batch >= 1, window.mirrors >= 1,
      window.share > 0, window.share <= 1
    else {
      throw fault(
        "--overlap", "windows that overlap by \(window.overlap)", "give 0 to below 1")
    }
    guard let one = window.passes(extents: whole, window: patch) else {
      throw fault("--window", "more windows than can be counted", "use larger windows")
    }
    let (all, overflow) = one.multipliedReportingOverflow(by: batch)
    guard !overflow, batch >= 1 else {
      throw fault("--batch", "\(batch) samples of \(one) windows", "give at least 1, or fewer")
    }
    var request = self
    request.window = nil
    request.batch = min(window.batch, all)
    request.volume = patch.count == 3 ? patch : nil
    request.image = patch.count == 2 ? ImageSize(height: patch[0], width: patch[1]) : nil
    return (request, (all - 1) / request.batch + 1)
  }
}
