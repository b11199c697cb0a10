/// How a step is cut over devices: the dimensions multiply, `zeroStage` says what data parallel
/// ranks share.
public struct Parallelism: Sendable, Hashable {
  /// Replicas of the model that see different samples.
  public var data = 1
  /// Devices over which each matrix is cut.
  public var tensor = 1
  /// Devices over which the layers are cut.
  public var pipeline = 1
  /// Stages of layers that each pipeline device holds.
  public var virtualStages = 1
  /// Devices over which the sequence is cut.
  public var context = 1
  /// Devices over which experts are cut.
  public var expert = 1
  /// ZeRO stage 0 to 3.
  public var zeroStage = 0
  /// Whether normalisations are cut over the tensor parallel devices.
  public var sequenceParallel = false

  /// One device.
  public init() {}

  /// Devices used; `Int.max` when the product is too large.
  public var devices: Int {
    [data, tensor, pipeline, context].reduce(1) { product, factor in
      let (value, overflow) = product.multipliedReportingOverflow(by: factor)
      return overflow ? .max : value
    }
  }
}
