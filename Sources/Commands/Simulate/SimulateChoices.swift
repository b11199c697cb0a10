import DataFormats
import HardwareModel
import Quantities
import Scheduler
import Simulation

/// What `hfm simulate` is told of power, emissions and shares.
struct SimulateChoices {
  private(set) var power: PowerRates?
  private(set) var carbon: CarbonCurve?
  private(set) var policySettings = PolicySettings()
  private let shares: [(user: String, share: Double)]

  /// Reads `--power`, `--carbon`, `--shares` and `--round`.
  ///
  /// - Throws: `UserError` that names the option or the file's line at fault.
  init(_ arguments: Arguments) throws(UserError) {
    power = try SimulateCommand.pair(arguments, "power", "400/60") { Double($0) }.map {
      PowerRates(busyWatts: $0.0, idleWatts: $0.1)
    }
    carbon = try arguments.string("carbon").map(Self.curve)
    if let carbon { policySettings.curve = carbon }
    shares = try Self.shares(arguments.string("shares"))
    policySettings.roundSeconds = try Self.round(arguments) ?? policySettings.roundSeconds
  }

  /// Resolves the names of `--shares`: as a trace of JSON Lines names its users, or their numbers.
  ///
  /// - Throws: `UserError` for a user that the trace does not have.
  mutating func name(_ users: NameNumbers) throws(UserError) {
    for (user, share) in shares {
      guard let number = users[user] ?? Int(user) else {
        throw UserError(
          .input, key: "--shares", "the trace has no user \"\(user)\"",
          remedy: "give users as the trace names them")
      }
      policySettings.shares[number] = share
    }
  }

  /// A file's hours from time 0 on, again and again; or a grid's yearly mean, the same at all
  /// times.
  static func curve(_ text: String) throws(UserError) -> CarbonCurve {
    guard text.contains("/") || text.hasSuffix(".csv") else {
      do {
        return CarbonCurve(values: [try Grid.named(text).gramsPerKilowattHour], stepSeconds: 3600)
      } catch {
        throw UserError(
          .input, key: "--carbon", error.message,
          remedy: [error.remedy, "or a path with a / or .csv"].filter { !$0.isEmpty }
            .joined(separator: ", "))
      }
    }
    let table: CSVTable
    do {
      table = try CSVTable(parsing: try Files.read(text))
    } catch let error as FormatError {
      throw UserError(.input, place: "\(text):\(error.line):\(error.column)", error.message)
    } catch let error as UserError {
      throw error
    } catch {
      throw UserError(.input, place: text, "\(error)")
    }
    let name = "gramsPerKilowattHour"
    guard let column = table.column(name), !table.rows.isEmpty else {
      throw UserError(
        .input, place: text, key: name, "there is no such column, or no row",
        remedy: "give a CSV file with a header and one row for each hour")
    }
    var values: [Double] = []
    for (row, cells) in table.rows.enumerated() {
      guard let value = Double(cells[column]), (0...100_000).contains(value) else {
        throw UserError(
          .input, place: "\(text):\(row + 2)", key: name, "\"\(cells[column])\" is no intensity",
          remedy: "give grams of CO2e per kWh, 0 to 100000")
      }
      values.append(value)
    }
    return CarbonCurve(values: values, stepSeconds: 3600)
  }

  /// Shares by user's name, in the order given.
  ///
  /// - Throws: `UserError` that names the part at fault.
  static func shares(_ text: String?) throws(UserError) -> [(user: String, share: Double)] {
    var shares: [(user: String, share: Double)] = []
    for part in (text ?? "").split(separator: ",") {
      let sides = part.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2, !sides[0].isEmpty, let share = Double(sides[1]), share > 0,
        share.isFinite
      else {
        throw UserError(
          .input, key: "--shares", "\"\(part)\" is wrong",
          remedy: "write it like radiology=2,pathology=0.5")
      }
      shares.append((String(sides[0]), share))
    }
    return shares
  }

  /// `--round` in seconds; nil when it is not given.
  ///
  /// - Throws: `UserError` for anything but a time of at least a millisecond.
  static func round(_ arguments: Arguments) throws(UserError) -> Double? {
    guard let text = arguments.string("round") else { return nil }
    guard let seconds = AmountParser.seconds(text), seconds >= 0.001 else {
      throw UserError(
        .input, key: "--round", "\"\(text)\" is no duration", remedy: "write it like 60s")
    }
    return seconds
  }
}
