import Commands
import DataFormats
import Glibc
import Slurm
import TestSupport
import Testing

/// A wall clock that is set back and forth under a running service.
@Suite struct ClockTests {
  /// The program as `swift build` leaves it, and the toolchain's C compiler.
  static let program = Repository.root + "/.build/debug/hfm"
  static let isPossible = access(program, X_OK) == 0 && compiler != nil
  static var compiler: String? {
    ["clang", "gcc", "cc"].first {
      (try? ProcessRunner.run([$0, "--version"], within: 20))?.status == 0
    }
  }

  /// A library that shifts the wall clock of a process by the seconds that a file holds.
  static let shim = #"""
    #define _GNU_SOURCE
    #include <fcntl.h>
    #include <stdlib.h>
    #include <sys/syscall.h>
    #include <sys/time.h>
    #include <time.h>
    #include <unistd.h>
    static long shift(void) {
      char text[32] = "";
      int file = open(getenv("HFM_TEST_SHIFT"), O_RDONLY);
      if (file < 0) return 0;
      if (read(file, text, 31) < 0) text[0] = 0;
      close(file);
      return atol(text);
    }
    int clock_gettime(clockid_t clock, struct timespec *time) {
      int code = syscall(SYS_clock_gettime, clock, time);
      if (clock == CLOCK_REALTIME) time->tv_sec += shift();
      return code;
    }
    int gettimeofday(struct timeval *restrict time, void *restrict zone) {
      struct timespec now;
      clock_gettime(CLOCK_REALTIME, &now);
      time->tv_sec = now.tv_sec;
      time->tv_usec = now.tv_nsec / 1000;
      return 0;
    }
    time_t time(time_t *to) {
      struct timespec now;
      clock_gettime(CLOCK_REALTIME, &now);
      if (to) *to = now.tv_sec;
      return now.tv_sec;
    }

    """#

  /// Jobs neither end early nor wait longer, limits hold, forecasts stay sane and nothing is lost
  /// while the clock jumps by years in both directions.
  @Test(.enabled(if: isPossible, "needs .build/debug/hfm and a C compiler"))
  func jumpsChangeNothing() throws {
    let folder = try TemporaryFolder()
    let (source, library) = (folder.file("shim.c"), folder.file("shim.so"))
    let (shift, ledger) = (folder.file("shift"), folder.file("ledger.db"))
    try TestFile.write(Self.shim, to: source)
    let built = try ProcessRunner.run(
      [Self.compiler ?? "cc", "-shared", "-fPIC", "-o", library, source])
    try #require(built.status == 0, "\(built.complaint)")
    let line =
      "HFM_TEST_SHIFT='\(shift)' LD_PRELOAD='\(library)' '\(Self.program)' serve-jobs"
      + " --ledger '\(ledger)' > '\(folder.file("log"))' 2>&1 & echo $!"
    let started = try ProcessRunner.run(["sh", "-c", line])
    let service = try #require(Int32(started.text.filter(\.isNumber)))
    defer { kill(service, SIGKILL) }
    func submit(_ index: Int) throws -> Int32 {
      let job = JSONValue.object([
        ("id", .string("j\(index)")), ("model", .string("esm2-8m")), ("task", .string("infer")),
        ("sequence", .number(64)), ("repeats", .number(40)),
      ])
      let file = folder.file("jobs.json")
      try TestFile.write(JSONValue.object([("jobs", .array([job]))]).text(), to: file)
      return FrameTests.hfm("submit", file, "--engine", "local", "--ledger", ledger).code
    }
    let isServed = eventually { access(ledger + ".sock", F_OK) == 0 }
    try #require(isServed)
    func states() throws -> [JSONValue] {
      try JSONValue(parsing: FrameTests.hfm("jobs", "--ledger", ledger, "--json").output).array
        ?? []
    }
    var jumps = 0
    // A job comes after each of the first jumps, and then they go on until all is done.
    let isDone = try eventually {
      try TestFile.write(String((jumps % 2 == 0 ? -1 : 1) * 94_608_000), to: shift)
      jumps += 1
      if jumps <= 4 { #expect(try submit(jumps - 1) == 0) }
      guard jumps >= 4 else { return false }
      let why = try JSONValue(
        parsing: FrameTests.hfm("jobs", "--ledger", ledger, "--why", "j3", "--json").output)
      if let forecast = why["forecastStartSeconds"]?.double {
        #expect((0...3600).contains(forecast))
      }
      usleep(50_000)
      return try states().allSatisfy { $0["state"]?.string == "done" }
    }
    #expect(isDone)
    let ended = try states()
    #expect(ended.count == 4)
    // The service did see the jumps.
    #expect(ended.contains { abs($0["startSeconds"]?.double ?? 0) > 1e7 })
    for job in ended {
      #expect(job["state"]?.string == "done")
      #expect(job["runs"]?.int == 1)
      #expect((0.0...600).contains(job["measuredSeconds"]?.double ?? -1))
    }
  }
}
