/// A model as data: what it is, where that is published, and what it is made of.
public struct ModelProfile: Sendable, Hashable {
  /// The catalogue's key (`bert-base`).
  public var id: String
  /// Further keys under which the catalogue finds it (`bert-base-uncased`).
  public var aliases: [String] = []
  /// The published name.
  public var name: String
  /// The field of medicine's data it belongs to.
  public var family: ModelFamily
  /// Whether weights and code are open.
  public var status: Openness
  /// Public address of the facts.
  public var source: String
  /// Where the survey's tables list it, if they do.
  public var survey: SurveyEntry.Place?
  /// What the model was pre-trained for.
  public var objective: Objective
  /// What it is made of.
  public var architecture: Architecture
  /// How a vision backbone is pre-trained without labels.
  public var pretraining = PretrainingRecipe()
  /// What the profile assumes or leaves out; empty when nothing.
  public var note = ""
  /// Parameters as its authors state them, rounded as they round.
  public var publishedParameters: Int?
  /// Prices of a model that is only served, if known.
  public var api: PriceList?
  /// Stages of the model's training that change some of its parts only, in order.
  public var stages: [TrainingStage] = []
  /// The stage that pre-training means when nothing else is said; nil trains everything.
  public var stage: String?
  /// What an import had to assume, one sentence each.
  public var assumptions: [String] = []
  /// Elements counted in a weight file's header, when the profile was read from one.
  public var storedParameters: Int?

  /// Creates a profile.
  public init(
    id: String, name: String, family: ModelFamily, status: Openness = .open, source: String,
    survey: SurveyEntry.Place? = nil, objective: Objective, architecture: Architecture
  ) {
    self.id = id
    self.name = name
    self.family = family
    self.status = status
    self.source = source
    self.survey = survey
    self.objective = objective
    self.architecture = architecture
  }
}

/// Whether a model can be had.
public enum Openness: String, Sendable, Hashable, CaseIterable {
  /// Weights and architecture are public.
  case open
  /// The architecture is public in part.
  case partial
  /// Neither is.
  case closed
}
