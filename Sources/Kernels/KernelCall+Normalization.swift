import CKernels
import Executor
import Graph

extension KernelCall {
  func executeNormalization() {
    let (rows, columns) = (outputs[0].rows, Int64(outputs[0].columns))
    let (a, y) = (inputs[0].array, outputs[0].array)
    switch kind {
    case .layerNorm(let epsilon):
      forRows(rows) { begin, end, _ in
        kernels.layerNorm(
          a, inputs[1].array, inputs[2].array, y, outputs[1].floats, outputs[2].floats,
          Float(epsilon), columns, Int64(begin), Int64(end))
      }
    case .layerNormBackward:
      withPartials(of: [1, 2], rows: rows, columns: Int(columns)) { partials, begin, end in
        kernels.layerNormBackward(
          a, inputs[1].array, inputs[2].array, inputs[3].floats, inputs[4].floats, y, partials,
          partials + Int(columns), columns, Int64(begin), Int64(end))
      }
    case .rmsNorm(let epsilon):
      forRows(rows) { begin, end, _ in
        kernels.rmsNorm(
          a, inputs[1].array, y, outputs[1].floats, Float(epsilon), columns, Int64(begin),
          Int64(end))
      }
    case .rmsNormBackward:
      withPartials(of: [1], rows: rows, columns: Int(columns)) { partials, begin, end in
        kernels.rmsNormBackward(
          a, inputs[1].array, inputs[2].array, inputs[3].floats, y, partials, columns,
          Int64(begin), Int64(end))
      }
    case .l2Normalize:
      forRows(rows) { begin, end, _ in
        kernels.l2Normalize(a, y, outputs[1].floats, columns, Int64(begin), Int64(end))
      }
    case .l2NormalizeBackward:
      forRows(rows) { begin, end, _ in
        kernels.l2NormalizeBackward(
          a, inputs[1].array, inputs[2].floats, y, columns, Int64(begin), Int64(end))
      }
    default: break
    }
  }
}
