import CKernels
import Executor
import Graph

/// Norms of maps whose channels lie last: lanes take positions.
extension KernelCall {
  /// Runs a norm and what follows element by element, block by block.
  /// - Parameter times: nanoseconds of each step are added here, those of the followers as the
  ///   first lane sees them.
  func executeBlocks(_ followers: ArraySlice<KernelCall>, times: UnsafeMutablePointer<UInt64>?) {
    guard case .channelNorm(let norm) = kind else { return }
    let start = times == nil ? 0 : ProgramRunner.nanoseconds()
    channelNorm(norm, then: followers, times: times)
    guard let times else { return }
    let all = ProgramRunner.nanoseconds() - start
    times[0] += all - min(all, (1...followers.count).reduce(0) { $0 + times[$1] })
  }

  /// Positions of each sample that a lane owns; `body` gets them counted through all samples.
  private func forSamples(
    _ map: TensorStorage, lane: Int, _ body: (_ sample: Int, _ positions: Range<Int>) -> Void
  ) {
    let samples = map.tensor.shape[0]
    let size = positions(map) / max(1, samples)
    let own = TeamScope.chunk(lane, of: scope.count, count: samples * size)
    guard !own.isEmpty else { return }
    for sample in own.lowerBound / size...(own.upperBound - 1) / size {
      body(sample, own.clamped(to: sample * size..<(sample + 1) * size))
    }
  }

  /// Mean and sum of squared differences of each row (sample, channel) of x.
  /// - Parameter partials: room for as many of each lane.
  func channelMoments(
    _ x: TensorStorage, _ moments: UnsafeMutablePointer<Float>,
    partials: UnsafeMutablePointer<Float>
  ) {
    let channels = x.tensor.shape[1]
    let size = 2 * x.tensor.shape[0] * channels
    scope.forEachLane { lane in
      forSamples(x, lane: lane) { sample, range in
        graph.channelMoments(
          x.array, partials + lane * size + 2 * sample * channels, Int64(channels),
          Int64(range.lowerBound), Int64(range.upperBound))
      }
    }
    moments.update(repeating: 0, count: size)
    for sample in 0..<x.tensor.shape[0] {
      var before = 0.0
      for lane in 0..<scope.count {
        forSamples(x, lane: lane) { other, range in
          guard other == sample else { return }
          let part = partials + lane * size
          for row in sample * channels..<(sample + 1) * channels {
            join(moments + 2 * row, before, part + 2 * row, Double(range.count))
          }
          before += Double(range.count)
        }
      }
    }
  }

  /// Adds the moments of `count` elements to those of `before` (Chan et al. 1979).
  private func join(
    _ moments: UnsafeMutablePointer<Float>, _ before: Double,
    _ part: UnsafeMutablePointer<Float>, _ count: Double
  ) {
    let step = Double(part[0] - moments[0])
    let share = count / (before + count)
    moments[0] += Float(step * share)
    moments[1] += part[1] + Float(step * step * before * share)
  }

  /// Sums of gradients of each row, as `gradientSums` gives them.
  func channelGradientSums(
    _ dy: TensorStorage, _ x: TensorStorage, _ coefficients: UnsafeMutablePointer<Float>,
    _ sums: UnsafeMutablePointer<Float>, partials: UnsafeMutablePointer<Float>
  ) {
    let channels = x.tensor.shape[1]
    let size = 2 * x.tensor.shape[0] * channels
    scope.forEachLane { lane in
      let mine = partials + lane * size
      mine.update(repeating: 0, count: size)
      forSamples(x, lane: lane) { sample, range in
        graph.channelGradientSums(
          dy.array, x.array, coefficients + 4 * sample * channels, mine + 2 * sample * channels,
          Int64(channels), Int64(range.lowerBound), Int64(range.upperBound))
      }
    }
    kernels.reducePartials(
      partials, Int64(scope.count), Int64(size), hfm_array(data: sums, type: Int32(HFM_F32)), 0,
      Int64(size))
  }

  /// y = (x − c₀) c₁ + c₂ with three coefficients a row, block by block; what follows in the
  /// step's group runs on each block while it is in the cache.
  func affineChannels(
    _ x: TensorStorage, _ y: TensorStorage, _ coefficients: UnsafeMutablePointer<Float>,
    then followers: ArraySlice<KernelCall>, times: UnsafeMutablePointer<UInt64>?
  ) {
    let channels = x.tensor.shape[1]
    // 64 KiB of fp32: the second cache holds input, output and what follows.
    let block = followers.isEmpty ? .max : max(1, (16 << 10) / channels)
    scope.forEachLane { lane in
      forSamples(x, lane: lane) { sample, range in
        var begin = range.lowerBound
        while begin < range.upperBound {
          let end = begin + min(block, range.upperBound - begin)
          graph.affineChannels(
            x.array, y.array, coefficients + 3 * sample * channels, Int64(channels),
            Int64(begin), Int64(end))
          for (index, call) in followers.enumerated() {
            let start = times == nil || lane > 0 ? 0 : ProgramRunner.nanoseconds()
            call.elementwise(begin * channels, end * channels)
            if let times, lane == 0 { times[index + 1] += ProgramRunner.nanoseconds() - start }
          }
          begin = end
        }
      }
    }
  }

  /// The gradient of x from four coefficients a row.
  func affineGradientChannels(
    _ dy: TensorStorage, _ x: TensorStorage, _ dx: TensorStorage,
    _ coefficients: UnsafeMutablePointer<Float>
  ) {
    let channels = x.tensor.shape[1]
    scope.forEachLane { lane in
      forSamples(x, lane: lane) { sample, range in
        graph.affineGradientChannels(
          dy.array, x.array, dx.array, coefficients + 4 * sample * channels, Int64(channels),
          Int64(range.lowerBound), Int64(range.upperBound))
      }
    }
  }
}
