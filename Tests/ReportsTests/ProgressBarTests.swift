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
        == "calibrate  25 % [#######.......................] 30.0 s left  gemm 512")
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
