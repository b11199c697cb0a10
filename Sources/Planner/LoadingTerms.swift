import HardwareModel
import Quantities
import Workloads

extension PlanEstimate {
  /// The terms behind the waiting for data.
  func loadingTerms(_ request: PlanRequest) -> [ExplainTerm] {
    guard let loading = request.loading else {
      return [
        ExplainTerm(
          "data loading", "not counted: nothing says how samples are kept", "unknown",
          "name a data set whose files are known, or give --load-seconds")
      ]
    }
    let loader = NodeLoader(loading, on: request.cluster)
    let host = request.cluster.host == nil ? "host assumed" : request.cluster.source
    let samples = samplesOfNode(request)
    var terms = [
      ExplainTerm(
        "decoding a sample", loading.words, Format.seconds(loading.decodeSeconds) + " of a core",
        loading.decodeSource),
      ExplainTerm(
        "augmenting a sample", "crops, views or patches that the model reads",
        Format.seconds(loading.augmentSeconds) + " of a core", loading.augmentSource),
      ExplainTerm(
        "cores of a node",
        "samples of a node (\(Format.significant(samples))) · core seconds"
          + " / \(loader.cores) cores",
        Format.seconds(samples * loader.cpu), host),
      ExplainTerm(
        "storage of a node", "samples of a node · \(Format.bytes(loading.bytes)) / bandwidth",
        Format.seconds(samples * loader.reading), host),
      ExplainTerm(
        "data loading",
        loader.sharesCores
          ? "the cores compute and load in turn"
          : "what cores or storage take beyond the rest of the step",
        Format.seconds(breakdown.dataLoading), "workers load ahead"),
    ]
    if let words = loadingRemedy(request) {
      terms.append(ExplainTerm("loading bounds the step", "what would lift it", words, "counted"))
    }
    return terms
  }

  /// What would keep the devices from waiting for data; nil where they do not wait.
  public func loadingRemedy(_ request: PlanRequest) -> String? {
    guard breakdown.dataLoading > 0, let loading = request.loading else { return nil }
    let loader = NodeLoader(loading, on: request.cluster)
    let beside =
      stepSeconds - breakdown.dataLoading - breakdown.checkpoints - breakdown.failures
    let samples = samplesOfNode(request)
    guard !loader.sharesCores, beside > 0 else { return nil }
    var needs: [String] = []
    let cores = (samples * loading.coreSeconds / beside).rounded(.up)
    if cores > Double(loader.cores) {
      needs.append("\(Format.significant(cores)) cores a node in place of \(loader.cores)")
    }
    if samples * loader.reading > beside {
      let rate = BytesPerSecond(samples * loading.bytes / beside)
      needs.append("storage that a node reads at \(Format.rate(rate))")
    }
    var words = needs.joined(separator: " and ")
    for remedy in loading.remedies {
      var other = loading
      (other.bytes, other.decodeSeconds) = (remedy.bytes, 0)
      other.augmentSeconds = remedy.coreSeconds
      let waiting = NodeLoader(other, on: request.cluster).exposed(
        samples: samples, beside: beside)
      words += "; or samples \(remedy.words): "
      words += waiting > 0 ? "\(Format.seconds(waiting)) of waiting left" : "no waiting"
    }
    return words
  }

  /// Samples of a step that one node loads.
  private func samplesOfNode(_ request: PlanRequest) -> Double {
    let batch = configuration.globalBatch > 0 ? configuration.globalBatch : configuration.microBatch
    return Double(batch) / max(1, Double(devices) / Double(request.cluster.devicesPerNode))
  }
}
