import Reports
import Testing

@Suite struct ProgressBarTests {
  @Test func showsPercentBarAndTimeLeft() {
    var bar = ProgressBar(label: "calibrate", total: 20)
    bar.advance(by: 5)
    bar.detail = "gemm 512"
    #expect(bar.secondsLeft(elapsedSeconds: 10) == 30)
    #expect(
      bar.line(elapsedSeconds: 10, width: 80)
        == "calibrate  25 % [#######.......................] 30 s left  gemm 512")
  }

  /// What is left follows from what is done: there must be some of it, and a moment to judge by.
  @Test(
    arguments: [
      (0.3, 1e-5, "search  30 %"), (0.3, 0.9, "search  30 %"), (0.001, 5, "search   0 % 5.00 s"),
      (0.25, 1.1, "search  25 % 4 s left"), (0.5, 90, "search  50 % 1 min 30 s left"),
    ] as [(Double, Double, String)])
  func saysWhatIsLeftWhenThereIsGroundForIt(done: Double, elapsed: Double, line: String) {
    var bar = ProgressBar(label: "search", total: 1)
    bar.set(done: done)
    #expect(bar.line(elapsedSeconds: elapsed, width: 36) == line)
  }

  @Test func withoutATotalItShowsTheTimeSoFar() {
    var bar = ProgressBar(label: "replay")
    bar.advance()
    #expect(bar.fraction == nil)
    #expect(bar.line(elapsedSeconds: 75) == "replay 1 min 15 s")
  }

  @Test(arguments: [1, 10, 20, 30, 40, 60, 80, 200]) func neverWiderThanTold(width: Int) {
    var bar = ProgressBar(label: "a rather long label of some work", total: 3)
    bar.detail = "and what is being done right now"
    for _ in 0..<6 {
      #expect(bar.line(elapsedSeconds: 1234, width: width).count <= width)
      bar.advance()
    }
    #expect(bar.fraction == 1)
  }

  @Test func stepsStayWithinTheTotal() {
    var bar = ProgressBar(label: "x", total: 2)
    bar.set(done: -3)
    #expect(bar.done == 0)
    bar.advance(by: 7)
    #expect(bar.done == 2)
    #expect(ProgressBar(label: "nothing to do", total: 0).fraction == 1)
  }
}
