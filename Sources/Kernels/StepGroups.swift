import CKernels
import Graph

/// Steps that the lanes carry out tile by tile, without waiting for each other in between.
///
/// A group is a run of products of the same `rows × columns` output, and of element-wise steps on
/// outputs of that shape: the epilogues (activation, residual, gate) of a tile run while it is in
/// the cache, and products that read the same input (queries, keys, values) start together.
struct StepGroup: Equatable {
  /// Positions in the program.
  var steps: Range<Int>
  /// Extents of every output.
  var rows: Int, columns: Int
}

extension Program {
  /// All steps in groups, in order; a step that is no part of a tile-wise group is one alone.
  var groups: [StepGroup] {
    var groups: [StepGroup] = []
    var next = 0
    while next < steps.count {
      let group = group(from: next)
      groups.append(group)
      next = group.steps.upperBound
    }
    return groups
  }

  private func group(from first: Int) -> StepGroup {
    let alone = StepGroup(steps: first..<first + 1, rows: 0, columns: 0)
    if steps[first].opensBlocks { return blocks(from: first) }
    guard let (m, n) = steps[first].tileProduct else { return alone }
    var made = Set(steps[first].outputs)
    var end = first + 1
    while end < steps.count, continues(steps[end], m, n, made) {
      made.formUnion(steps[end].outputs)
      end += 1
    }
    return StepGroup(steps: first..<end, rows: m, columns: n)
  }

  /// A norm of maps whose channels lie last, and what follows element by element on maps of its
  /// shape: each block of positions is finished while it is in the cache.
  private func blocks(from first: Int) -> StepGroup {
    let map = steps[first].outputTensors[0]
    var made: Set<Int> = [steps[first].outputs[0]]
    var end = first + 1
    while end < steps.count {
      let step = steps[end]
      let isAlike = (step.inputs + step.outputs).allSatisfy { step.channelsLast.contains($0) }
      guard step.isTileWise, isAlike, !made.isDisjoint(with: step.inputs),
        step.inputTensors.allSatisfy({ $0.shape == map.shape })
      else { break }
      made.formUnion(step.outputs)
      end += 1
    }
    return StepGroup(steps: first..<end, rows: 0, columns: 0)
  }

  /// Whether a step can run on a tile of what was `made` so far in a group.
  private func continues(_ step: Step, _ m: Int, _ n: Int, _ made: Set<Int>) -> Bool {
    if let (rows, columns) = step.tileProduct {
      // A product needs whole rows of its input: all lanes would have to be done with them.
      return rows == m && columns == n && made.isDisjoint(with: step.inputs)
    }
    guard step.isTileWise, step.outputTensors[0].columns == n,
      step.outputTensors[0].rows == m, !made.isDisjoint(with: step.inputs)
    else { return false }
    return zip(step.inputs, step.inputTensors).allSatisfy { buffer, tensor in
      !made.contains(buffer) || (tensor.rows == m && tensor.columns == n)
    }
  }

  /// The same program with lifetimes that reach over whole groups: one lane may be ahead of another
  /// by as many steps as a group has.
  func widened(over groups: [StepGroup]) -> Program {
    var result = self
    for group in groups where group.steps.count > 1 {
      for step in group.steps {
        for buffer in steps[step].inputs + steps[step].outputs {
          result.extend(buffer, over: group.steps)
        }
      }
    }
    return result
  }

  /// Buffers whose elements lie in another one's place: what only a group's next step reads is
  /// overwritten by its result.
  func aliases(_ groups: [StepGroup]) -> [Int: Int] {
    var aliases: [Int: Int] = [:]
    var readers: [Int: [Int]] = [:]
    for (index, step) in steps.enumerated() {
      for buffer in Set(step.inputs) { readers[buffer, default: []].append(index) }
    }
    for group in groups where group.steps.count > 1 {
      for index in group.steps.reversed() where steps[index].isTileWise {
        let output = steps[index].outputs[0]
        let made = group.steps.lowerBound..<index
        let candidate = steps[index].inputs.first { input in
          readers[input] == [index] && buffers[input].content == .transient
            && !results.contains(input) && made.contains { steps[$0].outputs.first == input }
            && buffers[input].tensor.bytes == buffers[output].tensor.bytes
        }
        if let candidate { aliases[candidate] = aliases[output] ?? output }
      }
    }
    return aliases
  }
}

extension Program.Step {
  /// Whether it is a norm whose result comes position by position.
  fileprivate var opensBlocks: Bool {
    if case .channelNorm = op.kind { channelsLast.contains(outputs[0]) } else { false }
  }

  /// Rows and columns of the output of a product that is cut into tiles; nil for other steps.
  var tileProduct: (rows: Int, columns: Int)? {
    guard scales == nil else { return nil }
    switch op.kind {
    case .linear, .linearGradInput, .matmul(.none), .matmul(.right):
      guard outputs.count == 1 else { return nil }
      return MatrixProduct.extents(op.kind, inputs: inputTensors, outputs: outputTensors).map {
        ($0.m, $0.n)
      }
    default: return nil
    }
  }

  /// Whether each element of the one output depends on the same element of the inputs alone, or on
  /// one of a smaller input that repeats.
  var isTileWise: Bool {
    guard outputs.count == 1 else { return false }
    switch op.kind {
    case .add:
      return inputTensors[0].shape.reversed().starts(with: inputTensors[1].shape.reversed())
    case .activation, .activationBackward, .gatedActivation, .scale: return true
    default: return false
    }
  }
}
