import Executor
import Quantities

/// A group of steps about to run tile by tile: each lane carries out every step on one of its
/// blocks before it takes the next.
struct GroupCall {
  /// One per step, in order.
  let calls: [KernelCall]
  let split: TileSplit

  /// Runs the steps and returns when all lanes are done.
  /// - Parameter times: nanoseconds of each step on the first lane are added here.
  func execute(times: UnsafeMutablePointer<UInt64>?) throws(UserError) {
    let first = calls[0]
    first.clearStatus()
    for call in calls { call.packOperands() }
    first.forRows(split.lanes.count) { begin, end, lane in
      for tile in begin..<end {
        for (block, place) in split.lanes[tile].enumerated() {
          for (index, call) in calls.enumerated() {
            let start = times == nil || tile > 0 ? 0 : ProgramRunner.nanoseconds()
            call.run(place, tile: tile, block: block, lane: lane)
            if let times, tile == 0 { times[index] += ProgramRunner.nanoseconds() - start }
          }
        }
      }
    }
    try first.checkStatus("a product")
  }
}

extension KernelCall {
  /// Runs the step on one block, on the calling lane.
  fileprivate func run(_ place: TileSplit.Block, tile: Int, block: Int, lane: Int) {
    if let productPlan {
      note(productPlan.run(lane: tile, block: block, weightShift: weightShift(lane)), lane)
    } else if let product, product.isFewRows {
      multiplyFewRows(product, columns: place.columns, lane: lane)
    } else if let product {
      multiply(product, place, lane: lane)
    } else {
      let columns = outputs[0].columns
      if place.columns.count == columns {
        return elementwise(place.rows.lowerBound * columns, place.rows.upperBound * columns)
      }
      for row in place.rows {
        elementwise(
          row * columns + place.columns.lowerBound, row * columns + place.columns.upperBound)
      }
    }
  }
}
