import CFFTW
import CKernels
import Executor
import Graph
import Quantities
import Synchronization

/// FFTW's plans for convolutions as long as a sequence of `length`, through 2·length points.
final class FourierPlan: Sendable {
  /// Positions of a sequence.
  let length: Int
  private let plans: Plans

  /// `@unchecked Sendable`: FFTW's plans are constants once made, and its new-array functions may
  /// run at once in many threads (FFTW 3.3 manual, section 5.4).
  private struct Plans: @unchecked Sendable {
    var forward: fftwf_plan
    var backward: fftwf_plan

    /// Estimated, not measured: the same plan, and so the same rounding, in every run.
    init?(_ length: Int) {
      let points = Int32(clamping: 2 * length)
      guard let real = fftwf_alloc_real(2 * length) else { return nil }
      defer { fftwf_free(real) }
      guard let complex = fftwf_alloc_complex(length + 1) else { return nil }
      defer { fftwf_free(complex) }
      guard let forward = fftwf_plan_dft_r2c_1d(points, real, complex, FFTW_ESTIMATE) else {
        return nil
      }
      guard let backward = fftwf_plan_dft_c2r_1d(points, complex, real, FFTW_ESTIMATE) else {
        fftwf_destroy_plan(forward)
        return nil
      }
      (self.forward, self.backward) = (forward, backward)
    }
  }

  /// FFTW's planner is one for the whole process.
  private static let planner = Mutex(())

  /// - Throws: `UserError` when FFTW refuses the size.
  init(_ length: Int) throws(UserError) {
    self.length = length
    guard let plans = FourierPlan.planner.withLock({ _ in Plans(length) }) else {
      throw UserError(
        .impossible, key: "sequence", "FFTW has no transform of \(2 * length) points",
        remedy: "use a shorter sequence")
    }
    self.plans = plans
  }

  deinit {
    FourierPlan.planner.withLock { [plans] _ in
      fftwf_destroy_plan(plans.forward)
      fftwf_destroy_plan(plans.backward)
    }
  }

  /// Floats of one real or complex row, padded to what FFTW's vectors are aligned to.
  private static func rowFloats(_ length: Int) -> Int { (2 * length + 2 + 31) / 32 * 32 }

  /// Floats of a lane: one real row and four spectra.
  static func scratchFloats(_ length: Int) -> Int { 5 * rowFloats(length) }

  /// The lane's real row and spectrum `index`.
  func real(_ scratch: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> { scratch }
  func spectrum(
    _ index: Int, _ scratch: UnsafeMutablePointer<Float>
  ) -> UnsafeMutablePointer<Float> {
    scratch + (index + 1) * FourierPlan.rowFloats(length)
  }

  private func complex(_ floats: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<fftwf_complex>
  {
    UnsafeMutableRawPointer(floats).assumingMemoryBound(to: fftwf_complex.self)
  }

  /// The spectrum of `length` values and as many zeros. `real` is changed.
  func transform(
    _ real: UnsafeMutablePointer<Float>, into spectrum: UnsafeMutablePointer<Float>
  ) {
    (real + length).update(repeating: 0, count: length)
    fftwf_execute_dft_r2c(plans.forward, real, complex(spectrum))
  }

  /// Back to 2·length values, not divided by their number. The spectrum is lost.
  func invert(
    _ spectrum: UnsafeMutablePointer<Float>, into real: UnsafeMutablePointer<Float>
  ) {
    fftwf_execute_dft_c2r(plans.backward, complex(spectrum), real)
  }
}

extension KernelCall {
  /// y = x ∗ k, cut at the sequence's end; channels over the lanes.
  func fourier(_ plan: FourierPlan) {
    let (x, k, y) = (inputs[0], inputs[1], outputs[0])
    let (samples, channels) = (x.tensor.shape[0], x.tensor.shape[1])
    forRows(channels) { begin, end, lane in
      let scratch = workspace.scratch(lane)
      let row = plan.real(scratch)
      let (filter, values) = (plan.spectrum(0, scratch), plan.spectrum(1, scratch))
      for channel in begin..<end {
        spectrum(plan, k, channel, row, filter)
        for sample in 0..<samples {
          let at = sample * channels + channel
          spectrum(plan, x, at, row, values)
          multiply(plan, values, filter, into: values)
          invert(plan, values, row, y, at)
        }
      }
    }
  }

  /// dx = dy ⋆ k and dk = Σ dy ⋆ x over the samples: products with conjugate spectra.
  func fourierBackward(_ plan: FourierPlan) {
    let (dy, x, k, dx, dk) = (inputs[0], inputs[1], inputs[2], outputs[0], outputs[1])
    let (samples, channels) = (x.tensor.shape[0], x.tensor.shape[1])
    forRows(channels) { begin, end, lane in
      let scratch = workspace.scratch(lane)
      let row = plan.real(scratch)
      let (filter, gradient) = (plan.spectrum(0, scratch), plan.spectrum(1, scratch))
      let (values, total) = (plan.spectrum(2, scratch), plan.spectrum(3, scratch))
      for channel in begin..<end {
        spectrum(plan, k, channel, row, filter)
        total.update(repeating: 0, count: 2 * plan.length + 2)
        for sample in 0..<samples {
          let at = sample * channels + channel
          spectrum(plan, dy, at, row, gradient)
          spectrum(plan, x, at, row, values)
          multiply(plan, gradient, values, into: total, conjugate: true, adds: true)
          multiply(plan, gradient, filter, into: values, conjugate: true)
          invert(plan, values, row, dx, at)
        }
        invert(plan, total, row, dk, channel)
      }
    }
  }

  private func spectrum(
    _ plan: FourierPlan, _ from: TensorStorage, _ row: Int, _ real: UnsafeMutablePointer<Float>,
    _ spectrum: UnsafeMutablePointer<Float>
  ) {
    let start = Int64(row * plan.length)
    kernels.toFloat(from.array, start, start + Int64(plan.length), real)
    plan.transform(real, into: spectrum)
  }

  private func multiply(
    _ plan: FourierPlan, _ a: UnsafeMutablePointer<Float>, _ b: UnsafeMutablePointer<Float>,
    into c: UnsafeMutablePointer<Float>, conjugate: Bool = false, adds: Bool = false
  ) {
    graph.complexProduct(
      a, b, c, Int64(plan.length + 1), conjugate ? 1 : 0, adds ? 1 : 0,
      1 / Float(2 * plan.length))
  }

  private func invert(
    _ plan: FourierPlan, _ spectrum: UnsafeMutablePointer<Float>,
    _ real: UnsafeMutablePointer<Float>, _ to: TensorStorage, _ row: Int
  ) {
    plan.invert(spectrum, into: real)
    let start = Int64(row * plan.length)
    kernels.fromFloat(real, to.array, start, start + Int64(plan.length))
  }
}
