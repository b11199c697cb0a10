public import Graph
public import HardwareModel
public import Quantities

/// What one operator costs on any hardware: the one definition that prediction and calibration
/// share.
///
/// Counts never trap: beyond `Int.max` they stay there, and `GraphCost` refuses such a graph.
public struct OperatorCost: Sendable, Hashable {
  /// The class under which its speed is measured and predicted.
  public var operatorClass: OperatorClass
  /// The number format computed in.
  public var dataType: DataType
  /// Matrix, convolution and attention products as PyTorch's FlopCounterMode counts them; one
  /// multiply-add is 2, a causal mask is counted as the full square.
  public var modelFlops: Int
  /// What a kernel executes: a causal mask skips what it hides, a flash backward recomputes the
  /// scores (arXiv 2205.14135, section 3.1: five products where the forward has two).
  public var hardwareFlops: Int
  /// Arithmetic outside of products, approximate (a transcendental function counts as 4).
  public var vectorFlops: Int
  /// Bytes read: each operand once, without fusion.
  public var bytesRead: Int
  /// Bytes written: each result once.
  public var bytesWritten: Int
  /// The kernel whose speed is measured; nil for an operator that is only known by its class.
  public var kernel: Kernel?
  /// Hardware FLOPs when a convolution's channels are filled up to blocks of 16, as kernels for
  /// registers of 512 bits do (oneDNN's nChw16c layout); else `hardwareFlops`.
  public var blockedFlops: Int
  /// `bytes`, and what a processor copies where a framework returns a view (slices, permutations,
  /// other shapes of the same elements).
  public var movedBytes: Int
  /// Rows that a kernel begins anew: sets of a normalisation, queries of an attention's heads, a
  /// token's heads that are turned (rotary positions); 0 where elements are worked on one after the
  /// other.
  public var rows: Int

  /// Bytes read and written.
  public var bytes: Int { Saturating.add(bytesRead, bytesWritten) }

  /// What the class's speed is measured in: hardware FLOP for products, bytes for the rest.
  public var work: Double {
    operatorClass.workIsFlops ? Double(hardwareFlops) : Double(bytes)
  }

  /// Creates a cost from its parts; blocks and copies add nothing unless they are given.
  public init(
    operatorClass: OperatorClass, dataType: DataType, modelFlops: Int, hardwareFlops: Int,
    vectorFlops: Int, bytesRead: Int, bytesWritten: Int, kernel: Kernel? = nil,
    blockedFlops: Int? = nil, movedBytes: Int? = nil, rows: Int = 0
  ) {
    self.operatorClass = operatorClass
    self.dataType = dataType
    self.modelFlops = modelFlops
    self.hardwareFlops = hardwareFlops
    self.vectorFlops = vectorFlops
    self.bytesRead = bytesRead
    self.bytesWritten = bytesWritten
    self.kernel = kernel
    self.blockedFlops = blockedFlops ?? hardwareFlops
    self.movedBytes = movedBytes ?? Saturating.add(bytesRead, bytesWritten)
    self.rows = rows
  }

  /// Counts one operator of a valid block (see `Block.validate()`), whose table is `tensors`.
  public init(_ op: Operator, tensors: [Tensor]) {
    let operands = Operands(op, tensors)
    let flops = operands.products
    let traffic = operands.traffic
    self.init(
      operatorClass: op.kind.operatorClass, dataType: operands.computeType,
      modelFlops: flops.model, hardwareFlops: flops.hardware, vectorFlops: operands.vectorFlops,
      bytesRead: traffic.read, bytesWritten: traffic.written, kernel: operands.kernel,
      blockedFlops: operands.blocked(flops.hardware), movedBytes: operands.moved(traffic),
      rows: operands.rows)
  }
}
