import CKernels
import Executor
import Graph
import Quantities

extension Pooling {
  var code: Int32 {
    switch self {
    case .token: Int32(HFM_POOL_TOKEN)
    case .endOfText: Int32(HFM_POOL_END_OF_TEXT)
    case .mean: Int32(HFM_POOL_MEAN)
    }
  }
  var position: Int {
    switch self {
    case .token(let position), .mean(let position): position
    case .endOfText: 0
    }
  }
}

extension KernelCall {
  func executeGather() throws(UserError) {
    switch kind {
    case .embedding: try embedding()
    case .embeddingBackward: try embeddingBackward()
    case .prependTokens: prependTokens()
    case .prependTokensBackward: prependTokensBackward()
    case .pool(let pooling): pool(pooling, x: inputs[0], y: outputs[0], backward: false)
    case .poolBackward(let pooling):
      pool(pooling, x: outputs[0], y: inputs[0], backward: true)
    default: break
    }
  }

  private func outside(_ count: Int, _ vocabulary: Int) -> UserError {
    fault(
      "\(count) ids lie outside a table of \(vocabulary) rows",
      remedy: "ids must be at least 0 and less than \(vocabulary)")
  }

  private func embedding() throws(UserError) {
    let (table, y) = (inputs[1], outputs[0])
    let (vocabulary, ids) = (table.rows, inputs[0].integers)
    let bad = sum(y.rows, grain: 1) {
      Double(
        kernels.embedding(
          ids, table.array, y.array, Int64(vocabulary), Int64(y.columns), Int64($0), Int64($1)))
    }
    if bad > 0 { throw outside(Int(bad), vocabulary) }
  }

  private func embeddingBackward() throws(UserError) {
    let (dy, dtable) = (inputs[0], outputs[0])
    let (vocabulary, count) = (dtable.rows, inputs[1].count)
    let starts = workspace.shared.assumingMemoryBound(to: Int32.self)
    let order = starts + vocabulary + 1
    let bad = hfm_sort_ids(inputs[1].integers, Int64(count), Int64(vocabulary), starts, order)
    if bad > 0 { throw outside(Int(bad), vocabulary) }
    forRows(vocabulary) { begin, end, _ in
      kernels.embeddingBackward(
        dy.array, starts, order, dtable.array, Int64(dtable.columns), Int64(begin), Int64(end))
    }
  }

  /// Ids as positions in the rows of all samples together, in `global`; throws for ids outside.
  private func globalIds(
    _ ids: TensorStorage, rows: Int, into global: UnsafeMutablePointer<Int32>
  ) throws(UserError) {
    let perSample = ids.columns
    let bad = sum(ids.rows, grain: 1) { begin, end in
      Double(
        hfm_offset_ids(
          ids.integers, global, Int64(perSample), Int64(rows), Int64(begin), Int64(end)))
    }
    if bad > 0 { throw outside(Int(bad), rows) }
  }

  /// `x[B,N,h]` at `ids[B,M]`: an embedding whose table is every sample's rows.
  func gatherRows() throws(UserError) {
    let (x, ids, y) = (inputs[0], inputs[1], outputs[0])
    let global = workspace.shared.assumingMemoryBound(to: Int32.self)
    try globalIds(ids, rows: x.tensor.shape[1], into: global)
    forRows(y.rows) { begin, end, _ in
      _ = kernels.embedding(
        global, x.array, y.array, Int64(x.rows), Int64(y.columns), Int64(begin), Int64(end))
    }
  }

  /// The adjoint of `gatherRows`: rows of the same position are added.
  func scatterRows(_ rows: Int) throws(UserError) {
    let (x, ids, y) = (inputs[0], inputs[1], outputs[0])
    let global = workspace.shared.assumingMemoryBound(to: Int32.self)
    let starts = global + ids.count
    let order = starts + y.rows + 1
    try globalIds(ids, rows: rows, into: global)
    _ = hfm_sort_ids(global, Int64(ids.count), Int64(y.rows), starts, order)
    forRows(y.rows) { begin, end, _ in
      kernels.embeddingBackward(
        x.array, starts, order, y.array, Int64(y.columns), Int64(begin), Int64(end))
    }
  }

  private func prependTokens() {
    let (x, token, y) = (inputs[0], inputs[1], outputs[0])
    let shape = x.tensor.shape
    guard shape.count == 3 else { return }
    forRows(shape[0]) { begin, end, _ in
      kernels.prependTokens(
        x.array, token.array, y.array, Int64(shape[1]), Int64(token.rows), Int64(x.columns),
        Int64(begin), Int64(end))
    }
  }

  private func prependTokensBackward() {
    let (dy, dx, dtoken) = (inputs[0], outputs[0], outputs[1])
    let shape = dx.tensor.shape
    guard shape.count == 3 else { return }
    let (n, tokens, columns) = (Int64(shape[1]), Int64(dtoken.rows), Int64(dx.columns))
    forRows(shape[0]) { begin, end, _ in
      kernels.prependTokensBackward(
        dy.array, dx.array, n, tokens, columns, Int64(begin), Int64(end))
    }
    forRows(dtoken.rows) { begin, end, _ in
      kernels.prependTokensBackwardToken(
        dy.array, dtoken.array, Int64(shape[0]), n, tokens, columns, Int64(begin), Int64(end))
    }
  }

  /// `x` is `[B,S,h]`, `y` is `[B,h]`.
  private func pool(_ pooling: Pooling, x: TensorStorage, y: TensorStorage, backward: Bool) {
    let ids = inputs.count > 1 ? inputs[1].integers : nil
    let sequence = Int64(y.rows == 0 ? 0 : x.rows / y.rows)
    let kernel = backward ? kernels.poolBackward : kernels.pool
    let (from, to) = backward ? (y, x) : (x, y)
    forRows(y.rows) { begin, end, _ in
      kernel?(
        pooling.code, Int64(pooling.position), from.array, ids, to.array, sequence,
        Int64(y.columns), Int64(begin), Int64(end))
    }
  }
}
