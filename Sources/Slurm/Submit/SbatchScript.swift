public import Quantities

/// Writes the script of a job and the call of sbatch.
public enum SbatchScript {
  /// The script's exit code on a node that does not see the job's folder (EX_NOINPUT of
  /// sysexits.h).
  public static let folderUnseen = 66

  /// The call, which reads the script from its standard input: every option also as a word of its
  /// own, because variables such as SBATCH_PARTITION would otherwise override what the script says.
  /// No path of the user's is among them: Slurm replaces `%j` and drops `\` in those.
  public static func call(_ job: BatchJob) -> [String] {
    ["sbatch", "--parsable", "--chdir=/"] + flags(job)
  }

  private static func flags(_ job: BatchJob) -> [String] {
    job.options.map { "--\($0.option)=\($0.value)" }
      + [job.isRequeued ? "--requeue" : "--no-requeue"] + (job.isExclusive ? ["--exclusive"] : [])
      + (job.survivesNodes ? ["--no-kill"] : [])
  }

  /// The script. Text of users' stands only in words of `ShellWord.quoted`, after the first
  /// command, where sbatch no longer looks for options.
  ///
  /// - Throws: `UserError` (.input) for a text that no program can be given.
  public static func text(_ job: BatchJob) throws(UserError) -> String {
    var lines = ["#!/bin/bash", "# Written by hfm submit; see docs/Slurm.md."]
    lines += flags(job).map { "#SBATCH \($0)" }
    lines += [
      "set -euo pipefail", "umask 077",
      "cd \(try ShellWord.quoted(job.home)) || exit \(folderUnseen)",
      "hfm_part=${SLURM_ARRAY_TASK_ID:+.$SLURM_ARRAY_TASK_ID}",
      "exec >> \"output$hfm_part.txt\" 2>> \"errors$hfm_part.txt\"",
    ]
    lines += guardLines
    if job.shape.gpusPerNode > 0 {
      // squeue tells the indices of GPUs only while a job runs.
      lines.append(
        "scontrol -d show job \"$SLURM_JOB_ID\" > \"granted$hfm_part\" 2> /dev/null || true")
    }
    lines += try rankLines(job)
    for variable in job.environment {
      let isName =
        !variable.name.isEmpty
        && variable.name.utf8.allSatisfy { $0 == 0x5F || Self.isLetterOrDigit($0) }
        && !(0x30...0x39).contains(variable.name.utf8.first ?? 0x30)
        && !variable.name.hasPrefix("hfm_")
      guard isName else {
        throw UserError(
          .input, key: "environment", "\"\(variable.name.prefix(60))\" names no variable",
          remedy: "letters, digits and _ only, not starting with a digit or hfm_")
      }
      lines.append("export \(variable.name)=\(try ShellWord.quoted(variable.value))")
    }
    lines += try steps(job)
    return lines.joined(separator: "\n") + "\n"
  }

  /// How the tasks of a planned job find each other: the variables that PyTorch's `env://` and
  /// others read (docs of torch.distributed, "Environment variable initialization").
  private static func rankLines(_ job: BatchJob) throws(UserError) -> [String] {
    guard let file = job.planFile else { return [] }
    return [
      "hfm_hosts=$(scontrol show hostnames \"$SLURM_JOB_NODELIST\")",
      "export MASTER_ADDR=${hfm_hosts%%$'\\n'*} MASTER_PORT=$((20000 + SLURM_JOB_ID % 10000))",
      "export WORLD_SIZE=\(job.shape.nodes * job.shape.tasksPerNode)",
      "export HFM_PLAN=\(try ShellWord.quoted(job.home + "/" + file))",
    ]
  }

  /// Starts each task with its number as its rank.
  private static let rankStarter =
    "/bin/bash -c 'export RANK=$SLURM_PROCID LOCAL_RANK=$SLURM_LOCALID; exec \"$@\"' hfm-task"

  /// The program on the nodes, and a record of how it ended.
  private static func steps(_ job: BatchJob) throws(UserError) -> [String] {
    var lines: [String] = []
    var command = job.command
    if job.copiesProgram, let program = job.command.first {
      command[0] = "/tmp/hfm-" + job.token
      lines.append(
        "sbcast --force \(try ShellWord.quoted(program)) \(try ShellWord.quoted(command[0]))")
    }
    var words: [String] = []
    for word in command { words.append(try ShellWord.quoted(word)) }
    var options =
      job.survivesNodes
      ? ["--no-kill", "--kill-on-bad-exit=0", "--wait=0"] : ["--kill-on-bad-exit=1"]
    // Since 22.05 srun no longer takes over sbatch's --cpus-per-task.
    options += ["--input=none", "--cpus-per-task=\(job.shape.coresPerTask)"]
    options += job.taskWords.map { "--\($0.option)=\($0.value)" }
    // mpirun takes nodes and tasks from Slurm's variables; it fits the MPI that it belongs to.
    let launch =
      job.startsByMPI
      ? "mpirun -n \(job.shape.nodes * job.shape.tasksPerNode)"
      : "srun \(options.joined(separator: " ")) --" + (job.planFile == nil ? "" : " " + rankStarter)
    lines += [
      "hfm_begin=${EPOCHREALTIME:-$(date +%s.%N)}", "hfm_code=0",
      "\(launch) \(words.joined(separator: " ")) || hfm_code=$?",
    ]
    if let code = job.requeueCode { lines += requeueLines(code) }
    lines += [
      "printf '%s %s %s %s\\n' \"$SLURM_JOB_ID\" \"$hfm_code\" \"$hfm_begin\" "
        + "\"${EPOCHREALTIME:-$(date +%s.%N)}\" > \"ended$hfm_part.new\"",
      "mv \"ended$hfm_part.new\" \"ended$hfm_part\"",
    ]
    if job.copiesProgram {
      lines.append("srun --input=none rm -f \(try ShellWord.quoted(command[0])) || true")
    }
    return lines + ["exit \"$hfm_code\""]
  }

  /// A program that saved its state goes on in the same job, which Slurm queues anew; Slurm ends
  /// this script meanwhile. What it ran so far is kept, for the sum.
  private static func requeueLines(_ code: Int) -> [String] {
    [
      "if [ \"$hfm_code\" = \(code) ]; then",
      "  printf '%s %s\\n' \"$hfm_begin\" \"${EPOCHREALTIME:-$(date +%s.%N)}\" "
        + ">> \"parts$hfm_part\"",
      "  scontrol requeue \"$SLURM_JOB_ID\" && sleep 600",
      "fi",
    ]
  }

  /// A second job of the same token ends at once, so that nothing runs twice whatever happened
  /// between sbatch and our record; a job that Slurm itself requeued goes on.
  private static let guardLines = [
    "if ! (set -o noclobber; echo \"$SLURM_JOB_ID\" > \"started$hfm_part\") 2> /dev/null; then",
    "  if [ \"$(cat \"started$hfm_part\")\" != \"$SLURM_JOB_ID\" ]; then",
    "    echo \"hfm: job $(cat \"started$hfm_part\") runs this already; ending\" >&2",
    "    exit 0",
    "  fi",
    "fi",
  ]

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: false
    }
  }
}
