import Kernels
import Models
import Quantities

/// A model's weights in a `.safetensors` file, read parameter by parameter.
struct WeightFile {
  private let path: String
  private let weights: StoredWeights

  /// - Returns: nil for a model that is no such file.
  /// - Throws: `UserError` for a damaged file or one of a model whose weights are not read here.
  init?(_ path: String) throws(UserError) {
    guard path.hasSuffix(".safetensors") else { return nil }
    let header = try ModelSource.header(path)
    self.path = path
    weights = try StoredWeights(header: header.bytes, file: path, fileBytes: header.fileBytes)
  }

  /// A parameter's elements; nil where the file has none.
  func elements(of parameter: Program.Parameter, count: Int) throws(UserError) -> [Float]? {
    let place = try weights.place(
      block: parameter.block, iteration: parameter.iteration, tensor: parameter.tensor,
      count: count)
    guard let place else { return nil }
    guard let elements = place.elements(try Files.read(path, bytes: place.bytes)) else {
      throw UserError(
        .input, place: path, key: parameter.tensor,
        "is stored as \(place.dataType), which is not read here",
        remedy: "store weights as F32, BF16 or F16")
    }
    return elements
  }
}
