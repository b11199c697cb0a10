import DataFormats
import Quantities
import Slurm

/// Lines of a trace that name a file of `hfm plan --json` in place of cores and run time.
enum PlanFileLine {
  /// The line with the devices and the run time of the plan; lines without one as they are.
  ///
  /// - Throws: `UserError` with the line, or the plan's file and key at fault.
  static func expanded(_ line: JSONValue, file: String) throws(UserError) -> JSONValue {
    guard let named = line["plan"], case .object(let members) = line.content else { return line }
    let place = "\(file):\(line.line)"
    guard let path = named.string else {
      throw UserError(
        .input, place: place, key: "plan", "is no path", remedy: "give a file of hfm plan --json")
    }
    for key in ["model", "runSeconds", "cores", "scaling", "speeds"] where line[key] != nil {
      throw UserError(
        .input, place: place, key: key, "stands beside \"plan\", which gives it",
        remedy: "leave one of both out")
    }
    let plan = try LaunchPlan(parsing: try Files.read(path, limit: 1 << 26), file: path)
    guard let seconds = plan.totalSeconds, seconds > 0 else {
      throw UserError(
        .input, place: path, key: "plans[0].totalSeconds",
        "the plan is of one update and tells no length of the whole job",
        remedy: "plan with --steps, --samples or --tokens")
    }
    var expanded = line
    expanded.content = .object(
      members.filter { $0.key != "plan" } + [
        JSONValue.Member("cores", .number(plan.devices)),
        JSONValue.Member("runSeconds", .number(seconds)),
      ])
    return expanded
  }
}
