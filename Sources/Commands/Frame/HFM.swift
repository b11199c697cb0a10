import Glibc
import Quantities

/// The program `hfm`: finds the command, parses its arguments, turns errors into exit codes.
public enum HFM {
  /// The program's version, as in CHANGELOG.md.
  public static let version = "0.1.0"

  /// Every command, in the order of the help.
  public static let commands: [any Command.Type] = [
    DemoCommand.self,
    TopologyCommand.self,
    ClusterCommand.self,
    ProfileCommand.self,
    CalibrateCommand.self,
    ModelsCommand.self,
    DatasetsCommand.self,
    DevicesCommand.self,
    CostCommand.self,
    PlanCommand.self,
    SimulateCommand.self,
    RunCommand.self,
    SubmitCommand.self,
    JobsCommand.self,
    CancelCommand.self,
    PauseCommand.self,
    ResumeCommand.self,
    ServeJobsCommand.self,
    CompletionCommand.self,
  ]

  /// Runs the process's own command line and leaves with its exit code.
  public static func mainAndExit() -> Never {
    signal(SIGPIPE, SIG_IGN)
    exit(run(Array(CommandLine.arguments.dropFirst()), .standard()))
  }

  /// Runs one command line (without the program's name) and returns its exit code.
  public static func run(_ words: [String], _ console: Console) -> Int32 {
    do {
      return try dispatch(words, console)
    } catch let error as UserError {
      console.error(error.description)
      return error.exitCode
    } catch {
      console.error("\(error)")
      return UserError.Kind.run.rawValue
    }
  }

  private static func dispatch(_ words: [String], _ console: Console) throws -> Int32 {
    guard let word = words.first, !["--help", "-h", "help"].contains(word) else {
      if let topic = words.dropFirst().first, words[0] == "help" {
        console.print(HelpText.of(try command(named: topic).specification))
      } else {
        console.print(HelpText.overview(commands.map { $0.specification }))
      }
      return 0
    }
    if word == "--version" {
      console.print("hfm \(version)")
      return 0
    }
    let command = try command(named: word)
    let arguments = try Arguments(Array(words.dropFirst()), for: command.specification)
    if arguments.flag("help") {
      console.print(HelpText.of(command.specification))
      return 0
    }
    var console = console
    console.quiet = arguments.flag("quiet")
    console.json = arguments.flag("json")
    console.explain = arguments.flag("explain")
    return try command.run(arguments, console)
  }

  private static func command(named name: String) throws(UserError) -> any Command.Type {
    if let command = commands.first(where: { $0.specification.name == name }) { return command }
    throw UserError(
      .input, "unknown command \"\(name)\"",
      remedy: NearestNames.question(
        name, in: commands.map { $0.specification.name }, otherwise: "see hfm --help"))
  }
}
