/// |measured - expected| / |expected|; infinite when only `expected` is zero.
public func relativeError(_ measured: Double, _ expected: Double) -> Double {
  if measured == expected { return 0 }
  return expected == 0 ? .infinity : abs(measured - expected) / abs(expected)
}

/// |measured - expected| / |expected| of two integers.
public func relativeError(_ measured: Int, _ expected: Int) -> Double {
  relativeError(Double(measured), Double(expected))
}

/// The largest |a - b| of two rows, relative to the largest |b|; infinite when lengths differ.
public func largestRelativeError(_ measured: [Float], _ expected: [Float]) -> Double {
  guard measured.count == expected.count else { return .infinity }
  let scale = expected.map { Double(abs($0)) }.max() ?? 0
  let gap = zip(measured, expected).map { Double(abs($0 - $1)) }.max() ?? 0
  // A NaN anywhere must fail a comparison with a tolerance, and max() may hide it.
  if measured.contains(where: \.isNaN) { return .infinity }
  return gap == 0 ? 0 : gap / (scale == 0 ? 1 : scale)
}

/// The error that a body throws, as its text; nil when it throws none.
public func errorText(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch {
    return "\(error)"
  }
}
