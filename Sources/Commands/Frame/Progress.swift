import Quantities
import Reports
import Synchronization

/// A progress line on standard error: redrawn on a terminal, a line now and then elsewhere.
final class Progress: Sendable {
  private struct State {
    var bar: ProgressBar
    var lastDrawn: ContinuousClock.Instant?
    var isFinished = false
  }

  /// Without a terminal, a line at most this often, so that logs stay short.
  private static let logInterval = Duration.seconds(5)
  private let console: Console
  private let began: ContinuousClock.Instant
  private let state: Mutex<State>

  /// Starts a bar over `total` steps of a piece of work that began at some time.
  init(
    _ label: String, total: Double, _ console: Console,
    since began: ContinuousClock.Instant = .now
  ) {
    self.console = console
    self.began = began
    state = Mutex(State(bar: ProgressBar(label: label, total: total)))
    draw { _ in }
  }

  /// Counts steps as done and says what goes on now.
  func advance(by steps: Double = 1, _ detail: String = "") {
    draw { bar in
      bar.advance(by: steps)
      bar.detail = detail
    }
  }

  /// Sets the steps done and says what goes on now.
  func set(done: Double, _ detail: String = "") {
    draw { bar in
      bar.set(done: done)
      bar.detail = detail
    }
  }

  /// Says what goes on now.
  func show(_ detail: String) { draw { $0.detail = detail } }

  /// Ends the line, with a last word in place of what went on.
  func finish(_ detail: String = "") {
    state.withLock { state in
      guard !state.isFinished else { return }
      state.isFinished = true
      let elapsed = (ContinuousClock.now - began) / .seconds(1)
      let text =
        "\(state.bar.label): \(detail.isEmpty ? "done" : detail) (\(Format.seconds(elapsed)))"
      console.status((console.errorIsTerminal ? "\r\u{1B}[K" : "") + text + "\n")
    }
  }

  private func draw(_ change: (inout ProgressBar) -> Void) {
    state.withLock { state in
      guard !state.isFinished else { return }
      change(&state.bar)
      let now = ContinuousClock.now
      let elapsed = (now - began) / .seconds(1)
      if console.errorIsTerminal {
        let line = state.bar.line(elapsedSeconds: elapsed, width: console.width - 1)
        console.status("\r\u{1B}[K" + line)
      } else if now - (state.lastDrawn ?? began) >= Self.logInterval {
        state.lastDrawn = now
        console.status(state.bar.line(elapsedSeconds: elapsed, width: console.width) + "\n")
      }
    }
  }
}
